# SPDX-License-Identifier: Apache-2.0
"""The write buffer and its marks."""

import asyncio

from scenario import scenario
from support import HUGE, Recorder, connect, print_to
from words import Boom, attempt, show


class Flow(Recorder):
    """Prints the calls of flow control too."""

    def __init__(self, out):
        super().__init__(out)
        self.resumed = asyncio.get_running_loop().create_future()

    def pause_writing(self):
        self.out("pause")

    def resume_writing(self):
        self.out("resume")
        if not self.resumed.done():
            self.resumed.set_result(None)


async def finish(peer, transport, protocol):
    transport.abort()
    await protocol.lost
    peer.close()


@scenario("R-75", "TP-03", "TP-07", mirror="the kernel is full, the peer reads later")
async def scenario_writing_is_paused_inside_write_and_resumed_when_the_peer_has_read(out):
    protocol = Flow(out)
    peer, transport = await connect(protocol)
    out("first write")
    transport.write(bytes(HUGE))
    out("second write")
    transport.write(bytes(100_000))
    out(f"above the mark {show(transport.get_write_buffer_size() > 64 * 1024)}")
    await peer.receive(HUGE + 100_000)
    await protocol.resumed
    await asyncio.sleep(0.02)
    out(f"buffered {transport.get_write_buffer_size()}")
    await finish(peer, transport, protocol)


@scenario("R-75", "TP-03", mirror="the high mark is set to what is buffered already, then one byte more")
async def scenario_the_high_mark_itself_is_not_too_much(out):
    protocol = Flow(out)
    peer, transport = await connect(protocol)
    transport.set_write_buffer_limits(high=HUGE)
    transport.write(bytes(HUGE))
    size = transport.get_write_buffer_size()
    out(f"buffered {show(size > 0)}")
    transport.set_write_buffer_limits(high=size)
    out("one byte more")
    transport.write(b"x")
    out(f"grew by {transport.get_write_buffer_size() - size}")
    await finish(peer, transport, protocol)


@scenario("R-75", "TP-03")
async def scenario_a_high_mark_of_zero_pauses_on_any_buffered_byte(out):
    protocol = Flow(out)
    peer, transport = await connect(protocol)
    transport.set_write_buffer_limits(high=0)
    transport.write(b"goes out at once")
    out(f"buffered {transport.get_write_buffer_size()}")
    transport.write(bytes(HUGE))
    await finish(peer, transport, protocol)


@scenario("R-78", "TP-03")
async def scenario_setting_the_marks_may_pause_and_never_resumes(out):
    protocol = Flow(out)
    peer, transport = await connect(protocol)
    transport.set_write_buffer_limits(high=2 * HUGE)
    transport.write(bytes(HUGE))
    out("low marks")
    transport.set_write_buffer_limits(high=1000)
    out("high marks")
    transport.set_write_buffer_limits(high=2 * HUGE)
    await asyncio.sleep(0)
    out("not resumed")
    await finish(peer, transport, protocol)


@scenario("R-76", "R-75", mirror="the tail is written once, from inside resume_writing")
async def scenario_what_is_written_from_resume_writing_follows_what_is_buffered(out):
    class Writing(Flow):
        def resume_writing(self):
            super().resume_writing()
            self.transport.write(b"tail")
            self.transport.write_eof()

    protocol = Writing(out)
    peer, transport = await connect(protocol)
    transport.write(bytes(HUGE))
    await peer.receive(HUGE)
    out(f"peer got {show(await peer.receive(100))}")
    await finish(peer, transport, protocol)


@scenario("R-77", "EL-123")
async def scenario_a_failing_pause_or_resume_is_reported_and_the_transport_lives(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    class Failing(Flow):
        def pause_writing(self):
            super().pause_writing()
            raise Boom("pause boom")

        def resume_writing(self):
            super().resume_writing()
            raise Boom("resume boom")

    protocol = Failing(out)
    peer, transport = await connect(protocol)
    transport.write(bytes(HUGE))
    await peer.receive(HUGE)
    await protocol.resumed
    transport.write(b"lives")
    out(f"peer got {show(await peer.receive(5))}")
    await finish(peer, transport, protocol)


@scenario("TP-03", mirror="low is a quarter of high when only high is given")
async def scenario_the_low_mark_is_a_quarter_of_the_high_one(out):
    protocol = Recorder(out)
    peer, transport = await connect(protocol)

    def limits(label):
        low, high = transport.get_write_buffer_limits()
        out(f"{label}: low {low}, high {high}")

    limits("at first")
    transport.set_write_buffer_limits(high=1000)
    limits("high only")
    transport.set_write_buffer_limits(high=1000, low=1000)
    limits("both")
    transport.set_write_buffer_limits(high=0)
    limits("zero")
    await finish(peer, transport, protocol)


@scenario("TP-03")
async def scenario_marks_that_make_no_sense_are_refused(out):
    protocol = Recorder(out)
    peer, transport = await connect(protocol)

    def attempt_limits(label, high, low):
        attempt(out, label, lambda: transport.set_write_buffer_limits(high=high, low=low))

    attempt_limits("high below low", 10, 20)
    attempt_limits("negative low", 10, -1)
    attempt_limits("negative high", -1, -2)
    low, high = transport.get_write_buffer_limits()
    out(f"unchanged: low {low}, high {high}")
    await finish(peer, transport, protocol)
