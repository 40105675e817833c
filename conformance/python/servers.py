# SPDX-License-Identifier: Apache-2.0
"""What the keywords of create_server do, and in which order servers and their clients end."""

import asyncio
import socket

from scenario import scenario
from support import LOCALHOST, Quiet, Recorder, dial, port_of, settle
from tcp_server import client_of, serve
from words import attempt, attempt_await, show


def option(transport, name):
    return bool(transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, name))


async def attempt_port(out, label, creating):
    try:
        server = await creating
    except OSError:
        out(f"{label}: io error")
    else:
        out(f"{label}: serving")
        server.close()


@scenario("EL-74")
async def scenario_a_server_reuses_addresses_unless_it_is_told_not_to(out):
    loop = asyncio.get_running_loop()
    for keywords in {}, {"reuse_address": True}, {"reuse_address": False}:
        server = await loop.create_server(asyncio.Protocol, LOCALHOST, 0, **keywords)
        value = server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        out(f"reuse address {show(bool(value))}")
        server.close()


@scenario("EL-75")
async def scenario_servers_share_a_port_if_all_of_them_say_so(out):
    loop = asyncio.get_running_loop()

    def create(port, **keywords):
        return loop.create_server(asyncio.Protocol, LOCALHOST, port, **keywords)

    first = await create(0, reuse_port=True)
    await attempt_port(out, "shared", create(port_of(first), reuse_port=True))
    await attempt_port(out, "not shared", create(port_of(first)))
    first.close()
    alone = await create(0)
    await attempt_port(out, "with one that does not share", create(port_of(alone), reuse_port=True))
    alone.close()


@scenario("EL-76")
async def scenario_the_connections_of_a_server_are_kept_alive_if_it_says_so(out):
    loop = asyncio.get_running_loop()
    for keywords in {}, {"keep_alive": True}:
        protocols = []

        def factory():
            protocols.append(Quiet(out))
            return protocols[-1]

        server = await loop.create_server(factory, LOCALHOST, 0, **keywords)
        peer, quiet = await client_of(server, protocols)
        out(f"keep alive {show(option(quiet.transport, socket.SO_KEEPALIVE))}")
        peer.close()
        await quiet.lost
        server.close()


@scenario("EL-70", "EL-153")
async def scenario_a_server_on_two_hosts_is_reached_at_both(out):
    loop = asyncio.get_running_loop()
    protocols = []

    def factory():
        protocols.append(Quiet(out))
        return protocols[-1]

    server = await loop.create_server(factory, [LOCALHOST, "127.0.0.2"], 0)
    # CPython binds in the order of a set.
    for sock in sorted(server.sockets, key=lambda sock: sock.getsockname()):
        transport, _ = await loop.create_connection(lambda: Quiet(out), *sock.getsockname())
        out(f"connected to {transport.get_extra_info('peername')[0]}")
        transport.close()
    server.close()
    await server.wait_closed()
    out(f"protocols {len(protocols)}, sockets {len(server.sockets)}")


@scenario("EL-71", "EL-70")
async def scenario_a_server_is_not_made_of_a_datagram_socket(out):
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await attempt_await(out, "server", loop.create_server(asyncio.Protocol, sock=sock))
        await attempt_await(out, "connection", loop.create_connection(asyncio.Protocol, sock=sock))


@scenario("EL-78", "EL-156")
async def scenario_serve_forever_starts_a_server_that_was_not_started(out):
    loop = asyncio.get_running_loop()
    recorder = Recorder(out)
    server = await loop.create_server(lambda: recorder, LOCALHOST, 0, start_serving=False)
    out(f"serving {show(server.is_serving())}")
    forever = loop.create_task(server.serve_forever())
    await settle()
    out(f"serving {show(server.is_serving())}")
    peer = dial(server)
    peer.send("hello")
    await recorder.received(5)
    peer.close()
    await recorder.lost
    forever.cancel()
    await attempt_await(out, "forever", forever)
    out(f"serving {show(server.is_serving())}")


@scenario("EL-155")
async def scenario_a_server_may_be_started_twice(out):
    server, protocols = await serve(out)
    await server.start_serving()
    await server.start_serving()
    peer, quiet = await client_of(server, protocols)
    out(f"serving {show(server.is_serving())}, connections {len(protocols)}")
    peer.close()
    await quiet.lost
    server.close()


@scenario("R-91", "EL-151")
async def scenario_all_who_wait_for_a_server_are_woken_in_their_order(out):
    server, protocols = await serve(out)
    peer, quiet = await client_of(server, protocols)

    async def wait(name):
        await server.wait_closed()
        out(f"{name} woken")

    waiting = [asyncio.create_task(wait(name)) for name in "abc"]
    await settle()
    server.close()
    await settle()
    out("closed")
    peer.close()
    await quiet.lost
    await asyncio.gather(*waiting)
    await wait("late")


@scenario("R-92", "EL-151")
async def scenario_a_server_ends_after_its_last_protocol_has_heard_of_the_end(out):
    class Slow(Quiet):
        def connection_lost(self, exc):
            out(f"waiting is over {show(waiting.done())}")
            super().connection_lost(exc)

    server, protocols = await serve(out, Slow)
    peer, quiet = await client_of(server, protocols)
    server.close()
    waiting = asyncio.create_task(server.wait_closed())
    await settle()
    peer.close()
    await quiet.lost
    await waiting
    out("closed")


@scenario("EL-152")
async def scenario_a_server_whose_clients_are_closed_goes_on_serving(out):
    server, protocols = await serve(out)
    first, quiet = await client_of(server, protocols)
    server.close_clients()
    await quiet.lost
    out(f"first {show(await first.receive(1))}")
    second, quiet = await client_of(server, protocols)
    server.abort_clients()
    await quiet.lost
    out(f"second {show(await second.receive(1))}, serving {show(server.is_serving())}")
    server.close()
    await server.wait_closed()
    first.close()
    second.close()


@scenario("EL-150", "R-90")
async def scenario_a_protocol_may_close_its_server(out):
    class Last(Quiet):
        def connection_made(self, transport):
            super().connection_made(transport)
            server.close()
            out(f"serving {show(server.is_serving())}")

        def data_received(self, data):
            self.transport.write(data)
            self.transport.close()

    server, protocols = await serve(out, Last)
    peer = dial(server)
    peer.send("hello")
    out(f"peer got {show(await peer.receive(5))}")
    await server.wait_closed()
    out(f"connections {len(protocols)}")
    peer.close()


@scenario("EL-156", "R-94")
async def scenario_serve_forever_that_is_cancelled_twice_gives_up_its_clients(out):
    server, protocols = await serve(out)
    forever = asyncio.create_task(server.serve_forever())
    await settle()
    peer, quiet = await client_of(server, protocols)
    forever.cancel()
    await settle()
    out(f"done {show(forever.done())}, serving {show(server.is_serving())}")
    forever.cancel()
    await attempt_await(out, "forever", forever)
    out(f"lost {show(quiet.lost.done())}")
    peer.close()
    await quiet.lost


@scenario("EL-154", "EL-150")
async def scenario_a_server_that_is_closed_before_it_serves_never_serves(out):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, LOCALHOST, 0, start_serving=False)
    attempt(out, "close", server.close)
    out(f"serving {show(server.is_serving())}, sockets {len(server.sockets)}")
    await attempt_await(out, "wait", server.wait_closed())
    await attempt_await(out, "forever", server.serve_forever())
