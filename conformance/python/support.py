# SPDX-License-Identifier: Apache-2.0
"""What several scenarios need: loops, threads, a blocking peer, a protocol that prints."""

import asyncio
import contextlib
import logging
import os
import socket
import struct
import threading

from words import show, word

LOCALHOST = "127.0.0.1"

# More than the kernel takes of a connection whose peer does not read.
HUGE = 16 * 1024 * 1024


@contextlib.contextmanager
def new_loop():
    """A new event loop, closed at the end."""
    loop = asyncio.new_event_loop()
    try:
        yield loop
    finally:
        loop.close()


def run_briefly(loop):
    """Runs one iteration: whatever is ready now."""
    loop.call_soon(loop.stop)
    loop.run_forever()


async def settle(iterations=5):
    """Lets some iterations pass."""
    for _ in range(iterations):
        await asyncio.sleep(0)


def outside_a_task(coroutine):
    """Runs a coroutine that does not suspend without a task; returns its value."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("suspended outside of a task")


def in_thread(call):
    """Runs a call in a new thread, waits for its end, returns or raises its outcome."""
    outcome = []

    def body():
        try:
            outcome.append((call(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


def print_to(out):
    """An exception handler that prints the exception and the keys of what it is given."""

    def handler(loop, context):
        out(f"handler: {word(context.get('exception'))}, keys {' '.join(sorted(context))}")

    return handler


def open_descriptors():
    return len(os.listdir("/proc/self/fd"))


class Warnings(logging.Handler):
    """Collects what asyncio logs at WARNING."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        if record.levelno == logging.WARNING:
            self.texts.append(record.getMessage())

    def __enter__(self):
        logging.getLogger("asyncio").addHandler(self)
        return self

    def __exit__(self, *unused):
        logging.getLogger("asyncio").removeHandler(self)


class Peer:
    """The other end of a connection: a blocking socket outside of the loop."""

    def __init__(self, sock):
        sock.settimeout(30)
        self.sock = sock

    def send(self, text):
        self.sock.sendall(text.encode())

    async def receive(self, count):
        """Waits in a thread for exactly so many bytes, fewer only at the end of the stream."""
        return await asyncio.get_running_loop().run_in_executor(None, self._receive, count)

    async def receive_to_end(self):
        """Waits in a thread for the end of the stream; returns how many bytes came before it."""
        return len(await self.receive(1 << 40))

    def _receive(self, count):
        pieces = bytearray()
        while len(pieces) < count:
            piece = self.sock.recv(min(count - len(pieces), 1 << 20))
            if not piece:
                break
            pieces += piece
        return bytes(pieces)

    def end(self):
        """Ends the write half."""
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.sock.close()

    def reset(self):
        """Closes so that the other side gets a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


async def connect(protocol):
    """Connects a protocol on the loop with a peer outside of it; returns (peer, transport)."""
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        transport, _ = await loop.create_connection(lambda: protocol, *listener.getsockname())
        return Peer(listener.accept()[0]), transport


def dial(server):
    """Connects a peer with a server of the loop; the kernel completes it without the loop."""
    return Peer(socket.create_connection(server.sockets[0].getsockname(), timeout=30))


def port_of(server):
    return server.sockets[0].getsockname()[1]


def refused_address():
    """A socket that is bound and does not listen, so that connecting to it is refused."""
    sock = socket.socket()
    sock.bind((LOCALHOST, 0))
    return sock


class Recorder(asyncio.Protocol):
    """A protocol that prints every call."""

    def __init__(self, out):
        loop = asyncio.get_running_loop()
        self.out = out
        self.transport = None
        self.count = 0
        self.arrival = None
        self.made = loop.create_future()
        self.ended = loop.create_future()
        self.lost = loop.create_future()

    def connection_made(self, transport):
        self.out("made")
        self.transport = transport
        self.made.set_result(None)

    def data_received(self, data):
        self.out(f"data {show(bytes(data))}")
        self.count += len(data)
        if self.arrival is not None and not self.arrival.done():
            self.arrival.set_result(None)

    def eof_received(self):
        self.out("eof")
        self.ended.set_result(None)
        return False

    def connection_lost(self, exc):
        self.out(f"lost {word(exc)}")
        self.lost.set_result(None)

    async def received(self, count):
        """Waits until so many bytes have come in all."""
        while self.count < count:
            self.arrival = asyncio.get_running_loop().create_future()
            await self.arrival


class Quiet(Recorder):
    """As Recorder, prints nothing but the end of the connection."""

    def __init__(self, out):
        super().__init__(lambda line: out(line) if line.startswith("lost") else None)


@contextlib.contextmanager
def socket_pair():
    """Two connected non-blocking sockets; what one sends the other can read at once."""
    one, other = socket.socketpair()
    with one, other:
        one.setblocking(False)
        other.setblocking(False)
        yield one, other
