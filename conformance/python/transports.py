# SPDX-License-Identifier: Apache-2.0
"""Stream transports and what their protocols hear."""

import asyncio

from scenario import scenario
from support import HUGE, Quiet, Recorder, connect, print_to, settle
from words import Boom, attempt, show, word


@scenario("TP-08", "R-59", "R-73")
async def scenario_the_end_of_the_stream_closes_the_transport(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    peer.send("hello")
    peer.end()
    await recorder.lost
    out(f"closing {show(transport.is_closing())}, peer got {await peer.receive_to_end()} bytes")
    peer.close()
    await settle()


@scenario("R-73", "TP-08", mirror="eof_received returns true")
async def scenario_a_protocol_can_keep_its_write_half_after_the_end_of_the_stream(out):
    class HalfOpen(Recorder):
        def eof_received(self):
            super().eof_received()
            return True

    recorder = HalfOpen(out)
    peer, transport = await connect(recorder)
    peer.end()
    await recorder.ended
    await asyncio.sleep(0.02)
    out(f"closing {show(transport.is_closing())}")
    transport.write(b"still here")
    out(f"peer got {show(await peer.receive(10))}")
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-67", "TP-01")
async def scenario_close_is_reported_in_the_next_iteration(out):
    loop = asyncio.get_running_loop()
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    loop.call_soon(lambda: out("queued before"))
    transport.close()
    loop.call_soon(lambda: out("queued after"))
    out(f"closing {show(transport.is_closing())}")
    transport.close()
    await recorder.lost
    await settle()
    peer.close()


@scenario("R-67", "TP-01")
async def scenario_writes_after_close_are_dropped(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.write(b"before")
    transport.close()
    for _ in range(8):
        transport.write(b"after")
    await recorder.lost
    transport.write(b"long after")
    out(f"peer got {await peer.receive_to_end()} bytes")
    peer.close()


@scenario("TP-01", "R-64", mirror="more than the kernel takes at once")
async def scenario_close_flushes_what_is_buffered(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.write(bytes(HUGE))
    out(f"buffered {show(transport.get_write_buffer_size() > 0)}")
    transport.close()
    await settle()
    out(f"closing {show(transport.is_closing())}, lost {show(recorder.lost.done())}")
    out(f"peer got all {show(await peer.receive_to_end() == HUGE)}")
    await recorder.lost
    peer.close()


@scenario("R-72", "TP-04", mirror="more than the kernel takes at once")
async def scenario_abort_drops_what_is_buffered(out):
    loop = asyncio.get_running_loop()
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.write(bytes(HUGE))
    loop.call_soon(lambda: out("queued before"))
    transport.abort()
    out(f"closing {show(transport.is_closing())}, buffered {transport.get_write_buffer_size()}")
    await recorder.lost
    out(f"peer got all {show(await peer.receive_to_end() == HUGE)}")
    peer.close()


@scenario("R-72", "TP-04", "R-59")
async def scenario_abort_and_close_together_are_reported_once(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.close()
    transport.abort()
    transport.abort()
    transport.close()
    await recorder.lost
    transport.abort()
    transport.close()
    await settle()
    out("once")
    peer.close()


@scenario("R-71", "TP-01")
async def scenario_close_inside_data_received_ends_the_delivery(out):
    class Closing(Recorder):
        def data_received(self, data):
            super().data_received(data)
            self.transport.close()
            peer.send("more")

    recorder = Closing(out)
    peer, _ = await connect(recorder)
    peer.send("hello")
    await recorder.lost
    peer.close()


@scenario("R-70", "R-80")
async def scenario_data_that_was_not_read_before_close_is_never_delivered(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.pause_reading()
    peer.send("hello")
    await asyncio.sleep(0.02)
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-74", "R-66", "TP-03")
async def scenario_write_eof_ends_the_write_half_only(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    attempt(out, "can_write_eof", transport.can_write_eof)
    transport.write(b"hello")
    transport.write_eof()
    transport.write_eof()
    out(f"peer got {await peer.receive_to_end()} bytes and the end")
    attempt(out, "write", lambda: transport.write(b"more"))
    attempt(out, "write nothing", lambda: transport.write(b""))
    out(f"closing {show(transport.is_closing())}")
    peer.send("answer")
    await recorder.received(6)
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-74", "TP-03", mirror="more than the kernel takes at once")
async def scenario_write_eof_waits_for_what_is_buffered(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.write(bytes(HUGE))
    transport.write_eof()
    out(f"buffered {show(transport.get_write_buffer_size() > 0)}")
    out(f"peer got all {show(await peer.receive_to_end() == HUGE)}")
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-66", "TP-03", "R-64")
async def scenario_writes_arrive_in_order_and_an_empty_one_is_nothing(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.write(b"a")
    transport.write(b"")
    transport.writelines([b"b", b"", b"c"])
    transport.write(b"d")
    out(f"buffered {transport.get_write_buffer_size()}")
    out(f"peer got {show(await peer.receive(4))}")
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-64", "TP-03", mirror="pieces of 1, 2, 3.. bytes behind more than the kernel takes")
async def scenario_buffered_pieces_arrive_in_order(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.write(bytes(HUGE))
    tail = b"".join(str(n).encode() + b"," for n in range(3000))
    for n in range(3000):
        transport.write(str(n).encode() + b",")
    out(f"buffered {show(transport.get_write_buffer_size() >= len(tail))}")
    await peer.receive(HUGE)
    out(f"tail in order {show(await peer.receive(len(tail)) == tail)}")
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-61", "EL-123")
async def scenario_a_data_received_that_raises_is_fatal(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    class Failing(Recorder):
        def data_received(self, data):
            raise Boom("boom")

    recorder = Failing(out)
    peer, _ = await connect(recorder)
    peer.send("hello")
    await recorder.lost
    out(f"peer got {await peer.receive_to_end()} bytes and the end")
    peer.close()


@scenario("R-61", "EL-123")
async def scenario_an_eof_received_that_raises_is_fatal(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    class Failing(Recorder):
        def eof_received(self):
            raise Boom("boom")

    recorder = Failing(out)
    peer, _ = await connect(recorder)
    peer.end()
    await recorder.lost
    out(f"peer got {await peer.receive_to_end()} bytes and the end")
    peer.close()


@scenario("R-62", mirror="the peer sets SO_LINGER to 0 and closes")
async def scenario_a_reset_by_the_peer_is_told_to_the_protocol_only(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    peer.reset()
    await recorder.lost
    out(f"closing {show(transport.is_closing())}")


@scenario("R-63")
async def scenario_one_read_takes_no_more_than_256_kib(out):
    sizes = []

    class Sizes(Quiet):
        def data_received(self, data):
            sizes.append(len(data))

    recorder = Sizes(out)
    peer, _ = await connect(recorder)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, lambda: peer.sock.sendall(bytes(HUGE)))
    peer.close()
    await recorder.lost
    out(f"all arrived {show(sum(sizes) == HUGE)}")
    out(f"none too large {show(max(sizes) <= 256 * 1024)}")


@scenario("R-80", "TP-02")
async def scenario_reading_can_be_paused_and_resumed_any_number_of_times(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    attempt(out, "reading", transport.is_reading)
    transport.pause_reading()
    transport.pause_reading()
    attempt(out, "paused: reading", transport.is_reading)
    peer.send("hello")
    await asyncio.sleep(0.02)
    out("resume")
    transport.resume_reading()
    transport.resume_reading()
    attempt(out, "resumed: reading", transport.is_reading)
    await recorder.received(5)
    transport.close()
    attempt(out, "closed: reading", transport.is_reading)
    transport.pause_reading()
    transport.resume_reading()
    attempt(out, "closed and resumed: reading", transport.is_reading)
    await recorder.lost
    peer.close()


@scenario("R-79", "TP-02")
async def scenario_a_paused_transport_does_not_notice_that_the_peer_is_gone(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    transport.pause_reading()
    peer.send("hello")
    peer.close()
    await asyncio.sleep(0.02)
    out("resume")
    transport.resume_reading()
    await recorder.lost


@scenario("TP-01", "TP-08")
async def scenario_the_protocol_of_a_transport_can_be_replaced(out):
    class Second(Recorder):
        def data_received(self, data):
            self.out("second protocol")
            super().data_received(data)

    first, second = Recorder(out), Second(out)
    peer, transport = await connect(first)
    peer.send("one")
    await first.received(3)
    transport.set_protocol(second)
    out(f"replaced {show(transport.get_protocol() is second)}")
    peer.send("two")
    await second.received(3)
    peer.close()
    await second.lost
    out(f"first was told {show(first.lost.done())}")


@scenario("TP-01", mirror="addresses are compared, never printed")
async def scenario_a_transport_tells_its_addresses(out):
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    out(f"sockname {show(transport.get_extra_info('sockname') == peer.sock.getpeername())}")
    out(f"peername {show(transport.get_extra_info('peername') == peer.sock.getsockname())}")
    out(f"socket {show(transport.get_extra_info('socket') is not None)}")
    out(f"no such name {show(transport.get_extra_info('nonsense'))}")
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-84", "EL-100", "EL-101", mirror="the socket of the transport, as get_extra_info gives it")
async def scenario_a_descriptor_of_a_transport_cannot_be_watched(out):
    loop = asyncio.get_running_loop()
    recorder = Recorder(out)
    peer, transport = await connect(recorder)
    sock = transport.get_extra_info("socket")
    attempt(out, "add_reader", lambda: loop.add_reader(sock, lambda: None))
    attempt(out, "remove_reader", lambda: loop.remove_reader(sock))
    attempt(out, "add_writer", lambda: loop.add_writer(sock, lambda: None))
    attempt(out, "remove_writer", lambda: loop.remove_writer(sock))
    peer.send("hello")
    await recorder.received(5)
    transport.close()
    await recorder.lost
    peer.close()


class Chunks(asyncio.BufferedProtocol):
    """Receives into a buffer of so many bytes."""

    def __init__(self, out, size):
        self.out = out
        self.buffer = bytearray(size)
        self.lost = asyncio.get_running_loop().create_future()

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.out(f"updated {show(self.buffer[:nbytes])}")

    def eof_received(self):
        self.out("eof")

    def connection_lost(self, exc):
        self.out(f"lost {word(exc)}")
        self.lost.set_result(None)


@scenario("TP-09", "TP-08", mirror="the ten bytes are in the kernel before the first is read")
async def scenario_a_buffered_protocol_receives_into_its_own_buffer(out):
    protocol = Chunks(out, 4)
    peer, transport = await connect(protocol)
    transport.pause_reading()
    peer.send("0123456789")
    await asyncio.sleep(0.02)
    transport.resume_reading()
    peer.end()
    await protocol.lost
    peer.close()


@scenario("TP-09", "R-61")
async def scenario_an_empty_buffer_of_a_buffered_protocol_is_fatal(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))
    protocol = Chunks(out, 0)
    peer, _ = await connect(protocol)
    peer.send("hello")
    await protocol.lost
    peer.close()


@scenario("R-61", "TP-09", "EL-123")
async def scenario_a_buffer_updated_that_raises_is_fatal(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    class Failing(Chunks):
        def buffer_updated(self, nbytes):
            raise Boom("boom")

    protocol = Failing(out, 100)
    peer, _ = await connect(protocol)
    peer.send("hello")
    await protocol.lost
    out(f"peer got {await peer.receive_to_end()} bytes and the end")
    peer.close()
