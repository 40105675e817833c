# SPDX-License-Identifier: Apache-2.0
"""Datagram endpoints and what their protocols hear."""

import asyncio
import socket

from scenario import scenario
from support import LOCALHOST, print_to, settle
from words import Boom, attempt, attempt_await, show, word


class Endpoint(asyncio.DatagramProtocol):
    """Prints each call under its name, and can be waited for."""

    def __init__(self, out, name):
        self.out = out
        self.name = name
        self.heard = []
        self.transport = None
        self.waiters = []
        self.is_lost = False

    def connection_made(self, transport):
        self.transport = transport
        self.out(f"{self.name} made")

    def datagram_received(self, data, addr):
        self.heard.append(addr)
        self.out(f"{self.name} got {show(data)}")
        self.wake()

    def error_received(self, exc):
        self.heard.append(exc)
        self.out(f"{self.name} error {word(exc)}")
        self.wake()

    def connection_lost(self, exc):
        self.is_lost = True
        self.out(f"{self.name} lost {word(exc)}")
        self.wake()

    def wake(self):
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter.set_result(None)

    async def until(self, condition):
        while not condition():
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            await waiter

    async def hear(self, count):
        """Waits until so many datagrams and errors have come."""
        await self.until(lambda: len(self.heard) >= count)

    @property
    def address(self):
        return self.transport.get_extra_info("sockname")

    async def end(self):
        self.transport.close()
        await self.until(lambda: self.is_lost)


async def open_endpoint(endpoint, local=(LOCALHOST, 0), remote=None, **options):
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(
        lambda: endpoint, local_addr=local, remote_addr=remote, **options
    )
    return endpoint


@scenario("EL-60", "TP-05", "TP-10")
async def scenario_a_datagram_is_answered_to_its_sender(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    client.transport.sendto(b"ping")
    await server.hear(1)
    out(f"sender {show(server.heard[0] == client.address)}")
    server.transport.sendto(b"pong", server.heard[0])
    await client.hear(1)
    out(f"sender {show(client.heard[0] == server.address)}")
    await client.end()
    await server.end()


@scenario("R-57", "TP-10")
async def scenario_the_caller_goes_on_before_the_first_datagram(out):
    sender = await open_endpoint(Endpoint(out, "sender"))
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((LOCALHOST, 0))
    sender.transport.sendto(b"early", sock.getsockname())
    receiver = await open_endpoint(Endpoint(out, "receiver"), None, sock=sock)
    out("opened")
    await receiver.hear(1)
    await receiver.end()
    await sender.end()


@scenario("R-114")
async def scenario_empty_datagrams_go_out_and_come_in(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"))
    client.transport.sendto(b"", server.address)
    client.transport.sendto(b"x", server.address)
    client.transport.sendto(b"", server.address)
    await server.hear(3)
    await client.end()
    await server.end()


@scenario("R-114")
async def scenario_a_connected_endpoint_sends_to_no_other_address(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    attempt(out, "other", lambda: client.transport.sendto(b"x", client.address))
    attempt(out, "same", lambda: client.transport.sendto(b"y", server.address))
    await server.hear(1)
    await client.end()
    await server.end()


@scenario("EL-60")
async def scenario_a_connected_endpoint_hears_nobody_else(out):
    server = await open_endpoint(Endpoint(out, "server"))
    stranger = await open_endpoint(Endpoint(out, "stranger"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    stranger.transport.sendto(b"from a stranger", client.address)
    server.transport.sendto(b"from the server", client.address)
    await client.hear(1)
    await settle()
    for endpoint in (client, stranger, server):
        await endpoint.end()


@scenario("EL-63")
async def scenario_with_broadcast_the_remote_address_is_where_to_send_only(out):
    server = await open_endpoint(Endpoint(out, "server"))
    stranger = await open_endpoint(Endpoint(out, "stranger"))
    client = await open_endpoint(
        Endpoint(out, "client"), (LOCALHOST, 0), server.address, allow_broadcast=True
    )
    out(f"peername {show(client.transport.get_extra_info('peername'))}")
    client.transport.sendto(b"to all")
    await server.hear(1)
    stranger.transport.sendto(b"from a stranger", client.address)
    await client.hear(1)
    attempt(out, "other", lambda: client.transport.sendto(b"x", stranger.address))
    for endpoint in (client, stranger, server):
        await endpoint.end()


@scenario("EL-60")
async def scenario_an_endpoint_without_addresses_needs_a_family(out):
    endpoint = Endpoint(out, "endpoint")
    await attempt_await(out, "nothing", open_endpoint(endpoint, None))
    await open_endpoint(endpoint, None, family=socket.AF_INET)
    await endpoint.end()


@scenario("EL-60")
async def scenario_an_unbound_endpoint_can_send(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, family=socket.AF_INET)
    client.transport.sendto(b"hello", server.address)
    await server.hear(1)
    server.transport.sendto(b"you", server.heard[0])
    await client.hear(1)
    await client.end()
    await server.end()


@scenario("EL-60")
async def scenario_a_socket_is_given_without_anything_else(out):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        endpoint = Endpoint(out, "endpoint")
        await attempt_await(out, "address", open_endpoint(endpoint, sock=sock))
        await attempt_await(out, "family", open_endpoint(endpoint, None, sock=sock, family=socket.AF_INET))
        await attempt_await(out, "port", open_endpoint(endpoint, None, sock=sock, reuse_port=True))
        await attempt_await(out, "broadcast", open_endpoint(endpoint, None, sock=sock, allow_broadcast=True))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        stream.setblocking(False)
        await attempt_await(out, "stream", open_endpoint(endpoint, None, sock=stream))


@scenario("EL-60")
async def scenario_local_and_remote_address_must_be_of_one_family(out):
    endpoint = Endpoint(out, "endpoint")
    await attempt_await(out, "both", open_endpoint(endpoint, (LOCALHOST, 0), ("::1", 9)))


@scenario("EL-60")
async def scenario_an_address_that_is_in_use_is_an_io_error(out):
    first = await open_endpoint(Endpoint(out, "first"))
    await attempt_await(out, "again", open_endpoint(Endpoint(out, "second"), first.address))
    await first.end()


@scenario("EL-62")
async def scenario_endpoints_share_a_port_if_all_of_them_say_so(out):
    first = await open_endpoint(Endpoint(out, "first"), reuse_port=True)
    second = await open_endpoint(Endpoint(out, "second"), first.address, reuse_port=True)
    out(f"same {show(first.address == second.address)}")
    await attempt_await(out, "third", open_endpoint(Endpoint(out, "third"), first.address))
    await second.end()
    await first.end()


@scenario("R-113")
async def scenario_a_port_that_nobody_has_is_told_and_the_endpoint_lives_on(out):
    gone = await open_endpoint(Endpoint(out, "gone"))
    client = await open_endpoint(Endpoint(out, "client"), None, gone.address)
    address = gone.address
    await gone.end()
    await settle()
    client.transport.sendto(b"anybody")
    await client.hear(1)
    client.transport.sendto(b"really")
    await client.hear(2)
    out(f"closing {show(client.transport.is_closing())}")
    back = await open_endpoint(Endpoint(out, "back"), address)
    client.transport.sendto(b"again")
    await back.hear(1)
    await back.end()
    await client.end()


@scenario("R-113")
async def scenario_a_datagram_that_is_too_large_is_told_and_dropped(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    client.transport.sendto(bytes(65508))
    await client.hear(1)
    client.transport.sendto(b"small")
    await server.hear(1)
    out(f"closing {show(client.transport.is_closing())}")
    await client.end()
    await server.end()


@scenario("TP-10")
async def scenario_an_exception_in_datagram_received_is_reported_and_the_endpoint_lives_on(out):
    class Picky(Endpoint):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            if len(self.heard) == 1:
                raise Boom("picky")

    asyncio.get_running_loop().set_exception_handler(print_to(out))
    server = await open_endpoint(Picky(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    client.transport.sendto(b"one")
    client.transport.sendto(b"two")
    await server.hear(2)
    await client.end()
    await server.end()


@scenario("R-112")
async def scenario_what_a_datagram_queues_comes_before_the_next_one(out):
    class Queueing(Endpoint):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            text = show(data)
            asyncio.get_running_loop().call_soon(lambda: out(f"after {text}"))

    server = await open_endpoint(Queueing(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    for i in range(5):
        client.transport.sendto(str(i).encode())
    await server.hear(5)
    await settle()
    await client.end()
    await server.end()


@scenario("TP-05", "R-67")
async def scenario_the_end_of_an_endpoint_is_told_in_the_next_iteration(out):
    loop = asyncio.get_running_loop()
    endpoint = await open_endpoint(Endpoint(out, "endpoint"))
    loop.call_soon(lambda: out("queued before"))
    endpoint.transport.close()
    loop.call_soon(lambda: out("queued after"))
    out(f"closing {show(endpoint.transport.is_closing())}")
    endpoint.transport.close()
    endpoint.transport.abort()
    await endpoint.end()
    await settle()


@scenario("TP-05", "TP-04")
async def scenario_an_endpoint_that_is_aborted_is_lost_without_a_reason(out):
    endpoint = await open_endpoint(Endpoint(out, "endpoint"))
    endpoint.transport.abort()
    out(f"closing {show(endpoint.transport.is_closing())}")
    await endpoint.end()


@scenario("TP-05")
async def scenario_what_is_sent_after_close_is_dropped(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    client.transport.close()
    for _ in range(8):
        attempt(out, "late", lambda: client.transport.sendto(b"late"))
    await client.end()
    await settle()
    await server.end()


@scenario("TP-05")
async def scenario_a_close_inside_of_datagram_received_ends_it(out):
    class Short(Endpoint):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            self.transport.sendto(b"bye", addr)
            self.transport.close()

    server = await open_endpoint(Short(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"))
    for i in range(3):
        client.transport.sendto(str(i).encode(), server.address)
    await client.hear(1)
    await server.end()
    await client.end()


@scenario("R-115", "R-78")
async def scenario_the_write_limits_of_an_endpoint_can_be_set(out):
    endpoint = await open_endpoint(Endpoint(out, "endpoint"))
    transport = endpoint.transport
    out(f"limits {show(list(transport.get_write_buffer_limits()))}")
    transport.set_write_buffer_limits(high=400)
    out(f"limits {show(list(transport.get_write_buffer_limits()))}")
    attempt(out, "low above high", lambda: transport.set_write_buffer_limits(high=1, low=2))
    out(f"buffered {show(transport.get_write_buffer_size())}")
    await endpoint.end()


@scenario("EL-60", "TP-01")
async def scenario_an_endpoint_knows_its_names(out):
    server = await open_endpoint(Endpoint(out, "server"))
    client = await open_endpoint(Endpoint(out, "client"), None, server.address)
    out(f"server peername {show(server.transport.get_extra_info('peername'))}")
    peername = client.transport.get_extra_info("peername")
    out(f"client peername {show(peername == server.address)}")
    out(f"unknown {show(client.transport.get_extra_info('colour'))}")
    out(f"protocol {show(client.transport.get_protocol() is client)}")
    await client.end()
    await server.end()
