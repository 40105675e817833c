# SPDX-License-Identifier: Apache-2.0
"""The echo server of asyncio and of uvloop.

    echo.py asyncio|uvloop protocol|streams [CERTIFICATE KEY]
    echo.py asyncio|uvloop datagrams

With a certificate and its key (PEM files) over TLS. Prints "serving on 127.0.0.1:PORT".
"""

import asyncio
import ssl
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


class DatagramEcho(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


async def serve(style, *pem):
    loop = asyncio.get_running_loop()
    if style == "datagrams":
        endpoint, _ = await loop.create_datagram_endpoint(DatagramEcho, ("127.0.0.1", 0))
        print("serving on 127.0.0.1:%d" % endpoint.get_extra_info("sockname")[1], flush=True)
        await loop.create_future()
    context = None
    if pem:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pem)
    if style == "protocol":
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024, ssl=context)
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=1024, ssl=context)
    print("serving on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    kind, *what = sys.argv[1:]
    if kind == "uvloop":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(*what))
    else:
        asyncio.run(serve(*what))


main()
