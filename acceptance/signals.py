# SPDX-License-Identifier: Apache-2.0
"""Signals of real processes, with flags and without.

terminal: Signals in a terminal; Ctrl-C is typed, or SIGTERM sent: it says which, and ends with 0.
flood: 100,000 SIGUSR1 at 10 kHz while 50 clients are echoed: handled on the loop, the last one too,
and no connection fails.
strace: the same at 1 kHz, while strace makes every third call fail with EINTR.
"""

import argparse
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from server import ROOT, check

ASYNCIO = ROOT / "bin" / "asyncio"
INTERRUPTED = "recvfrom,sendto,sendmsg,accept4,connect,epoll_wait,epoll_pwait2,read,write"


def command(portable, *words):
    return [str(ASYNCIO), *["--portable"] * portable, *map(str, words)]


def read_terminal(master, text, seconds=60):
    """Reads from a terminal until a text has come; returns everything."""
    got = b""
    end = time.monotonic() + seconds
    while text not in got:
        if not select.select([master], [], [], max(0, end - time.monotonic()))[0]:
            raise AssertionError(f"no {text!r} in {got!r}")
        try:
            piece = os.read(master, 4096)
        except OSError:
            # The last process of the terminal has ended.
            piece = b""
        if not piece:
            raise AssertionError(f"no {text!r} in {got!r} before the end")
        got += piece
    return got


def in_a_terminal(portable, name):
    """Runs the example in a terminal, ends it by a signal; returns what it says after that."""
    pid, master = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(ASYNCIO, command(portable, "Signals"))
    try:
        said = read_terminal(master, b"to exit.\r\n")
        assert b"Event loop running for 1 hour, press Ctrl+C to interrupt.\r\n" in said, said
        start = time.monotonic()
        if name == "SIGINT":
            os.write(master, b"\x03")
        else:
            os.kill(int(re.search(rb"pid (\d+):", said)[1]), signal.SIGTERM)
        line = read_terminal(master, b": exit\r\n", 10).decode().replace("^C", "")
        _, status = os.waitpid(pid, 0)
        return line, os.waitstatus_to_exitcode(status), time.monotonic() - start
    finally:
        os.close(master)


def terminal(portable, rounds):
    for name in "SIGINT", "SIGTERM":
        longest = 0
        for number in range(rounds):
            line, status, seconds = in_a_terminal(portable, name)
            if (line, status) != (f"got signal {name}: exit\r\n", 0) or seconds > 2:
                check(f"terminal, {name}, round {number}", False, (line, status, seconds))
            longest = max(longest, seconds)
        what = f"terminal, {name}{' --portable' * portable}"
        check(what, True, f"{rounds} rounds, gone after at most {longest:.2f} s")


def send(pid, count, hertz):
    """Sends signals at a rate; returns when the last one was sent, and how long it took."""
    start = time.monotonic()
    for number in range(count):
        while time.monotonic() < start + number / hertz:
            pass
        os.kill(pid, signal.SIGUSR1)
    end = time.monotonic_ns()
    return end, end / 1e9 - start


def loop_process(process):
    """The JVM that a tracer or a shell has started, or the process itself."""
    name = pathlib.Path(f"/proc/{process.pid}/comm").read_text().strip()
    if name != "strace":
        return process.pid
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return int(children.split()[0])


def flood(portable, count, hertz, clients, prefix=(), label="flood"):
    with tempfile.TemporaryFile("w+") as errors:
        words = [*prefix, *command(portable, ROOT / "acceptance" / "Signalled.java", clients)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            if process.stdout.readline() != "ready\n":
                errors.seek(0)
                raise AssertionError(errors.read())
            pid = loop_process(process)
            # Before the last one, so that it is certain which run of the handler came after it.
            send(pid, count - 1, hertz)
            before_last = time.monotonic_ns()
            end, seconds = send(pid, 1, hertz)
            # As long as the JVM has threads of earlier ones to start, the last has not come.
            time.sleep(3)
            os.kill(pid, signal.SIGTERM)
            figures = process.stdout.readline().split()
            status = process.wait(60)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        errors.seek(0)
        said = errors.read()
        handled, off_loop, last, trips, failed = map(int, figures)
        holds = status == 0 and off_loop == failed == 0 and last >= before_last and said == ""
        figure = f"{count} sent at {hertz / 1000:g} kHz, handled {handled}, the last "
        figure += f"{(last - before_last) / 1e6:.1f} ms after it was sent, {trips} round trips, "
        figure += f"{failed} failed"
        check(f"{label}{' --portable' * portable}", holds and handled > 0 and trips > 0,
              figure if holds else (figure, status, off_loop, said[-2000:]))


def strace(seconds):
    if shutil.which("strace") is None:
        raise SystemExit("strace is not installed")
    inject = f"inject={INTERRUPTED}:error=EINTR:when=3+3"
    prefix = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={INTERRUPTED}", "-e", inject]
    flood(False, 1000 * seconds, 1000, 10, prefix, "strace")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=30, help="how long under strace")
    parser.add_argument("--parts", nargs="+", default=["terminal", "flood", "strace"])
    options = parser.parse_args()
    subprocess.run([ASYNCIO, "--check"], check=True, capture_output=True)
    for portable in False, True:
        if "terminal" in options.parts:
            terminal(portable, options.rounds)
        if "flood" in options.parts:
            flood(portable, options.count, 10_000, 50)
    if "strace" in options.parts:
        strace(options.seconds)


if __name__ == "__main__":
    main()
