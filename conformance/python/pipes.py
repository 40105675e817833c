# SPDX-License-Identifier: Apache-2.0
"""Transports of pipes and what their protocols hear."""

import asyncio
import contextlib
import os
import tempfile

from scenario import scenario
from support import Recorder, settle
from words import attempt, attempt_await, show, word


@contextlib.contextmanager
def pipe():
    """Both ends of a pipe, as unbuffered files."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", 0) as source, os.fdopen(writer, "wb", 0) as sink:
        yield source, sink


async def read(recorder, source):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: recorder, source)
    return transport


async def write(protocol, sink):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_write_pipe(lambda: protocol, sink)
    return transport


class Writing(asyncio.BaseProtocol):
    """A protocol of the end that is written to; prints every call."""

    def __init__(self, out):
        self.out = out
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.out("writer made")

    def pause_writing(self):
        self.out("pause")

    def resume_writing(self):
        self.out("resume")

    def connection_lost(self, exc):
        self.out(f"writer lost {word(exc)}")
        self.lost.set_result(None)


def read_all(source, count):
    """Reads so many bytes in this thread; fewer only at the end."""
    pieces = 0
    while pieces < count:
        piece = source.read(min(count - pieces, 65536))
        if not piece:
            break
        pieces += len(piece)
    return pieces


@scenario("EL-111", "TP-08", "R-117")
async def scenario_a_read_pipe_tells_what_is_written_then_its_end(out):
    with pipe() as (source, sink):
        recorder = Recorder(out)
        transport = await read(recorder, source)
        out(f"connected, reading {show(transport.is_reading())}")
        sink.write(b"hello")
        await recorder.received(5)
        sink.close()
        await recorder.lost
        out(f"closing {show(transport.is_closing())}")


@scenario("R-117", "EL-111", mirror="eof_received returns true")
async def scenario_the_answer_to_the_end_of_a_pipe_is_ignored(out):
    class HalfOpen(Recorder):
        def eof_received(self):
            super().eof_received()
            out(f"closing {show(self.transport.is_closing())}")
            out(f"reading {show(self.transport.is_reading())}")
            return True

    with pipe() as (source, sink):
        recorder = HalfOpen(out)
        await read(recorder, source)
        sink.close()
        await recorder.lost


@scenario("EL-111", "EL-112")
async def scenario_connection_made_comes_before_the_connecting_task_goes_on(out):
    with pipe() as (source, sink):
        recorder = Recorder(out)
        sink.write(b"early")
        reading = await read(recorder, source)
        out("reader connected")
        protocol = Writing(out)
        writing = await write(protocol, sink)
        out("writer connected")
        await recorder.received(5)
        writing.close()
        await protocol.lost
        await recorder.lost
        out(f"closing {show(reading.is_closing())} {show(writing.is_closing())}")


@scenario("EL-111", "TP-01")
async def scenario_a_read_pipe_that_is_closed_is_lost_in_the_next_iteration(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        recorder = Recorder(out)
        transport = await read(recorder, source)
        loop.call_soon(lambda: out("queued before"))
        transport.close()
        loop.call_soon(lambda: out("queued after"))
        out(f"closing {show(transport.is_closing())}, reading {show(transport.is_reading())}")
        transport.close()
        await recorder.lost
        await settle()
        out(f"file closed {show(source.closed)}")


@scenario("EL-111", "R-80")
async def scenario_what_a_pipe_has_when_it_is_closed_is_never_delivered(out):
    with pipe() as (source, sink):
        recorder = Recorder(out)
        transport = await read(recorder, source)
        transport.pause_reading()
        sink.write(b"too late")
        await settle()
        transport.close()
        await recorder.lost
        await settle()


@scenario("TP-02", "R-80")
async def scenario_a_paused_read_pipe_delivers_nothing_until_it_resumes(out):
    with pipe() as (source, sink):
        recorder = Recorder(out)
        transport = await read(recorder, source)
        transport.pause_reading()
        transport.pause_reading()
        out(f"reading {show(transport.is_reading())}")
        sink.write(b"hello")
        await asyncio.sleep(0.02)
        out("resuming")
        transport.resume_reading()
        transport.resume_reading()
        out(f"reading {show(transport.is_reading())}")
        await recorder.received(5)
        transport.close()
        attempt(out, "pause", transport.pause_reading)
        attempt(out, "resume", transport.resume_reading)
        await recorder.lost


@scenario("R-58", "EL-111")
async def scenario_a_protocol_can_pause_its_pipe_in_connection_made(out):
    class Shy(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.pause_reading()

    with pipe() as (source, sink):
        recorder = Shy(out)
        sink.write(b"hello")
        transport = await read(recorder, source)
        await asyncio.sleep(0.02)
        out("resuming")
        transport.resume_reading()
        await recorder.received(5)
        transport.close()
        await recorder.lost


@scenario("R-79", "R-117")
async def scenario_a_paused_read_pipe_hears_of_its_end_when_it_resumes(out):
    with pipe() as (source, sink):
        recorder = Recorder(out)
        transport = await read(recorder, source)
        transport.pause_reading()
        sink.close()
        await asyncio.sleep(0.02)
        out(f"closing {show(transport.is_closing())}")
        transport.resume_reading()
        await recorder.lost


@scenario("EL-111", "TP-01")
async def scenario_a_read_pipe_can_change_its_protocol(out):
    with pipe() as (source, sink):
        first = Recorder(lambda line: out(f"first {line}"))
        second = Recorder(lambda line: out(f"second {line}"))
        transport = await read(first, source)
        transport.set_protocol(second)
        out(f"is the second: {show(transport.get_protocol() is second)}")
        sink.write(b"hello")
        await second.received(5)
        sink.close()
        await second.lost


@scenario("EL-111", "EL-112", "TP-01")
async def scenario_a_transport_of_a_pipe_knows_its_pipe(out):
    with pipe() as (source, sink):
        recorder = Recorder(out)
        protocol = Writing(out)
        reading = await read(recorder, source)
        writing = await write(protocol, sink)
        out(f"reader {show(reading.get_extra_info('pipe') is source)}")
        out(f"writer {show(writing.get_extra_info('pipe') is sink)}")
        out(f"other {show(reading.get_extra_info('socket'))}")
        writing.close()
        await protocol.lost
        await recorder.lost
        out(f"reader {show(reading.get_extra_info('pipe') is source)}")


@scenario("EL-112", "TP-03")
async def scenario_a_write_pipe_sends_what_is_written(out):
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        transport.write(b"one ")
        transport.writelines([b"two ", b"three"])
        transport.write(b"")
        out(f"buffered {transport.get_write_buffer_size()}")
        out(f"read {show(source.read(100))}")
        transport.close()
        out(f"closing {show(transport.is_closing())}")
        await protocol.lost
        out(f"end {show(source.read(100))}")


@scenario("EL-112", "R-117", "R-66")
async def scenario_write_eof_of_a_pipe_closes_it(out):
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        transport.write(b"last")
        out(f"can_write_eof: {show(transport.can_write_eof())}")
        transport.write_eof()
        transport.write_eof()
        out(f"closing {show(transport.is_closing())}")
        attempt(out, "write", lambda: transport.write(b"dropped"))
        await protocol.lost
        out(f"read {show(source.read(100))}")
        out(f"end {show(source.read(100))}")


@scenario("EL-112", "TP-01")
async def scenario_a_write_pipe_sends_what_is_buffered_before_it_closes(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        transport.write(bytes(1_000_000))
        out(f"buffered {show(transport.get_write_buffer_size() > 0)}")
        transport.close()
        out(f"closing {show(transport.is_closing())}, lost {show(protocol.lost.done())}")
        transport.write(b"dropped")
        count = await loop.run_in_executor(None, read_all, source, 2_000_000)
        await protocol.lost
        out(f"read {count}")


@scenario("EL-112", "TP-04")
async def scenario_abort_drops_what_a_write_pipe_holds(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        transport.write(bytes(1_000_000))
        loop.call_soon(lambda: out("queued before"))
        transport.abort()
        out(f"closing {show(transport.is_closing())}, holds {transport.get_write_buffer_size()}")
        await protocol.lost
        await settle()
        count = await loop.run_in_executor(None, read_all, source, 2_000_000)
        out(f"read all {show(count == 1_000_000)}")


@scenario("EL-112", "R-75", "TP-03")
async def scenario_a_write_pipe_pauses_its_protocol_and_resumes_it(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        low, high = transport.get_write_buffer_limits()
        out(f"limits {low} {high}")
        transport.set_write_buffer_limits(high=1000)
        low, high = transport.get_write_buffer_limits()
        out(f"limits {low} {high}")
        transport.write(bytes(200_000))
        transport.write(bytes(100))
        out("written")
        count = await loop.run_in_executor(None, read_all, source, 200_100)
        out(f"read {count}, holds {transport.get_write_buffer_size()}")
        transport.close()
        await protocol.lost


@scenario("EL-112", "R-117")
async def scenario_a_write_pipe_whose_reader_closes_is_lost_without_an_error(out):
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        source.close()
        await protocol.lost
        out(f"closing {show(transport.is_closing())}")
        attempt(out, "write", lambda: transport.write(b"dropped"))


@scenario("EL-112", "R-117")
async def scenario_a_write_pipe_with_unsent_bytes_hears_that_it_is_broken(out):
    with pipe() as (source, sink):
        protocol = Writing(out)
        transport = await write(protocol, sink)
        transport.write(bytes(1_000_000))
        source.close()
        await protocol.lost
        out(f"closing {show(transport.is_closing())}, holds {transport.get_write_buffer_size()}")


@scenario("EL-111", "EL-112")
async def scenario_a_regular_file_is_no_pipe(out):
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryFile() as file:
        await attempt_await(out, "read", loop.connect_read_pipe(asyncio.Protocol, file))
        await attempt_await(out, "write", loop.connect_write_pipe(asyncio.Protocol, file))


@scenario("EL-111", "ST-02", "ST-04")
async def scenario_a_pipe_is_read_as_a_stream(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
        sink.write(b"one\ntwo\nrest")
        out(f"line {show(await reader.readline())}")
        out(f"line {show(await reader.readline())}")
        sink.close()
        out(f"rest {show(await reader.read())}")
        out(f"at the end {show(reader.at_eof())}")


@scenario("EL-111", "ST-04", mirror="the task is cancelled while it reads")
async def scenario_a_cancelled_read_of_a_pipe_leaves_what_comes_later(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
        task = loop.create_task(reader.readline())
        await settle()
        sink.write(b"half a li")
        await asyncio.sleep(0.02)
        task.cancel()
        await attempt_await(out, "readline", task)
        sink.write(b"ne\n")
        out(f"line {show(await reader.readline())}")
        sink.close()
        out(f"rest {show(await reader.read())}")


@scenario("EL-112", "ST-09", mirror="Streams.openWritePipe; the mixin has no equal in Java")
async def scenario_a_pipe_is_written_as_a_stream(out):
    loop = asyncio.get_running_loop()
    with pipe() as (source, sink):
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sink)
        writer = asyncio.StreamWriter(transport, protocol, None, loop)
        writer.write(b"hello")
        await writer.drain()
        out(f"read {show(source.read(100))}")
        writer.write(bytes(1_000_000))
        draining = loop.create_task(writer.drain())
        await settle()
        out(f"drained {show(draining.done())}")
        count = await loop.run_in_executor(None, read_all, source, 1_000_000)
        await draining
        out(f"read {count}, drained {show(draining.done())}")
        writer.close()
        await settle()
        out(f"end {show(source.read(100))}")
