# SPDX-License-Identifier: Apache-2.0
"""Transports under TLS and how they end, both ends on the loop."""

import asyncio
import ssl

from certificates import Caller, call, join, kept, nothing, serve, silent, tell
from scenario import scenario
from support import HUGE, Quiet, Recorder, Warnings, print_to, settle
from words import Boom, attempt, show, word

TLS12 = ssl.TLSVersion.TLSv1_2


@scenario("R-102", "TP-01", mirror="more than the kernel takes at once")
async def scenario_what_is_written_before_close_arrives_under_tls(out):
    client = Caller(out)
    accepted = silent()
    transport = await join(client, accepted)
    transport.write(bytes(HUGE))
    transport.close()
    out(f"closing {show(transport.is_closing())}")
    await accepted.received(HUGE)
    await client.lost
    await accepted.lost
    out(f"all {show(accepted.count == HUGE)}")


@scenario("R-102", "R-67")
async def scenario_writes_after_close_are_dropped_under_tls(out):
    client = Quiet(out)
    accepted, lines = kept()
    transport = await join(client, accepted)
    transport.write(b"before")
    transport.close()
    for _ in range(8):
        transport.write(b"after")
    await client.lost
    transport.write(b"long after")
    await accepted.lost
    tell(out, "server", lines)


@scenario("R-102", "TP-01")
async def scenario_close_is_told_once_under_tls(out):
    client = Caller(out)
    accepted = silent()
    transport = await join(client, accepted)
    transport.close()
    transport.close()
    out(f"closing {show(transport.is_closing())}")
    await client.lost
    transport.close()
    transport.abort()
    await settle()
    out("once")


@scenario("EL-47", "R-102", mirror="the other side has paused, so that it hears no goodbye")
async def scenario_a_peer_that_says_no_goodbye_is_given_up(out):
    client = Recorder(out)
    accepted = silent()
    server = await serve(lambda: accepted)
    transport = await call(server, client, ssl_shutdown_timeout=0.05)
    await accepted.made
    accepted.transport.pause_reading()
    transport.close()
    await client.lost
    accepted.transport.abort()
    await accepted.lost
    server.close()


@scenario("EL-77", "R-102", mirror="the other way round")
async def scenario_a_client_that_says_no_goodbye_is_given_up(out):
    client = silent()
    accepted = Recorder(out)
    server = await serve(lambda: accepted, ssl_shutdown_timeout=0.05)
    transport = await call(server, client)
    await accepted.made
    transport.pause_reading()
    accepted.transport.close()
    await accepted.lost
    transport.abort()
    await client.lost
    server.close()


@scenario("R-104", "TP-03", mirror="TLS 1.2: in Java TLS 1.3 can")
async def scenario_both_halves_of_old_tls_end_together(out):
    class Open(Recorder):
        def eof_received(self):
            super().eof_received()
            return True

    client = silent()
    accepted = Open(out)
    with Warnings() as warnings:
        transport = await join(client, accepted, TLS12)
        attempt(out, "can_write_eof", transport.can_write_eof)
        try:
            transport.write_eof()
        except NotImplementedError:
            out("write_eof refused")
        transport.close()
        await accepted.lost
        await client.lost
    out(f"warnings {len(warnings.texts)}")


@scenario("TP-04", "R-72")
async def scenario_abort_is_the_end_for_who_calls_it_under_tls(out):
    client = Recorder(out)
    accepted = silent()
    transport = await join(client, accepted)
    transport.write(bytes(HUGE))
    transport.abort()
    out(f"closing {show(transport.is_closing())}")
    await client.lost
    await accepted.lost


@scenario("R-109", "TP-02")
async def scenario_reading_can_be_paused_under_tls(out):
    client = silent()
    accepted = Recorder(out)
    transport = await join(client, accepted)
    accepted.transport.pause_reading()
    attempt(out, "reading", accepted.transport.is_reading)
    transport.write(b"hello")
    await asyncio.sleep(0.02)
    out("resume")
    accepted.transport.resume_reading()
    attempt(out, "reading", accepted.transport.is_reading)
    await accepted.received(5)
    transport.close()
    await accepted.lost
    await client.lost


@scenario("R-106", "TP-03")
async def scenario_the_marks_of_the_write_buffer_under_tls(out):
    client = silent()
    accepted = silent()
    transport = await join(client, accepted)
    out(f"limits {show(list(transport.get_write_buffer_limits()))}")
    transport.set_write_buffer_limits(high=100_000)
    out(f"limits {show(list(transport.get_write_buffer_limits()))}")
    transport.set_write_buffer_limits(high=1000, low=10)
    out(f"limits {show(list(transport.get_write_buffer_limits()))}")
    attempt(out, "low above high", lambda: transport.set_write_buffer_limits(high=1, low=2))
    transport.close()
    await client.lost
    await accepted.lost


@scenario("R-106", "R-75", mirror="more than the kernel takes while the other side has paused, in pieces")
async def scenario_a_protocol_that_writes_too_much_is_paused_under_tls(out):
    lines = []

    class Pausing(Quiet):
        def pause_writing(self):
            lines.append("pause")

        def resume_writing(self):
            lines.append("resume")

    client = Pausing(nothing)
    accepted = silent()
    transport = await join(client, accepted)
    accepted.transport.pause_reading()
    while "pause" not in lines:
        transport.write(bytes(1 << 20))
        await asyncio.sleep(0)
    out(show(lines))
    out(f"buffered {show(transport.get_write_buffer_size() > 0)}")
    accepted.transport.resume_reading()
    while "resume" not in lines:
        await asyncio.sleep(0.01)
    out(show(lines))
    transport.abort()
    await client.lost
    await accepted.lost


@scenario("R-66", "TP-03")
async def scenario_writes_arrive_in_order_under_tls(out):
    received = bytearray()

    class Keeping(Quiet):
        def data_received(self, data):
            received.extend(data)
            super().data_received(data)

    client = silent()
    accepted = Keeping(nothing)
    transport = await join(client, accepted)
    transport.write(b"a")
    transport.write(b"")
    transport.writelines([b"b", b"", b"c"])
    transport.write(b"d")
    await accepted.received(4)
    out(f"server got {show(received)}")
    transport.close()
    await client.lost
    await accepted.lost


@scenario("TP-09", "R-110", mirror="a buffer of five bytes")
async def scenario_a_buffered_protocol_under_tls_gets_every_byte(out):
    received = bytearray()
    all_there = asyncio.get_running_loop().create_future()

    class Buffered(asyncio.BufferedProtocol):
        def __init__(self):
            # A memoryview: of a bytearray CPython loses what it is given (D-14).
            self.buffer = memoryview(bytearray(5))

        def connection_made(self, transport):
            self.transport = transport

        def get_buffer(self, sizehint):
            return self.buffer

        def buffer_updated(self, nbytes):
            received.extend(self.buffer[:nbytes])
            if len(received) == 12:
                all_there.set_result(None)

        def eof_received(self):
            out("eof")

        def connection_lost(self, exc):
            out(f"lost {word(exc)}")
            self.lost.set_result(None)

    accepted = Buffered()
    accepted.lost = asyncio.get_running_loop().create_future()
    server = await serve(lambda: accepted)
    client = silent()
    transport = await call(server, client)
    transport.write(b"twelve bytes")
    await all_there
    out(f"server got {show(received)}")
    transport.close()
    await client.lost
    await accepted.lost
    server.close()


@scenario("R-61", "EL-123")
async def scenario_a_data_received_that_raises_is_fatal_under_tls(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    class Failing(Recorder):
        def data_received(self, data):
            raise Boom("boom")

    client = silent()
    accepted = Failing(out)
    transport = await join(client, accepted)
    transport.write(b"hello")
    await accepted.lost
    await client.lost
