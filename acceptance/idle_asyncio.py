# SPDX-License-Identifier: Apache-2.0
"""What IdleConnections does, by CPython's asyncio: the peer of idle_memory.py.

    idle_asyncio.py plain|stream|tls [CERTIFICATE KEY]

For each line on standard input it prints how many connections are open.
"""

import asyncio
import ssl
import sys

connections = 0


class Idle(asyncio.Protocol):
    def connection_made(self, transport):
        global connections
        connections += 1

    def connection_lost(self, exc):
        global connections
        connections -= 1


async def serve_stream(reader, writer):
    global connections
    connections += 1
    try:
        await reader.read()
    except ConnectionError:
        pass
    finally:
        connections -= 1
        writer.close()


async def main(kind, *pem):
    loop = asyncio.get_running_loop()
    context = None
    if kind == "tls":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*pem)
    if kind == "stream":
        server = await asyncio.start_server(serve_stream, "0.0.0.0", 0, backlog=1000)
    else:
        server = await loop.create_server(Idle, "0.0.0.0", 0, backlog=1000, ssl=context)
    print("serving on 0.0.0.0:%d" % server.sockets[0].getsockname()[1], flush=True)

    def report():
        if sys.stdin.readline():
            print(f"open {connections} lag 0.0", flush=True)
        else:
            loop.stop()

    loop.add_reader(sys.stdin, report)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
