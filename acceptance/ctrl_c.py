# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C on real processes, with flags and without: one is a clean end, two are the end.

cleanup: 1,000 tasks that await while they clean up, one SIGINT: all have, and the status is 130.
stubborn, busy, blocked: a task that swallows its cancellation, spins, or blocks in a call of the JDK;
two SIGINTs: gone at once.
"""

import argparse
import os
import pathlib
import re
import select
import signal
import statistics
import subprocess
import tempfile
import time

from server import ROOT, check

TASKS = 1000
CLEANUP_SECONDS = 2
AT_ONCE_SECONDS = 1
PENDING_SIGNALS = re.compile(r"^(?:SigPnd|ShdPnd):\s*([0-9a-f]+)$", re.MULTILINE)


def heed_signals():
    """What a shell starts in the background ignores SIGINT, and its children do."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read_until(process, word):
    line = process.stdout.readline()
    if line != word + "\n":
        raise AssertionError(f"said {line!r} and not {word!r}")


def wait_until_taken(process):
    """Two signals that are pending at the same time would be one."""
    status = pathlib.Path(f"/proc/{process.pid}/status")
    while any(int(mask, 16) >> (signal.SIGINT - 1) & 1
              for mask in PENDING_SIGNALS.findall(status.read_text())):
        time.sleep(0.001)


def play(mode, portable):
    """Runs the program once; returns seconds from the last signal, status, what else it said."""
    command = [ROOT / "bin" / "asyncio", *["--portable"] * portable]
    command += [ROOT / "acceptance" / "Interrupted.java", mode]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, preexec_fn=heed_signals
        )
        ended = os.pidfd_open(process.pid)
        try:
            read_until(process, "ready")
            if mode != "cleanup":
                process.send_signal(signal.SIGINT)
                if mode == "stubborn":
                    read_until(process, "refused")
                else:
                    wait_until_taken(process)
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            select.select([ended], [], [], 10)
            seconds = time.monotonic() - start
            status = process.wait(1)
            errors.seek(0)
            return seconds, status, process.stdout.read(), errors.read()
        finally:
            os.close(ended)
            process.kill()
            process.wait()
            process.stdout.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--modes", nargs="+", default=["cleanup", "stubborn", "busy", "blocked"])
    parser.add_argument("--tiers", nargs="+", default=["flags", "portable"])
    options = parser.parse_args()
    for portable in [tier == "portable" for tier in options.tiers]:
        for mode in options.modes:
            expected = f"cleaned {TASKS}\n" if mode == "cleanup" else ""
            limit = CLEANUP_SECONDS if mode == "cleanup" else AT_ONCE_SECONDS
            times = []
            for number in range(options.rounds):
                seconds, status, said, errors = play(mode, portable)
                if mode == "blocked":
                    # On one of the engines it hears of its cancellation.
                    said = said.removeprefix("refused\n")
                if (status, said, errors) != (130, expected, "") or seconds > limit:
                    check(f"{mode}, round {number}", False, (seconds, status, said, errors))
                times.append(seconds)
            figures = f"{options.rounds} rounds, status 130, seconds: median "
            figures += f"{statistics.median(times):.3f}, longest {max(times):.3f}"
            check(f"{mode}{' --portable' * portable}", True, figures)


if __name__ == "__main__":
    main()
