# SPDX-License-Identifier: Apache-2.0
"""More of datagram endpoints: how they are made, and what their protocols may do when they are called."""

import asyncio
import socket

from datagrams import Endpoint, open_endpoint
from scenario import scenario
from support import LOCALHOST, print_to, settle
from words import Boom, attempt_await, show


async def bound(out, name):
    return await open_endpoint(Endpoint(out, name))


async def connected(out, name, to):
    return await open_endpoint(Endpoint(out, name), None, to.address)


async def end(*endpoints):
    for endpoint in endpoints:
        await endpoint.end()


@scenario("EL-60", "EL-110")
async def scenario_the_remote_address_of_an_endpoint_may_be_a_name(out):
    server = await bound(out, "server")
    port = server.address[1]
    client = await open_endpoint(
        Endpoint(out, "client"), None, ("localhost", port), family=socket.AF_INET
    )
    out(f"peername {show(client.transport.get_extra_info('peername') == server.address)}")
    client.transport.sendto(b"hello")
    await server.hear(1)
    await end(client, server)


@scenario("EL-60")
async def scenario_an_endpoint_may_have_both_addresses(out):
    server = await bound(out, "server")
    client = await open_endpoint(Endpoint(out, "client"), (LOCALHOST, 0), server.address)
    out(f"from there {show(client.address[0] == LOCALHOST)}")
    client.transport.sendto(b"ping")
    await server.hear(1)
    out(f"sender {show(server.heard[0] == client.address)}")
    await end(client, server)


@scenario("EL-60", "TP-10")
async def scenario_an_endpoint_of_ipv6_talks_to_itself(out):
    endpoint = await open_endpoint(Endpoint(out, "endpoint"), ("::1", 0))
    endpoint.transport.sendto(b"hello", endpoint.address)
    await endpoint.hear(1)
    out(f"sender {show(endpoint.heard[0] == endpoint.address)}")
    await endpoint.end()


@scenario("EL-60")
async def scenario_a_factory_that_fails_fails_the_endpoint(out):
    loop = asyncio.get_running_loop()

    def factory():
        raise Boom("factory")

    opening = loop.create_datagram_endpoint(factory, local_addr=(LOCALHOST, 0))
    await attempt_await(out, "open", opening)


@scenario("EL-60", "EL-110")
async def scenario_a_host_of_an_endpoint_that_is_unknown_is_an_io_error(out):
    loop = asyncio.get_running_loop()

    async def getaddrinfo(host, port, *, family=0, type=0, proto=0, flags=0):
        raise socket.gaierror(host)

    loop.getaddrinfo = getaddrinfo
    for local, remote in (("nowhere", 0), None), (None, ("nowhere", 1)):
        opening = open_endpoint(Endpoint(out, "endpoint"), local, remote)
        await attempt_await(out, "open", opening)


@scenario("TP-10", "R-57")
async def scenario_a_protocol_may_send_when_its_endpoint_is_made(out):
    class Eager(Endpoint):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.sendto(b"at once")

    server = await bound(out, "server")
    client = await open_endpoint(Eager(out, "client"), None, server.address)
    out("opened")
    await server.hear(1)
    await end(client, server)


@scenario("TP-05", "R-57", "R-67")
async def scenario_a_protocol_may_close_its_endpoint_when_it_is_made(out):
    class Short(Endpoint):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.close()

    endpoint = await open_endpoint(Short(out, "endpoint"))
    out(f"opened, closing {show(endpoint.transport.is_closing())}")
    await endpoint.end()


@scenario("TP-05", "TP-04")
async def scenario_an_abort_inside_of_datagram_received_ends_an_endpoint(out):
    class Short(Endpoint):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            self.transport.abort()
            self.transport.sendto(b"late", addr)

    server = await open_endpoint(Short(out, "server"))
    client = await connected(out, "client", server)
    for _ in range(3):
        client.transport.sendto(b"x")
    await server.end()
    await settle()
    await client.end()


@scenario("TP-05", "TP-10")
async def scenario_another_protocol_may_take_an_endpoint_over(out):
    server = await bound(out, "first")
    second = Endpoint(out, "second")
    second.transport = server.transport
    client = await connected(out, "client", server)
    client.transport.sendto(b"one")
    await server.hear(1)
    server.transport.set_protocol(second)
    out(f"its protocol {show(server.transport.get_protocol() is second)}")
    client.transport.sendto(b"two")
    await second.hear(1)
    await end(client, second)


@scenario("R-113")
async def scenario_datagrams_that_are_too_large_do_not_keep_others_back(out):
    server = await bound(out, "server")
    free = await open_endpoint(Endpoint(out, "free"), None, family=socket.AF_INET)
    for _ in range(2):
        free.transport.sendto(bytes(65508), server.address)
        free.transport.sendto(b"small", server.address)
    await server.hear(2)
    await free.hear(2)
    out(f"buffered {free.transport.get_write_buffer_size()}")
    await end(free, server)


@scenario("EL-63", "R-113")
async def scenario_without_broadcast_allowed_sending_to_all_is_an_error(out):
    endpoint = await bound(out, "endpoint")
    endpoint.transport.sendto(b"x", ("255.255.255.255", 9))
    await endpoint.hear(1)
    out(f"closing {show(endpoint.transport.is_closing())}")
    await endpoint.end()


@scenario("TP-10", "TP-05")
async def scenario_an_exception_in_error_received_is_reported_and_the_endpoint_lives_on(out):
    class Picky(Endpoint):
        def error_received(self, exc):
            super().error_received(exc)
            raise Boom("picky")

    asyncio.get_running_loop().set_exception_handler(print_to(out))
    gone = await bound(out, "gone")
    address = gone.address
    client = await open_endpoint(Picky(out, "client"), None, address)
    await gone.end()
    client.transport.sendto(b"anybody")
    await client.hear(1)
    await settle()
    back = await open_endpoint(Endpoint(out, "back"), address)
    client.transport.sendto(b"again")
    await back.hear(1)
    await end(client, back)


@scenario("TP-10", "TP-05")
async def scenario_an_exception_in_connection_lost_of_an_endpoint_is_reported(out):
    class Bad(Endpoint):
        def connection_lost(self, exc):
            super().connection_lost(exc)
            raise Boom("lost")

    asyncio.get_running_loop().set_exception_handler(print_to(out))
    endpoint = await open_endpoint(Bad(out, "endpoint"))
    await endpoint.end()
    await settle()
