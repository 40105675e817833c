# SPDX-License-Identifier: Apache-2.0
"""The echo server of asyncio and of uvloop: echo.py asyncio|uvloop protocol|streams.

Prints "serving on 127.0.0.1:PORT".
"""

import asyncio
import sys

BUFFER = 64 * 1024


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def echo(reader, writer):
    try:
        while data := await reader.read(BUFFER):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the load ends its connections at any moment
    finally:
        writer.close()


async def serve(style):
    if style == "protocol":
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024)
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=1024)
    print("serving on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    kind, style = sys.argv[1:]
    if kind == "uvloop":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(style))
    else:
        asyncio.run(serve(style))


main()
