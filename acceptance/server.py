# SPDX-License-Identifier: Apache-2.0
"""Starts a program of examples/ by bin/asyncio and looks at its process from outside."""

import contextlib
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVING = re.compile(r"serving on (?:.*:(\d+)|[/@].+)")


class Server:
    """A running example that has said where it serves; its port is None when that is no port."""

    def __init__(self, process, port, errors):
        self.process = process
        self.port = port
        self.errors = errors

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def settled_descriptors(self, seconds=1):
        """Waits until the count has not changed for so long, and returns it."""
        count, since = self.descriptors(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.02)
            now = self.descriptors()
            if now != count:
                count, since = now, time.monotonic()
        return count

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def standard_error(self):
        self.errors.seek(0)
        return self.errors.read()


@contextlib.contextmanager
def running(example, *arguments, portable=False, descriptors=None, port=0):
    """Runs an example until the block ends.

    port: what it is told to serve on; None for an example that is told by its other arguments.
    descriptors: a hard limit on how many it may have open.
    """
    command = [ROOT / "bin" / "asyncio"]
    if portable:
        command.append("--portable")
    command += [example, *([] if port is None else ["--port", str(port)]), *arguments]

    def limit():
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


    # What it says when it builds is not the example's.
    subprocess.run([command[0], "--check"], check=True, capture_output=True)
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            preexec_fn=limit,
        )
        try:
            line = process.stdout.readline()
            match = SERVING.search(line)
            if match is None:
                errors.seek(0)
                raise AssertionError(f"{example} said {line!r} and {errors.read()!r}")
            yield Server(process, match[1] and int(match[1]), errors)
        finally:
            process.terminate()
            process.wait(10)
            process.stdin.close()
            process.stdout.close()


def check(what, holds, figure=""):
    """Prints one finding; ends the program when it does not hold."""
    print(f"{'ok  ' if holds else 'FAIL'} {what}{': ' if figure != '' else ''}{figure}", flush=True)
    if not holds:
        raise SystemExit(1)
