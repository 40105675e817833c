# SPDX-License-Identifier: Apache-2.0
"""Many connections that do nothing: what they cost a loop, and what it costs when all close at once.

IdleConnections serves them, beside a timer every 10 ms; with flags and --portable, one after the
other. While they are idle: processor seconds per second, and by how much the live heap has grown for
each. When all close: the timer's longest lag. The tier without flags may take three times what the
other one does.
"""

import argparse
import contextlib
import os
import re
import resource
import select
import signal
import socket
import subprocess
import time

from server import ROOT, check, running

PROGRAM = ROOT / "acceptance" / "IdleConnections.java"
REPORT = re.compile(r"open (\d+) lag ([0-9.]+)")
PER_ADDRESS = 8000  # as many as leave ephemeral ports for others
FACTOR = 3
# Below these nobody can tell two tiers apart: a clock's tick in five seconds, a collector's pause.
LEAST_SHARE = 0.01
LEAST_LAG = 50


def raise_descriptor_limit(needed):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SystemExit(f"needs {needed} descriptors, and the limit is {hard}: use --connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def open_all(port, count, context=None):
    """Connects so many sockets, some hundred at a time, by TLS if there is a context; returns them."""
    sockets = []
    while len(sockets) < count:
        batch = []
        for i in range(len(sockets), min(count, len(sockets) + 200)):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex((f"127.0.0.{1 + i // PER_ADDRESS}", port))
            batch.append(sock)
        waiting = select.poll()
        for sock in batch:
            waiting.register(sock, select.POLLOUT)
        left = len(batch)
        while left:
            ready = waiting.poll(30_000)
            if not ready:
                raise AssertionError(f"{left} connections were not accepted in 30 s")
            for number, _ in ready:
                waiting.unregister(number)
            left -= len(ready)
        for sock in batch:
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, os.strerror(error))
        if context is not None:
            batch = [shake_hands(sock, context) for sock in batch]
        sockets += batch
    return sockets


def shake_hands(sock, context):
    """Puts a socket under TLS, and reads the tickets that come behind the handshake."""
    sock.setblocking(True)
    secure = context.wrap_socket(sock)
    secure.setblocking(False)
    with contextlib.suppress(OSError):
        secure.recv(1)
    return secure


@contextlib.contextmanager
def clients(port, count, context=None):
    """A process with so many connections, which all close in the moment in which it is killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            sockets = open_all(port, count, context)
            os.write(writing, b"open")
            while os.getppid() != 1 and sockets:
                time.sleep(1)
        finally:
            os._exit(status)
    os.close(writing)
    try:
        if os.read(reading, 4) != b"open":
            raise AssertionError("the clients failed")
        yield child
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def ask(server):
    """Returns how many connections are open and the longest lag since the last time, in ms."""
    server.process.stdin.write("\n")
    server.process.stdin.flush()
    count, lag = REPORT.fullmatch(server.process.stdout.readline().strip()).groups()
    return int(count), float(lag)


def wait_for(server, count):
    """Waits until so many connections are open, and returns the longest lag on the way."""
    end = time.monotonic() + 60
    longest = 0
    while time.monotonic() < end:
        now, lag = ask(server)
        longest = max(longest, lag)
        if now == count:
            return longest
        time.sleep(0.1)
    raise AssertionError(f"{now} connections and not {count} after a minute")


def live_heap(server):
    """Returns the bytes of the objects that a full collection leaves."""
    home = subprocess.run(
        [ROOT / "bin" / "asyncio", "--java-home"], check=True, capture_output=True, text=True)
    histogram = subprocess.run(
        [os.path.join(home.stdout.strip(), "bin", "jcmd"), str(server.process.pid), "GC.class_histogram"],
        check=True, capture_output=True, text=True)
    word, _, total = histogram.stdout.split("\n")[-2].split()
    if word != "Total":
        raise AssertionError("no total in the histogram: " + histogram.stdout[-200:])
    return int(total)


def measure(portable, count, seconds, rounds):
    """Returns the share of a processor that idle connections take, the bytes of heap of each, and the
    lag of their end."""
    share, heap, lags = 0, 0, []
    with running(PROGRAM, portable=portable) as server:
        before = live_heap(server)
        for _ in range(rounds):
            with clients(server.port, count) as child:
                wait_for(server, count)
                time.sleep(2)  # lets the compiler's threads come to rest
                ask(server)
                cpu = server.cpu_seconds()
                time.sleep(seconds)
                share = (server.cpu_seconds() - cpu) / seconds
                heap = (live_heap(server) - before) / count
                ask(server)
                os.kill(child, signal.SIGKILL)
                lags.append(wait_for(server, 0))
    return share, heap, lags


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connections", type=int, default=18_000, help="how many (18000)")
    parser.add_argument("--seconds", type=float, default=5, help="how long they are idle (5)")
    parser.add_argument("--rounds", type=int, default=3, help="how often they come and go (3)")
    parser.add_argument("--tier", choices=["native", "portable"], help="measure one tier only")
    arguments = parser.parse_args()
    raise_descriptor_limit(arguments.connections + 200)
    tiers = [arguments.tier] if arguments.tier else ["native", "portable"]
    found = {}
    print(f"{'tier':10} {'idle, % of a core':>18} {'heap of each, bytes':>20} {'longest lag when all close, ms':>32}")
    for tier in tiers:
        share, heap, lags = measure(
            tier == "portable", arguments.connections, arguments.seconds, arguments.rounds)
        found[tier] = share, min(lags)
        print(f"{tier:10} {100 * share:18.1f} {heap:20.0f} {' '.join(f'{lag:.0f}' for lag in lags):>32}", flush=True)
    if len(found) == 2:
        (share, lag), (portable_share, portable_lag) = found["native"], found["portable"]
        check("idle, ratio", portable_share <= FACTOR * max(share, LEAST_SHARE),
              f"{portable_share / max(share, 0.001):.1f}")
        check("close, ratio of the shortest", portable_lag <= FACTOR * max(lag, LEAST_LAG),
              f"{portable_lag / max(lag, 1):.1f}")


if __name__ == "__main__":
    main()
