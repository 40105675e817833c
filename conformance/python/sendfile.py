# SPDX-License-Identifier: Apache-2.0
"""Sending files."""

import asyncio
import contextlib
import socket
import tempfile

from raw_sockets import raw_pair, receive_all
from scenario import scenario
from support import HUGE, Quiet, connect, settle
from words import attempt, attempt_await, show

ALPHABET = b"abcdefghijklmnopqrstuvwxyz"


@contextlib.contextmanager
def file_of(content):
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file


@scenario("EL-90", "R-126")
async def scenario_a_file_is_sent_and_its_position_is_behind_it(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(ALPHABET) as file:
        file.seek(7)
        out(f"sent {await loop.sendfile(transport, file)}, position {file.tell()}")
        out(f"peer got {show(await peer.receive(26))}")
    transport.close()
    await quiet.lost
    peer.close()


@scenario("EL-90", "R-126")
async def scenario_a_part_of_a_file_is_sent(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(ALPHABET) as file:
        out(f"sent {await loop.sendfile(transport, file, 3, 5)}, position {file.tell()}")
        out(f"sent {await loop.sendfile(transport, file, 20, 50)}, position {file.tell()}")
        out(f"beyond the end {await loop.sendfile(transport, file, 30, 50)}")
        out(f"peer got {show(await peer.receive(11))}")
    with file_of(b"") as file:
        out(f"empty {await loop.sendfile(transport, file)}")
    transport.close()
    await quiet.lost
    peer.close()


@scenario("EL-90", "EL-109")
async def scenario_wrong_offsets_and_counts_are_refused(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(ALPHABET) as file:
        await attempt_await(out, "offset", loop.sendfile(transport, file, -1, 5))
        await attempt_await(out, "count", loop.sendfile(transport, file, 0, 0))
        await attempt_await(out, "negative count", loop.sendfile(transport, file, 0, -1))
        transport.close()
        await attempt_await(out, "closing", loop.sendfile(transport, file, 0, 5))
        await quiet.lost
        async with raw_pair() as (client, _):
            await attempt_await(out, "offset", loop.sock_sendfile(client, file, -1, 5))
            await attempt_await(out, "count", loop.sock_sendfile(client, file, 0, 0))
    peer.close()


@scenario("EL-90")
async def scenario_what_was_written_goes_before_the_file_and_what_is_written_then_behind(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(ALPHABET) as file:
        transport.write(b"before ")
        await loop.sendfile(transport, file, 0, 3)
        transport.write(b" after")
        out(f"peer got {show(await peer.receive(16))}")
    transport.close()
    await quiet.lost
    peer.close()


@scenario("EL-90", "R-66")
async def scenario_nobody_writes_and_nothing_is_received_while_a_file_is_sent(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(bytes(HUGE)) as file:
        sending = loop.create_task(loop.sendfile(transport, file))
        await settle()
        out(f"done {show(sending.done())}, reading {show(transport.is_reading())}")
        attempt(out, "write", lambda: transport.write(b"x"))
        out(f"peer got all {show(len(await peer.receive(HUGE)) == HUGE)}")
        out(f"sent all {show(await sending == HUGE)}, reading {show(transport.is_reading())}")
        attempt(out, "write", lambda: transport.write(b"x"))
        out(f"peer got {show(await peer.receive(1))}")
    transport.close()
    await quiet.lost
    peer.close()


@scenario("EL-90")
async def scenario_a_cancelled_sendfile_leaves_the_transport_open(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(bytes(HUGE)) as file:
        sending = loop.create_task(loop.sendfile(transport, file))
        await settle()
        sending.cancel()
        await attempt_await(out, "cancelled", sending)
        out(f"closing {show(transport.is_closing())}, reading {show(transport.is_reading())}")
        transport.close()
        await quiet.lost
        out(f"peer got a part {show(0 < await peer.receive_to_end() < HUGE)}")
    peer.close()


@scenario("EL-109", "R-126")
async def scenario_a_file_is_sent_over_a_raw_socket(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        with file_of(ALPHABET) as file:
            file.seek(7)
            out(f"sent {await loop.sock_sendfile(client, file, 3, 5)}, position {file.tell()}")
            out(f"received {show(await loop.sock_recv(accepted, 100))}")
        with file_of(bytes(HUGE)) as file:
            sending = loop.create_task(loop.sock_sendfile(client, file))
            await settle()
            out(f"done {show(sending.done())}")
            out(f"received all {show(await receive_all(accepted, HUGE) == HUGE)}")
            out(f"sent all {show(await sending == HUGE)}")


@scenario("EL-90", "R-75")
async def scenario_a_file_waits_until_what_was_written_is_gone(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(ALPHABET) as file:
        transport.write(bytes(HUGE))
        sending = loop.create_task(loop.sendfile(transport, file))
        await settle()
        out(f"done {show(sending.done())}")
        out(f"peer got all {show(await peer.receive(HUGE) == bytes(HUGE))}")
        out(f"peer got {show(await peer.receive(26))}")
        out(f"sent {await sending}, buffered {transport.get_write_buffer_size()}")
    transport.close()
    await quiet.lost
    peer.close()


@scenario("EL-90", "R-80")
async def scenario_reading_that_was_paused_stays_paused_after_a_file(out):
    loop = asyncio.get_running_loop()
    quiet = Quiet(out)
    peer, transport = await connect(quiet)
    with file_of(ALPHABET) as file:
        transport.pause_reading()
        out(f"sent {await loop.sendfile(transport, file)}, reading {show(transport.is_reading())}")
        transport.resume_reading()
        out(f"sent {await loop.sendfile(transport, file)}, reading {show(transport.is_reading())}")
    transport.close()
    await quiet.lost
    peer.close()


@scenario("EL-109")
async def scenario_a_file_is_not_sent_over_a_datagram_socket(out):
    loop = asyncio.get_running_loop()
    with file_of(ALPHABET) as file, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await attempt_await(out, "send", loop.sock_sendfile(sock, file))


@scenario("EL-109", "R-126")
async def scenario_what_is_beyond_the_end_of_a_file_is_not_sent_over_a_raw_socket(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        with file_of(ALPHABET) as file:
            out(f"sent {await loop.sock_sendfile(client, file, 20, 50)}, position {file.tell()}")
            out(f"sent {await loop.sock_sendfile(client, file, 26, 5)}")
            out(f"sent {await loop.sock_sendfile(client, file, 30, 5)}")
            out(f"received {show(await loop.sock_recv(accepted, 100))}")
        with file_of(b"") as file:
            out(f"empty {await loop.sock_sendfile(client, file)}")


@scenario("EL-109", "R-129")
async def scenario_a_cancelled_sendfile_leaves_the_raw_socket_usable(out):
    loop = asyncio.get_running_loop()
    async with raw_pair() as (client, accepted):
        with file_of(bytes(HUGE)) as file:
            sending = loop.create_task(loop.sock_sendfile(client, file))
            await settle()
            sending.cancel()
            await attempt_await(out, "cancelled", sending)
        rest = loop.create_task(loop.sock_sendall(client, b"the end"))
        received = b""
        while not received.endswith(b"the end"):
            received = (received + await loop.sock_recv(accepted, 1 << 18))[-7:]
        await rest
        out(f"received {show(received)}")
