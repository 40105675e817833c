# SPDX-License-Identifier: Apache-2.0
"""Multicore: loops, and processes, that take each other's place while clients come.

Clients that connect for each question and clients that keep their connection ask without a pause while all loops are
replaced 20 times (SIGHUP), and while the process is replaced 20 times (the listening socket is passed on, then SIGTERM):
nobody is refused, every question has its answer. With flags and --portable. Then wrk: the throughput of one loop and of
two, with little to do and with much, and how connections spread. Installs wrk from Debian if it is missing (as root).
"""

import argparse
import collections
import contextlib
import os
import re
import signal
import socket
import threading
import time

import tools
from server import check, running

PACKAGES = {"wrk": "wrk"}
QUESTION = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = re.compile(rb"HTTP/1\.1 200 OK\r\nConnection: (close|keep-alive)\r\nContent-Length: (\d+)\r\n\r\n")


class Client(threading.Thread):
    """Asks without a pause until it is stopped. What it is refused or loses ends it."""

    def __init__(self, port, keeps):
        super().__init__(daemon=True)
        self.port = port
        self.keeps = keeps
        self.stopped = False
        self.answers = 0
        self.connections = 0
        self.failure = None

    def run(self):
        try:
            while not self.stopped:
                with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
                    self.connections += 1
                    goes_on = True
                    while goes_on and not self.stopped:
                        goes_on = ask(connection)[0] and self.keeps
                        self.answers += 1
        except (OSError, AssertionError) as e:
            self.failure = e


def ask(connection):
    """Returns whether the connection may be asked again, and the process and the loop that answers."""
    connection.sendall(QUESTION)
    got = b""
    while (head := ANSWER.match(got)) is None or len(got) < head.end() + int(head[2]):
        data = connection.recv(4096)
        if not data:
            raise AssertionError(f"no answer but {got!r}")
        got += data
    process, loop, _ = got[head.end():].split()
    return head[1] == b"keep-alive", int(process), loop.decode()


def ask_once(port):
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        return ask(connection)


@contextlib.contextmanager
def clients(what, port):
    """Has four clients ask while the block runs, and checks what has become of them."""
    asking = [Client(port, keeps) for keeps in (False, False, True, True)]
    for client in asking:
        client.start()
    yield asking
    for client in asking:
        client.stopped = True
    for client in asking:
        client.join()
    failures = [client.failure for client in asking if client.failure is not None]
    check(f"{what}: nobody is refused, every question has its answer", not failures,
          failures or f"{sum(c.answers for c in asking)} answers on {sum(c.connections for c in asking)} connections")


def replace_loops(times, portable):
    name = f"Multicore{' --portable' * portable}"
    with running("Multicore", portable=portable) as server:
        with clients(f"{name}, {times} x new loops", server.port) as asking:
            for generation in range(2, times + 2):
                os.kill(server.process.pid, signal.SIGHUP)
                while not ask_once(server.port)[2].startswith(f"{generation}."):
                    pass
                # The old ones are gone, or nearly.
                before = [client.answers for client in asking]
                wait_until(lambda: all(c.answers > b + 100 for c, b in zip(asking, before)) or any(c.failure for c in asking))
        server.process.terminate()
        server.process.wait(30)
        said = server.standard_error()
        check(f"{name}: none of the old loops had to abort a connection", "abort" not in said, said[-500:] if "abort" in said else "")


def replace_processes(times, portable):
    name = f"Multicore{' --portable' * portable}"
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, contextlib.ExitStack() as stack:
        port = listener.getsockname()[1]

        def start():
            return stack.enter_context(running("Multicore", portable=portable, port=None, listener=listener))

        server = start()
        old = []
        with clients(f"{name}, {times} x a new process", port):
            for _ in range(times):
                new = start()
                server.process.terminate()
                old.append(server)
                server = new
            for each in old:
                each.process.wait(30)
        aborts = [each.standard_error() for each in old if "abort" in each.standard_error()]
        check(f"{name}: none of the old processes had to abort a connection", not aborts, aborts[:1] or "")


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it does not come")
        time.sleep(0.001)


def throughput(seconds, portable):
    name = f"Multicore{' --portable' * portable}"
    for work in 0, 300:
        rates = []
        for loops in 1, 2:
            with running("Multicore", "--loops", loops, "--work", work, portable=portable) as server:
                for warm in 2, seconds:
                    said = tools.output("wrk", "-t1", "-c50", f"-d{warm}s", f"http://127.0.0.1:{server.port}/")
                rates.append(tools.figure(r"Requests/sec:\s+([\d.]+)", said))
                errors = "Socket errors" in said or "Non-2xx" in said
                check(f"{name}, {loops} loops, --work {work}: wrk without errors", not errors, f"{rates[-1]:.0f} requests/s")
                if loops == 2 and work == 0:
                    spread(name, server.port)
        print(f"     {name}, --work {work}: two loops do {rates[1] / rates[0]:.2f} x what one does")


def spread(name, port):
    """Tells which loop has how many of the connections that come one after the other."""
    with contextlib.ExitStack() as stack:
        of = collections.Counter()
        for _ in range(200):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            of[ask(connection)[2]] += 1
    print(f"     {name}: of 200 connections {', '.join(f'loop {loop} has {count}' for loop, count in sorted(of.items()))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=5, help="of each run of wrk")
    options = parser.parse_args()
    tools.install(PACKAGES)
    for portable in False, True:
        replace_loops(options.times, portable)
        replace_processes(options.times, portable)
    for portable in False, True:
        throughput(options.seconds, portable)


if __name__ == "__main__":
    main()
