# SPDX-License-Identifier: Apache-2.0
"""What one connection may not do to another, and how each comes to its end."""

import asyncio
import contextlib
import contextvars
import socket

from scenario import scenario
from support import HUGE, LOCALHOST, Peer, Quiet, connect, dial, new_loop, settle
from words import attempt_await, show, word


@scenario("EL-79", "R-24", mirror="each connection is closed by its own data_received")
async def scenario_what_a_server_factory_sets_is_seen_by_its_own_connection_only(out):
    user = contextvars.ContextVar("user", default="nobody")
    ends = asyncio.Queue()

    class Served(asyncio.Protocol):
        def connection_made(self, transport):
            out(f"made sees {user.get()}")
            self.transport = transport

        def data_received(self, data):
            out(f"data sees {user.get()}")
            self.transport.close()

        def connection_lost(self, exc):
            out(f"lost sees {user.get()}")
            ends.put_nowait(exc)

    numbers = iter(range(3))

    def factory():
        out(f"factory sees {user.get()}")
        user.set(f"user {next(numbers)}")
        return Served()

    user.set("server")
    server = await asyncio.get_running_loop().create_server(factory, LOCALHOST, 0)
    user.set("main")
    for _ in range(3):
        peer = dial(server)
        peer.send("x")
        await ends.get()
        peer.close()
    out(f"main has {user.get()}")
    server.close()


class Exiting(asyncio.Protocol):
    """Prints each call; the first of one kind ends the run of the loop."""

    def __init__(self, out, loop, culprit):
        self.out = out
        self.culprit = culprit
        self.lost = loop.create_future()

    def call(self, name):
        self.out(name)
        if name == self.culprit:
            self.culprit = None
            raise SystemExit(3)

    def connection_made(self, transport):
        self.call("made")

    def data_received(self, data):
        self.call("data")

    def eof_received(self):
        self.call("eof")

    def connection_lost(self, exc):
        self.lost.set_result(None)
        self.call("lost")


class BufferedExiting(Exiting, asyncio.BufferedProtocol):
    """The same with a buffer of its own."""

    def get_buffer(self, sizehint):
        self.call("get buffer")
        return bytearray(100)

    def buffer_updated(self, nbytes):
        self.call("updated")


def run_to_the_end(out, loop, future):
    """Runs a loop until a future is done, again when the run has ended before."""
    while not future.done():
        try:
            loop.run_until_complete(future)
        except SystemExit as error:
            out(f"run: {word(error)}")


def play_exit(out, protocol_class, culprit):
    out(f"-- out of {culprit}")
    with new_loop() as loop, socket.create_server((LOCALHOST, 0)) as listener:
        protocol = protocol_class(out, loop, culprit)
        connecting = loop.create_task(loop.create_connection(lambda: protocol, *listener.getsockname()))
        run_to_the_end(out, loop, connecting)
        peer = Peer(listener.accept()[0])
        peer.send("x")
        peer.end()
        run_to_the_end(out, loop, protocol.lost)
        peer.close()
        transport, _ = connecting.result()
        out(f"closing {show(transport.is_closing())}")


@scenario("R-15", "R-73", mirror="one byte and the end have been sent when the loop runs")
def scenario_a_connection_outlives_a_system_exit_out_of_its_protocol(out):
    for culprit in ["made", "data", "eof", "lost"]:
        play_exit(out, Exiting, culprit)
    for culprit in ["get buffer", "updated", "eof"]:
        play_exit(out, BufferedExiting, culprit)


@scenario("ST-07", mirror="a reader without transport, fed by hand")
async def scenario_a_read_ends_as_what_woke_it_says(out):
    def broken(reader):
        reader.set_exception(OSError("broken"))

    def fed(reader):
        reader.feed_data(b"late")

    def ended(reader):
        reader.feed_eof()

    for label, steps in [
        ("broken, fed", [broken, fed]),
        ("broken, ended", [broken, ended]),
        ("fed, broken", [fed, broken]),
        ("ended, broken", [ended, broken]),
    ]:
        for call in ["read", "readline", "readexactly"]:
            reader = asyncio.StreamReader()
            arguments = [4] if call != "readline" else []
            task = asyncio.create_task(getattr(reader, call)(*arguments))
            await settle()
            for step in steps:
                step(reader)
            if label == "fed, broken" and call == "readline":
                # In CPython it waits for the rest of its line, for ever; in Java it fails.
                task.cancel()
                await asyncio.wait([task])
            else:
                await attempt_await(out, f"{label}: {call}", task)
            await attempt_await(out, "again", reader.read(4))


@scenario("ST-09", mirror="the callbacks are queued in the step in which the writer is closed")
async def scenario_drain_on_a_closing_connection_takes_one_iteration(out):
    with socket.create_server((LOCALHOST, 0)) as listener:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        peer = Peer(listener.accept()[0])
    loop = asyncio.get_running_loop()
    writer.close()

    def tick(number):
        out(f"iteration {number}")
        if number < 3:
            loop.call_soon(tick, number + 1)

    tick(0)
    await attempt_await(out, "drain", writer.drain())
    await settle()
    peer.close()


@scenario("ST-09", "ST-10", "R-62", mirror="more is written than the kernel takes, so that drain waits")
async def scenario_a_lost_connection_wakes_read_then_wait_closed_then_drain(out):
    with socket.create_server((LOCALHOST, 0)) as listener:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        peer = Peer(listener.accept()[0])
    writer.write(bytes(HUGE))
    tasks = [
        asyncio.create_task(attempt_await(out, "drain", writer.drain())),
        asyncio.create_task(attempt_await(out, "wait_closed", writer.wait_closed())),
        asyncio.create_task(attempt_await(out, "read", reader.read(1))),
    ]
    await settle()
    peer.reset()
    await asyncio.wait(tasks)


@scenario("R-74", "R-62", mirror="in CPython write_eof raises, in Java it says nothing")
async def scenario_a_reset_is_told_by_connection_lost_whatever_write_eof_says(out):
    protocol = Quiet(out)
    peer, transport = await connect(protocol)
    peer.reset()
    with contextlib.suppress(OSError):
        transport.write_eof()
    out(f"closing {show(transport.is_closing())}")
    await protocol.lost
    out(f"closing {show(transport.is_closing())}")
