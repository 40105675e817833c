# SPDX-License-Identifier: Apache-2.0
"""StreamReader, StreamWriter, open_connection and start_server."""

import asyncio
import socket

from scenario import scenario
from support import HUGE, LOCALHOST, Peer, print_to, settle
from words import Boom, attempt, attempt_await, show

FED = "a reader without transport, fed by hand"


def reader_with(data, limit=65536, eof=True):
    """A reader that has some data."""
    reader = asyncio.StreamReader(limit=limit)
    reader.feed_data(data)
    if eof:
        reader.feed_eof()
    return reader


async def open_with_peer():
    """Opens a connection with a peer outside of the loop; returns (peer, reader, writer)."""
    with socket.create_server((LOCALHOST, 0)) as listener:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        return Peer(listener.accept()[0]), reader, writer


async def attempt_refused(out, label, line):
    """Prints whether a line is too long: ValueError here, LimitOverrunException in Java, which keeps the line."""
    try:
        out(f"{label}: {show(await line)}")
    except ValueError:
        out(f"{label}: refused")


@scenario("ST-03", mirror=FED)
async def scenario_read_takes_what_is_there_up_to_its_limit(out):
    reader = reader_with(b"0123456789")
    await attempt_await(out, "read(0)", reader.read(0))
    await attempt_await(out, "read(4)", reader.read(4))
    await attempt_await(out, "read(100)", reader.read(100))
    out(f"at the end: {len(await reader.read(4))} bytes")


@scenario("ST-03", mirror=FED)
async def scenario_read_without_limit_goes_to_the_end_of_the_stream(out):
    reader = asyncio.StreamReader(limit=4)
    task = asyncio.create_task(reader.read())
    for piece in [b"0123", b"4567", b"89"]:
        reader.feed_data(piece)
        await settle()
    out(f"done {show(task.done())}")
    reader.feed_eof()
    await attempt_await(out, "read", task)
    out(f"again: {len(await reader.read())} bytes")


@scenario("ST-03", "R-33", mirror=FED)
async def scenario_a_waiting_read_wakes_when_data_or_the_end_comes(out):
    reader = asyncio.StreamReader()

    async def read():
        while data := await reader.read(100):
            out(f"read {show(data)}")
        out("end")

    task = asyncio.create_task(read())
    for piece in [b"one", b"two"]:
        await settle()
        out("feed")
        reader.feed_data(piece)
    await settle()
    out("feed the end")
    reader.feed_eof()
    await task


@scenario("ST-04", mirror=FED)
async def scenario_readline_returns_lines_and_what_is_left_at_the_end(out):
    reader = reader_with(b"one\n\nthree\nrest")
    for _ in range(4):
        await attempt_await(out, "line", reader.readline())
    out(f"at the end: {len(await reader.readline())} bytes")


@scenario("ST-04", "R-33", mirror=FED)
async def scenario_readline_waits_for_the_rest_of_its_line(out):
    reader = reader_with(b"first half,", eof=False)
    task = asyncio.create_task(reader.readline())
    await settle()
    out(f"done {show(task.done())}")
    reader.feed_data(b" second half\nnext")
    await attempt_await(out, "line", task)


@scenario("ST-04", mirror=FED)
async def scenario_a_line_over_the_limit_is_refused(out):
    reader = reader_with(b"123\n12345\n67\n", limit=3)
    await attempt_await(out, "as long as the limit", reader.readline())
    await attempt_refused(out, "longer", reader.readline())
    reader = reader_with(b"12345", limit=3, eof=False)
    await attempt_refused(out, "longer and not over", reader.readline())


@scenario("ST-05", mirror=FED)
async def scenario_readuntil_returns_the_data_with_its_separator(out):
    reader = reader_with(b"one;two--three;")
    await attempt_await(out, "until ;", reader.readuntil(b";"))
    await attempt_await(out, "until --", reader.readuntil(b"--"))
    await attempt_await(out, "until ;", reader.readuntil(b";"))
    await attempt_await(out, "without separator", reader.readuntil(b""))


@scenario("ST-05", mirror="several separators; the match that ends first wins. " + FED)
async def scenario_readuntil_takes_the_first_of_several_separators(out):
    reader = reader_with(b"one--two;three")
    separators = (b";", b"--")
    await attempt_await(out, "first", reader.readuntil(separators))
    await attempt_await(out, "second", reader.readuntil(separators))
    await attempt_await(out, "rest", reader.readuntil(separators))
    await attempt_await(out, "no separators", reader.readuntil(()))


@scenario("ST-05", mirror=FED)
async def scenario_a_separator_may_come_in_pieces(out):
    reader = reader_with(b"one-", eof=False)
    task = asyncio.create_task(reader.readuntil(b"--"))
    await settle()
    out(f"done {show(task.done())}")
    reader.feed_data(b"-two")
    await attempt_await(out, "until --", task)


@scenario("ST-05", mirror=FED)
async def scenario_readuntil_at_the_end_gives_the_partial_data_with_its_error(out):
    reader = reader_with(b"partial")
    await attempt_await(out, "readuntil", reader.readuntil(b";"))
    out(f"left {len(await reader.read())} bytes")


@scenario("ST-05", mirror=FED)
async def scenario_readuntil_over_the_limit_keeps_the_data(out):
    reader = reader_with(b"123456;", limit=4)
    await attempt_await(out, "separator found", reader.readuntil(b";"))
    await attempt_await(out, "data is kept", reader.read(100))
    reader = reader_with(b"123456", limit=4, eof=False)
    await attempt_await(out, "separator not found", reader.readuntil(b";"))
    await attempt_await(out, "data is kept", reader.read(100))
    reader = reader_with(b"1234;", limit=4)
    await attempt_await(out, "the separator does not count", reader.readuntil(b";"))


@scenario("ST-06", mirror=FED)
async def scenario_readexactly_waits_for_all_its_bytes(out):
    reader = reader_with(b"012", limit=2, eof=False)
    task = asyncio.create_task(reader.readexactly(6))
    await settle()
    out(f"done {show(task.done())}")
    reader.feed_data(b"3456789")
    await attempt_await(out, "readexactly", task)
    await attempt_await(out, "readexactly", reader.readexactly(2))
    out(f"none: {len(await reader.readexactly(0))} bytes")
    await attempt_await(out, "negative", reader.readexactly(-1))


@scenario("ST-06", mirror=FED)
async def scenario_readexactly_at_the_end_gives_the_partial_data_with_its_error(out):
    reader = reader_with(b"012")
    await attempt_await(out, "readexactly", reader.readexactly(6))
    out(f"left {len(await reader.read())} bytes")


@scenario("ST-07", mirror=FED)
async def scenario_a_reader_is_at_its_end_when_the_buffer_is_empty(out):
    reader = reader_with(b"x", eof=False)
    attempt(out, "with data", reader.at_eof)
    reader.feed_eof()
    attempt(out, "with data and the end fed", reader.at_eof)
    await reader.read(1)
    attempt(out, "data read", reader.at_eof)


@scenario("ST-07", mirror=FED)
async def scenario_an_exception_of_a_reader_goes_before_its_data(out):
    reader = reader_with(b"data\n", eof=False)
    attempt(out, "exception", reader.exception)
    reader.set_exception(Boom("boom"))
    attempt(out, "exception", reader.exception)
    await attempt_await(out, "read", reader.read(1))
    await attempt_await(out, "readline", reader.readline())
    await attempt_await(out, "readuntil", reader.readuntil(b"\n"))
    await attempt_await(out, "readexactly", reader.readexactly(1))


@scenario("ST-07", "R-33", mirror=FED)
async def scenario_an_exception_wakes_a_waiting_read(out):
    reader = asyncio.StreamReader()
    task = asyncio.create_task(reader.read(1))
    await settle()
    reader.set_exception(Boom("boom"))
    await attempt_await(out, "read", task)


@scenario("ST-02")
async def scenario_a_reader_needs_a_limit_above_zero(out):
    attempt(out, "zero", lambda: show(asyncio.StreamReader(limit=0) is not None))
    attempt(out, "negative", lambda: show(asyncio.StreamReader(limit=-1) is not None))
    attempt(out, "one", lambda: show(asyncio.StreamReader(limit=1) is not None))


@scenario("ST-02", mirror=FED)
async def scenario_only_one_task_may_wait_for_a_reader(out):
    reader = asyncio.StreamReader()
    first = asyncio.create_task(reader.read(1))
    await settle()
    await attempt_await(out, "second", reader.read(1))
    await attempt_await(out, "line", reader.readline())
    reader.feed_data(b"x")
    await attempt_await(out, "first", first)


@scenario("ST-03", "TK-02", "R-37", mirror=FED)
async def scenario_a_cancelled_read_loses_no_data(out):
    reader = asyncio.StreamReader()
    task = asyncio.create_task(reader.readexactly(4))
    await settle()
    reader.feed_data(b"01")
    await settle()
    task.cancel()
    await attempt_await(out, "cancelled", task)
    reader.feed_data(b"23")
    await attempt_await(out, "read again", reader.readexactly(4))


@scenario("ST-02", mirror="a transport whose pauseReading and resumeReading print")
async def scenario_a_reader_pauses_its_transport_above_twice_its_limit(out):
    class Transport(asyncio.ReadTransport):
        def pause_reading(self):
            out("pause")

        def resume_reading(self):
            out("resume")

    reader = asyncio.StreamReader(limit=1000)
    reader.set_transport(Transport())
    reader.feed_data(bytes(2000))
    out("2000 bytes are not too many")
    reader.feed_data(b"x")
    reader.feed_data(b"x")
    out(f"read {len(await reader.read(1001))}, 1001 are left")
    out(f"read {len(await reader.read(1))}, 1000 are left")


@scenario("ST-01", "ST-08", "ST-10")
async def scenario_an_echo_server_with_streams(out):
    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, LOCALHOST, 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    for line in [b"one\n", b"two\n"]:
        writer.write(line)
        await writer.drain()
        out(f"echo {show(await reader.readline())}")
    writer.write_eof()
    out(f"end: {len(await reader.read())} bytes")
    writer.close()
    await attempt_await(out, "wait_closed", writer.wait_closed())
    server.close()
    await server.wait_closed()
    out("closed")


@scenario("ST-01", "EL-123", mirror="keys of the report: exception message transport")
async def scenario_a_connection_handler_that_raises_is_reported_and_its_connection_closed(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    async def fail(reader, writer):
        raise Boom("boom")

    server = await asyncio.start_server(fail, LOCALHOST, 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    out(f"client sees the end after {len(await reader.read())} bytes")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@scenario("ST-01", "TK-02", mirror="nothing is reported")
async def scenario_a_cancelled_connection_handler_closes_its_connection(out):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(print_to(out))
    started = loop.create_future()

    async def wait(reader, writer):
        started.set_result(asyncio.current_task())
        await asyncio.sleep(3600)

    server = await asyncio.start_server(wait, LOCALHOST, 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    (await started).cancel()
    out(f"client sees the end after {len(await reader.read())} bytes")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@scenario("ST-01", "ST-04")
async def scenario_open_connection_takes_a_limit(out):
    with socket.create_server((LOCALHOST, 0)) as listener:
        reader, writer = await asyncio.open_connection(*listener.getsockname(), limit=4)
        peer = Peer(listener.accept()[0])
    peer.send("12345678\n")
    await attempt_refused(out, "line", reader.readline())
    writer.close()
    await writer.wait_closed()
    peer.close()


@scenario("ST-08", "TP-01")
async def scenario_a_writer_passes_everything_to_its_transport(out):
    peer, _, writer = await open_with_peer()
    writer.write(b"a")
    writer.writelines([b"b", b"c"])
    out(f"peer got {show(await peer.receive(3))}")
    out(f"peername {show(writer.get_extra_info('peername') == peer.sock.getsockname())}")
    out(f"no such name {show(writer.get_extra_info('nonsense'))}")
    attempt(out, "can_write_eof", writer.can_write_eof)
    writer.write_eof()
    out(f"peer sees the end after {await peer.receive_to_end()} bytes")
    attempt(out, "closing", writer.is_closing)
    writer.close()
    writer.close()
    attempt(out, "closing", writer.is_closing)
    out(f"transport closing {show(writer.transport.is_closing())}")
    await writer.wait_closed()
    peer.close()


@scenario("ST-08", "R-67")
async def scenario_writing_to_a_closed_writer_is_not_an_error(out):
    peer, _, writer = await open_with_peer()
    writer.close()
    await writer.wait_closed()
    attempt(out, "write", lambda: writer.write(b"lost"))
    await attempt_await(out, "drain", writer.drain())
    out(f"peer got {await peer.receive_to_end()} bytes")
    peer.close()


@scenario("ST-09", "R-35")
async def scenario_drain_does_not_suspend_while_there_is_room(out):
    peer, _, writer = await open_with_peer()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    writer.write(b"hello")
    await writer.drain()
    out("drained")
    await settle()
    writer.close()
    await writer.wait_closed()
    peer.close()


@scenario("ST-09", "R-75", mirror="two tasks drain one writer")
async def scenario_drain_waits_until_the_peer_has_read(out):
    peer, _, writer = await open_with_peer()
    writer.write(bytes(HUGE))

    async def drain(name):
        await writer.drain()
        out(f"{name} drained")

    tasks = [asyncio.create_task(drain(name)) for name in ["first", "second"]]
    await asyncio.sleep(0.02)
    out("peer reads")
    await peer.receive(HUGE)
    await asyncio.gather(*tasks)
    writer.close()
    await writer.wait_closed()
    peer.close()


@scenario("ST-09", "ST-10", "R-62")
async def scenario_a_reset_reaches_reader_drain_and_wait_closed(out):
    peer, reader, writer = await open_with_peer()
    peer.reset()
    await attempt_await(out, "read", reader.read(1))
    await attempt_await(out, "drain", writer.drain())
    writer.close()
    await attempt_await(out, "wait_closed", writer.wait_closed())


@scenario("ST-09", "R-75", mirror="the connection is aborted while drain waits")
async def scenario_a_waiting_drain_ends_when_the_connection_is_lost(out):
    peer, _, writer = await open_with_peer()
    writer.write(bytes(HUGE))
    task = asyncio.create_task(writer.drain())
    await settle()
    out(f"done {show(task.done())}")
    writer.transport.abort()
    # It returns in CPython and throws in Java, where what was dropped is not called drained.
    await asyncio.wait([task])
    out(f"done {show(task.done())}")
    peer.close()


@scenario("ST-10")
async def scenario_wait_closed_waits_for_connection_lost(out):
    peer, _, writer = await open_with_peer()

    async def wait():
        await writer.wait_closed()
        out("waiter released")

    task = asyncio.create_task(wait())
    await settle()
    out("close")
    writer.close()
    await task
    await attempt_await(out, "wait again", writer.wait_closed())
    peer.close()


@scenario("ST-03", "ST-08", "R-73")
async def scenario_a_stream_can_be_written_after_the_peer_has_ended_its_half(out):
    peer, reader, writer = await open_with_peer()
    peer.send("question")
    peer.end()
    out(f"read {show(await reader.read())}")
    writer.write(b"answer")
    await writer.drain()
    out(f"peer got {show(await peer.receive(6))}")
    writer.close()
    await writer.wait_closed()
    peer.close()
