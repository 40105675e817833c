# SPDX-License-Identifier: Apache-2.0
"""The coroutines of sockets that no transport has."""

import asyncio
import contextlib
import socket
import struct

from scenario import scenario
from support import HUGE, LOCALHOST, Quiet, refused_address, settle
from words import attempt_await, show


def open_socket():
    sock = socket.socket()
    sock.setblocking(False)
    return sock


@contextlib.asynccontextmanager
async def raw_pair():
    """Two sockets of the loop that are connected with each other: client and accepted."""
    loop = asyncio.get_running_loop()
    with open_socket() as listener, open_socket() as client:
        listener.bind((LOCALHOST, 0))
        listener.listen(1)
        await loop.sock_connect(client, listener.getsockname())
        accepted, _ = await loop.sock_accept(listener)
        with accepted:
            yield client, accepted


async def receive_all(sock, count):
    """Receives so many bytes, and returns how many came."""
    loop = asyncio.get_running_loop()
    received = 0
    while received < count:
        piece = await loop.sock_recv(sock, 1 << 18)
        if not piece:
            break
        received += len(piece)
    return received


@scenario("EL-102", "R-128")
async def scenario_a_receive_of_what_has_come_gives_others_no_turn(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        await loop.sock_sendall(client, b"hello")
        out(f"first {show(await loop.sock_recv(accepted, 2))}")
        loop.call_soon(lambda: out("other"))
        out(f"second {show(await loop.sock_recv(accepted, 100))}")
        await settle()


@scenario("EL-102", "EL-105")
async def scenario_a_receive_waits_for_bytes(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        receiving = loop.create_task(loop.sock_recv(accepted, 100))
        await settle()
        out(f"done {show(receiving.done())}")
        await attempt_await(out, "send", loop.sock_sendall(client, b"late"))
        out(f"received {show(await receiving)}")


@scenario("EL-102")
async def scenario_the_end_of_the_stream_is_no_bytes_again_and_again(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        await loop.sock_sendall(client, b"last")
        client.shutdown(socket.SHUT_WR)
        for _ in range(3):
            out(f"received {show(await loop.sock_recv(accepted, 100))}")


@scenario("EL-102")
async def scenario_a_receive_of_no_bytes_waits_for_nothing(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        await attempt_await(out, "none", loop.sock_recv(accepted, 0))
        await attempt_await(out, "fewer than none", loop.sock_recv(accepted, -1))
        await attempt_await(out, "into no room", loop.sock_recv_into(accepted, bytearray()))


@scenario("EL-103")
async def scenario_a_buffer_is_received_into_and_the_end_is_zero(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        buffer = bytearray(4)
        await loop.sock_sendall(client, b"abcdef")
        out(f"count {await loop.sock_recv_into(accepted, buffer)}, {show(bytes(buffer))}")
        out(f"count {await loop.sock_recv_into(accepted, buffer)}, {show(bytes(buffer))}")
        client.shutdown(socket.SHUT_WR)
        out(f"count {await loop.sock_recv_into(accepted, buffer)}")


@scenario("EL-105")
async def scenario_everything_is_sent_when_the_peer_reads(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        sending = loop.create_task(loop.sock_sendall(client, bytes(HUGE)))
        await settle()
        out(f"done {show(sending.done())}")
        out(f"received all {show(await receive_all(accepted, HUGE) == HUGE)}")
        out(f"sent {show(await sending)}")
        await attempt_await(out, "nothing", loop.sock_sendall(client, b""))


@scenario("EL-102", "EL-105")
async def scenario_a_socket_is_read_and_written_by_two_tasks(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        reading = loop.create_task(loop.sock_recv(client, 10))
        writing = loop.create_task(loop.sock_sendall(client, bytes(HUGE)))
        await settle()
        await loop.sock_sendall(accepted, b"answer")
        out(f"read {show(await reading)}, written {show(writing.done())}")
        out(f"received all {show(await receive_all(accepted, HUGE) == HUGE)}")
        await writing


@scenario("EL-102")
async def scenario_a_cancelled_receive_has_taken_nothing(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        receiving = loop.create_task(loop.sock_recv(accepted, 100))
        await settle()
        await loop.sock_sendall(client, b"kept")
        receiving.cancel()
        await attempt_await(out, "cancelled", receiving)
        out(f"received {show(await loop.sock_recv(accepted, 100))}")


@scenario("EL-102", "EL-105")
async def scenario_a_socket_can_be_used_after_a_cancelled_wait(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        for turn in range(3):
            receiving = loop.create_task(loop.sock_recv(accepted, 100))
            await settle()
            receiving.cancel()
            await attempt_await(out, f"cancelled {turn}", receiving)
        await loop.sock_sendall(accepted, b"out")
        await loop.sock_sendall(client, b"in")
        out(f"{show(await loop.sock_recv(client, 9))}, {show(await loop.sock_recv(accepted, 9))}")


@scenario("EL-108", "EL-107")
async def scenario_a_cancelled_accept_leaves_the_connection_to_the_next(out):
    loop = asyncio.get_running_loop()
    with open_socket() as listener, open_socket() as client:
        listener.bind((LOCALHOST, 0))
        listener.listen(1)
        accepting = loop.create_task(loop.sock_accept(listener))
        await settle()
        accepting.cancel()
        await attempt_await(out, "cancelled", accepting)
        await attempt_await(out, "connect", loop.sock_connect(client, listener.getsockname()))
        accepted, address = await loop.sock_accept(listener)
        with accepted:
            out(f"from the client {show(address == client.getsockname())}")
            out(f"to the listener {show(client.getpeername() == accepted.getsockname())}")


@scenario("EL-107")
async def scenario_a_connect_that_is_refused_is_an_io_error(out):
    loop = asyncio.get_running_loop()
    with refused_address() as nobody, open_socket() as client:
        await attempt_await(out, "connect", loop.sock_connect(client, nobody.getsockname()))


@scenario("EL-102", "EL-105")
async def scenario_a_receive_is_told_of_a_reset(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        receiving = loop.create_task(loop.sock_recv(accepted, 100))
        await settle()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        await attempt_await(out, "receive", receiving)


@scenario("EL-102", "EL-105", "EL-107", "EL-108")
async def scenario_a_closed_socket_is_an_io_error(out):
    loop = asyncio.get_running_loop()
    sock = open_socket()
    sock.close()
    await attempt_await(out, "receive", loop.sock_recv(sock, 1))
    await attempt_await(out, "receive into", loop.sock_recv_into(sock, bytearray(1)))
    await attempt_await(out, "send", loop.sock_sendall(sock, b"x"))
    await attempt_await(out, "accept", loop.sock_accept(sock))


@scenario("EL-102", "R-84")
async def scenario_a_receive_on_the_socket_of_a_transport_is_refused(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        quiet = Quiet(out)
        transport, _ = await loop.create_connection(lambda: quiet, sock=client)
        await attempt_await(out, "receive", loop.sock_recv(client, 1))
        transport.close()
        await quiet.lost
        out(f"the other end {show(await loop.sock_recv(accepted, 1))}")
