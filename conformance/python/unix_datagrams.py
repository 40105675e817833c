# SPDX-License-Identifier: Apache-2.0
"""Datagram endpoints over unix sockets."""

import asyncio
import itertools
import os
import socket

from datagrams import Endpoint, open_endpoint
from scenario import scenario
from support import settle
from unix import new_place
from words import Boom, attempt, attempt_await, show

NAMES = itertools.count()


async def bound(out, name, path):
    return await open_endpoint(Endpoint(out, name), path, family=socket.AF_UNIX)


async def sending_to(out, name, path):
    return await open_endpoint(Endpoint(out, name), None, path, family=socket.AF_UNIX)


async def end(*endpoints):
    for endpoint in endpoints:
        await endpoint.end()


@scenario("EL-61", "TP-05", "TP-10")
async def scenario_a_unix_datagram_is_answered_to_its_path(out):
    with new_place() as place:
        server = await bound(out, "server", place.path("server"))
        client = await open_endpoint(
            Endpoint(out, "client"), place.path("client"), place.path("server"), family=socket.AF_UNIX
        )
        client.transport.sendto(b"ping")
        await server.hear(1)
        out(f"sender {show(server.heard[0] == place.path('client'))}")
        server.transport.sendto(b"pong", server.heard[0])
        await client.hear(1)
        out(f"sender {show(client.heard[0] == place.path('server'))}")
        await end(client, server)


@scenario("EL-61", "EL-60", mirror="an address that is None or empty is null")
async def scenario_a_unix_sender_without_a_name_has_no_address(out):
    with new_place() as place:
        server = await bound(out, "server", place.path())
        client = await sending_to(out, "client", place.path())
        free = await open_endpoint(Endpoint(out, "free"), None, family=socket.AF_UNIX)
        client.transport.sendto(b"one")
        await server.hear(1)
        free.transport.sendto(b"two", place.path())
        await server.hear(2)
        out(f"addresses {show([bool(addr) for addr in server.heard])}")
        await end(client, free, server)


@scenario("EL-61", "R-116")
async def scenario_the_path_of_a_closed_endpoint_stays_and_the_next_one_takes_it(out):
    with new_place() as place:
        first = await bound(out, "first", place.path())
        await first.end()
        out(f"exists {show(place.exists())}")
        second = await bound(out, "second", place.path())
        client = await sending_to(out, "client", place.path())
        client.transport.sendto(b"hello")
        await second.hear(1)
        await end(client, second)
        out(f"exists {show(place.exists())}")


@scenario("EL-61")
async def scenario_an_endpoint_takes_the_path_of_one_that_is_open(out):
    with new_place() as place:
        first = await bound(out, "first", place.path())
        second = await bound(out, "second", place.path())
        client = await sending_to(out, "client", place.path())
        client.transport.sendto(b"hello")
        await second.hear(1)
        await end(client, second, first)


@scenario("EL-61")
async def scenario_an_ordinary_file_is_in_the_way_of_a_unix_endpoint(out):
    with new_place() as place:
        with open(place.path(), "w"):
            pass
        await attempt_await(out, "bind", bound(out, "server", place.path()))
        await attempt_await(out, "connect", sending_to(out, "client", place.path()))
        out(f"exists {show(place.exists())}")


@scenario("EL-61")
async def scenario_a_path_that_no_endpoint_has_cannot_be_connected_to(out):
    with new_place() as place:
        await attempt_await(out, "missing", sending_to(out, "client", place.path()))
        gone = await bound(out, "gone", place.path())
        await gone.end()
        await attempt_await(out, "dead", sending_to(out, "client", place.path()))


@scenario("EL-61", "EL-80")
async def scenario_a_unix_endpoint_does_not_connect_to_a_server_of_streams(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        server = await loop.create_unix_server(asyncio.Protocol, place.path())
        await attempt_await(out, "connect", sending_to(out, "client", place.path()))
        server.close()
        endpoint = await bound(out, "endpoint", place.path())
        connecting = loop.create_unix_connection(asyncio.Protocol, place.path())
        await attempt_await(out, "stream", connecting)
        await endpoint.end()


@scenario("R-113", "EL-61")
async def scenario_a_path_that_nobody_has_is_told_and_the_unix_endpoint_lives_on(out):
    with new_place() as place:
        server = await bound(out, "server", place.path("server"))
        gone = await bound(out, "gone", place.path("gone"))
        await gone.end()
        client = await open_endpoint(Endpoint(out, "client"), None, family=socket.AF_UNIX)
        client.transport.sendto(b"x", place.path("missing"))
        await client.hear(1)
        client.transport.sendto(b"x", place.path("gone"))
        await client.hear(2)
        client.transport.sendto(b"hello", place.path("server"))
        await server.hear(1)
        out(f"closing {show(client.transport.is_closing())}")
        await end(client, server)


@scenario("R-113", "EL-61")
async def scenario_a_unix_peer_that_is_closed_is_told_and_the_endpoint_lives_on(out):
    with new_place() as place:
        server = await bound(out, "server", place.path())
        client = await sending_to(out, "client", place.path())
        await server.end()
        client.transport.sendto(b"x")
        await client.hear(1)
        client.transport.sendto(b"y")
        await client.hear(2)
        out(f"closing {show(client.transport.is_closing())}")
        await client.end()


@scenario("R-113", "EL-61")
async def scenario_a_unix_endpoint_that_is_connected_lets_nobody_else_send(out):
    with new_place() as place:
        server = await bound(out, "server", place.path("server"))
        client = await open_endpoint(
            Endpoint(out, "client"), place.path("client"), place.path("server"), family=socket.AF_UNIX
        )
        stranger = await open_endpoint(Endpoint(out, "stranger"), None, family=socket.AF_UNIX)
        stranger.transport.sendto(b"x", place.path("client"))
        await stranger.hear(1)
        server.transport.sendto(b"y", place.path("client"))
        await client.hear(1)
        await end(client, stranger, server)


@scenario("R-114", "EL-61")
async def scenario_a_connected_unix_endpoint_sends_to_no_other_path(out):
    with new_place() as place:
        server = await bound(out, "server", place.path("server"))
        client = await sending_to(out, "client", place.path("server"))
        attempt(out, "other", lambda: client.transport.sendto(b"x", place.path("other")))
        attempt(out, "same", lambda: client.transport.sendto(b"y", place.path("server")))
        await server.hear(1)
        await end(client, server)


@scenario("R-114", "R-112", "EL-61")
async def scenario_sizes_and_order_of_unix_datagrams_are_kept(out):
    class Sizes(Endpoint):
        def datagram_received(self, data, addr):
            self.heard.append(len(data))
            self.wake()

    sizes = [0, 1, 511, 4096, 65507, 65508, 100000, 0, 7]
    with new_place() as place:
        server = await open_endpoint(Sizes(out, "server"), place.path(), family=socket.AF_UNIX)
        client = await sending_to(out, "client", place.path())
        for size in sizes:
            client.transport.sendto(bytes(size))
        await server.hear(len(sizes))
        out(f"sizes {show(server.heard)}")
        await end(client, server)


@scenario("R-115", "EL-61", mirror="more than a receiver has room for")
async def scenario_what_a_unix_receiver_has_no_room_for_waits_and_is_not_lost(out):
    class Counting(Endpoint):
        def datagram_received(self, data, addr):
            self.heard.append(int(data))
            self.wake()

    with new_place() as place:
        server = await open_endpoint(Counting(out, "server"), place.path(), family=socket.AF_UNIX)
        client = await sending_to(out, "client", place.path())
        count = 1000
        for i in range(count):
            client.transport.sendto(str(i).encode())
        out(f"waits {show(client.transport.get_write_buffer_size() > 0)}")
        client.transport.close()
        await server.hear(count)
        out(f"in order {show(server.heard == list(range(count)))}")
        await end(client, server)


@scenario("EL-60", "TP-01", "EL-61")
async def scenario_a_unix_endpoint_knows_its_paths(out):
    with new_place() as place:
        server = await bound(out, "server", place.path())
        client = await sending_to(out, "client", place.path())
        out(f"server sockname {show(server.address == place.path())}")
        out(f"server peername {show(server.transport.get_extra_info('peername'))}")
        out(f"client peername {show(client.transport.get_extra_info('peername') == place.path())}")
        await end(client, server)


@scenario("EL-61", "EL-60", mirror="a UnixNameAddress; each run has names of its own")
async def scenario_an_abstract_name_is_heard_and_sent_to(out):
    prefix = f"\0asyncio4j-{os.getpid()}-{next(NAMES)}"
    server = await bound(out, "server", prefix + "-server")
    client = await bound(out, "client", prefix + "-client")
    client.transport.sendto(b"ping", prefix + "-server")
    await server.hear(1)
    server.transport.sendto(b"pong", server.heard[0])
    await client.hear(1)
    await attempt_await(out, "in use", bound(out, "again", prefix + "-server"))
    await end(client, server)
    again = await bound(out, "again", prefix + "-server")
    await again.end()


@scenario("EL-61", "EL-60")
async def scenario_a_unix_datagram_socket_can_be_given(out):
    with new_place() as place:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind(place.path())
        endpoint = await open_endpoint(Endpoint(out, "endpoint"), None, sock=sock)
        client = await sending_to(out, "client", place.path())
        client.transport.sendto(b"hello")
        await endpoint.hear(1)
        await end(client, endpoint)


@scenario("EL-61", mirror="in CPython the file stays")
async def scenario_a_factory_that_fails_fails_the_unix_endpoint(out):
    loop = asyncio.get_running_loop()

    def factory():
        raise Boom("factory")

    with new_place() as place:
        opening = loop.create_datagram_endpoint(
            factory, local_addr=place.path(), family=socket.AF_UNIX
        )
        await attempt_await(out, "open", opening)
        endpoint = await bound(out, "endpoint", place.path())
        await endpoint.end()


@scenario("TP-05", "EL-61", "R-67")
async def scenario_a_unix_endpoint_is_closed_or_aborted_once(out):
    with new_place() as place:
        closed = await bound(out, "closed", place.path("a"))
        aborted = await bound(out, "aborted", place.path("b"))
        closed.transport.close()
        closed.transport.abort()
        aborted.transport.abort()
        aborted.transport.close()
        out(f"closing {show(closed.transport.is_closing())}")
        await end(closed, aborted)
        await settle()
