# SPDX-License-Identifier: Apache-2.0
"""What streams over unix sockets share with TCP, and abstract names."""

import asyncio
import os
import socket

from scenario import scenario
from support import HUGE, Quiet, Recorder, settle
from unix import attempt_connect, attempt_server, new_place, unix_socket
from words import attempt_await, show


@scenario("EL-64", "EL-80", "R-75")
async def scenario_a_unix_peer_that_does_not_read_pauses_the_writer(out):
    class Paused(Recorder):
        def pause_writing(self):
            out("pause")

        def resume_writing(self):
            out("resume")

    loop = asyncio.get_running_loop()
    with new_place() as place:
        quiet = Quiet(out)
        server = await loop.create_unix_server(lambda: quiet, place.path())
        transport, client = await loop.create_unix_connection(lambda: Paused(out), place.path())
        await quiet.made
        quiet.transport.pause_reading()
        transport.write(bytes(HUGE))
        out(f"buffered {show(transport.get_write_buffer_size() > 0)}")
        await settle()
        quiet.transport.resume_reading()
        await quiet.received(HUGE)
        await settle()
        out(f"buffered {show(transport.get_write_buffer_size() > 0)}")
        transport.close()
        await client.lost
        await quiet.lost
        server.close()


@scenario("EL-80", "EL-152")
async def scenario_the_clients_of_a_unix_server_are_closed_or_aborted(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        served = []

        def factory():
            served.append(Quiet(out))
            return served[-1]

        server = await loop.create_unix_server(factory, place.path())
        for ending in server.close_clients, server.abort_clients:
            _, client = await loop.create_unix_connection(lambda: Quiet(out), place.path())
            while not served:
                await asyncio.sleep(0)
            await served[0].made
            ending()
            await served.pop().lost
            await client.lost
        out(f"serving {show(server.is_serving())}")
        server.close()
        await server.wait_closed()


@scenario("EL-80", "R-86")
async def scenario_all_unix_connections_are_accepted_whatever_the_backlog(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        made, lost = [], []

        class Counting(asyncio.Protocol):
            def connection_made(self, transport):
                made.append(transport)

            def connection_lost(self, exc):
                lost.append(exc)

        server = await loop.create_unix_server(Counting, place.path(), backlog=50)
        clients = []
        for _ in range(40):
            clients.append(await loop.create_unix_connection(asyncio.Protocol, place.path()))
        while len(made) < len(clients):
            await asyncio.sleep(0)
        for transport, _ in clients:
            transport.close()
        server.close()
        await server.wait_closed()
        out(f"lost {len(lost)}, without a reason {show(not any(lost))}")


@scenario("EL-64", "EL-42")
async def scenario_a_connected_unix_socket_can_be_given(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        recorder = Recorder(out)
        server = await loop.create_unix_server(lambda: recorder, place.path())
        sock = unix_socket()
        sock.setblocking(False)
        await loop.sock_connect(sock, place.path())
        transport, quiet = await loop.create_unix_connection(lambda: Quiet(out), sock=sock)
        transport.write(b"hello")
        await recorder.received(5)
        transport.close()
        await quiet.lost
        await recorder.lost
        server.close()


@scenario("EL-64", "EL-80")
async def scenario_a_datagram_socket_is_neither_served_nor_connected_as_a_unix_socket(out):
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await attempt_server(out, "server", loop.create_unix_server(asyncio.Protocol, sock=sock))
        await attempt_connect(out, "client", loop.create_unix_connection(asyncio.Protocol, sock=sock))


@scenario("EL-80", "EL-64", mirror="a UnixNameAddress; each run has a name of its own")
async def scenario_an_abstract_name_is_served_without_a_file(out):
    loop = asyncio.get_running_loop()
    name = f"\0asyncio4j-stream-{os.getpid()}"
    recorder = Recorder(out)
    server = await loop.create_unix_server(lambda: recorder, name)
    await attempt_server(out, "again", loop.create_unix_server(asyncio.Protocol, name))
    transport, quiet = await loop.create_unix_connection(lambda: Quiet(out), name)
    transport.write(b"hello")
    await recorder.received(5)
    transport.close()
    await quiet.lost
    await recorder.lost
    server.close()
    await attempt_connect(out, "gone", loop.create_unix_connection(asyncio.Protocol, name))
    await attempt_server(out, "free", loop.create_unix_server(asyncio.Protocol, name))


@scenario("EL-80", "EL-81", "EL-107", "EL-108")
async def scenario_raw_sockets_talk_over_a_path(out):
    loop = asyncio.get_running_loop()
    with new_place() as place, unix_socket() as listener, unix_socket() as client:
        listener.setblocking(False)
        client.setblocking(False)
        with unix_socket() as early:
            early.setblocking(False)
            await attempt_await(out, "missing", loop.sock_connect(early, place.path()))
        listener.bind(place.path())
        listener.listen(1)
        await loop.sock_connect(client, place.path())
        accepted, _ = await loop.sock_accept(listener)
        with accepted:
            await loop.sock_sendall(client, b"hello")
            out(f"received {show(await loop.sock_recv(accepted, 100))}")
            client.close()
            out(f"received {show(await loop.sock_recv(accepted, 100))}")
