# SPDX-License-Identifier: Apache-2.0
"""connect_accepted_socket."""

import asyncio
import contextlib
import socket

from scenario import scenario
from support import LOCALHOST, Quiet, Recorder, settle
from unix import new_place, unix_socket
from words import Boom, attempt_await, show


@contextlib.asynccontextmanager
async def listening():
    with socket.create_server((LOCALHOST, 0)) as listener:
        listener.setblocking(False)
        yield listener


async def accept(listener, client_protocol):
    """Connects a protocol with the listener; returns its transport and the accepted socket."""
    loop = asyncio.get_running_loop()
    connecting = loop.create_task(
        loop.create_connection(lambda: client_protocol, *listener.getsockname())
    )
    sock, _ = await loop.sock_accept(listener)
    transport, _ = await connecting
    return transport, sock


@scenario("EL-81", "R-57")
async def scenario_an_accepted_socket_gets_a_transport_and_a_protocol(out):
    loop = asyncio.get_running_loop()
    async with listening() as listener:
        quiet = Quiet(out)
        client, sock = await accept(listener, quiet)
        recorder = Recorder(out)
        transport, protocol = await loop.connect_accepted_socket(lambda: recorder, sock)
        out(f"its protocol {show(protocol is recorder)}")
        client.write(b"ping")
        await recorder.received(4)
        transport.write(b"pong")
        while quiet.count < 4:
            await quiet.received(4)
        client.write_eof()
        await recorder.lost
        await quiet.lost


@scenario("EL-81", "R-57")
async def scenario_what_came_before_a_socket_was_handed_over_is_received(out):
    loop = asyncio.get_running_loop()
    async with listening() as listener:
        client, sock = await accept(listener, Quiet(out))
        client.write(b"early")
        client.write_eof()
        await settle()
        recorder = Recorder(out)
        await loop.connect_accepted_socket(lambda: recorder, sock)
        out("connected")
        await recorder.lost


@scenario("EL-81", "TP-01", "R-83")
async def scenario_an_accepted_socket_knows_its_names(out):
    loop = asyncio.get_running_loop()
    async with listening() as listener:
        quiet = Quiet(out)
        client, sock = await accept(listener, quiet)
        transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, sock)
        own = transport.get_extra_info("sockname") == listener.getsockname()
        peer = transport.get_extra_info("peername") == client.get_extra_info("sockname")
        out(f"own {show(own)}, peer {show(peer)}")
        transport.close()
        await quiet.lost


@scenario("EL-81")
async def scenario_what_is_no_stream_is_not_taken_for_an_accepted_socket(out):
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await attempt_await(out, "datagrams", loop.connect_accepted_socket(asyncio.Protocol, sock))


@scenario("EL-81", mirror="in CPython the socket stays open")
async def scenario_a_factory_that_fails_fails_the_call_that_hands_a_socket_over(out):
    loop = asyncio.get_running_loop()

    def factory():
        raise Boom("factory")

    async with listening() as listener:
        quiet = Quiet(out)
        client, sock = await accept(listener, quiet)
        await attempt_await(out, "connect", loop.connect_accepted_socket(factory, sock))
        sock.close()
        await quiet.lost


@scenario("EL-81", "EL-151")
async def scenario_a_socket_that_is_handed_over_is_no_client_of_a_server(out):
    loop = asyncio.get_running_loop()
    async with listening() as listener:
        server = await loop.create_server(asyncio.Protocol, LOCALHOST, 0)
        quiet = Quiet(out)
        client, sock = await accept(listener, quiet)
        transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, sock)
        server.close_clients()
        server.close()
        await server.wait_closed()
        out(f"closing {show(transport.is_closing())}")
        transport.close()
        await quiet.lost


@scenario("EL-81", "EL-80")
async def scenario_a_unix_socket_that_was_accepted_is_handed_over_too(out):
    loop = asyncio.get_running_loop()
    with new_place() as place, unix_socket() as listener:
        listener.setblocking(False)
        listener.bind(place.path())
        listener.listen(1)
        quiet = Quiet(out)
        client, _ = await loop.create_unix_connection(lambda: quiet, place.path())
        sock, _ = await loop.sock_accept(listener)
        recorder = Recorder(out)
        transport, _ = await loop.connect_accepted_socket(lambda: recorder, sock)
        client.write(b"hello")
        await recorder.received(5)
        transport.close()
        await recorder.lost
        await quiet.lost
