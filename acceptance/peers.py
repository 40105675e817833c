# SPDX-License-Identifier: Apache-2.0
"""UnixEcho and UdpEcho against socat and ncat: every byte back, with flags and --portable.

10 MB through each stream, equal by SHA-256; datagrams of many sizes one by one, each answered by its equal.
Abstract names are for the native tier only. Installs the tools from Debian if they are missing (as root).
"""

import argparse
import contextlib
import hashlib
import os
import pathlib
import random
import subprocess
import tempfile
import time

import tools
from server import check, running

PACKAGES = {"socat": "socat", "ncat": "ncat"}
# ncat sends what it reads in pieces of 8 KiB.
NCAT_LARGEST = 8 * 1024
UDP_LARGEST = 65_507


def stream(name, server, data, *command):
    """Sends all data through a client that then closes its half, and compares what comes back."""
    start = time.monotonic()
    answer = subprocess.run(command, input=data, capture_output=True, timeout=60)
    seconds = time.monotonic() - start
    sent, came = hashlib.sha256(data).hexdigest(), hashlib.sha256(answer.stdout).hexdigest()
    figure = f"{len(answer.stdout)} bytes in {seconds:.1f} s {answer.stderr.decode()}"
    check(f"{name}: {len(data)} bytes, the same SHA-256", sent == came, figure)
    check(f"{name}: standard error is empty", server.standard_error() == "", server.standard_error())


def read_exactly(pipe, count):
    parts = []
    while count > 0 and (part := os.read(pipe.fileno(), count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def datagrams(name, server, count, largest, *command):
    """Sends datagrams, each when the one before has been answered."""
    source = random.Random(0)
    sizes = [1, largest] + [source.randrange(1, largest + 1) for _ in range(count - 2)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    try:
        equal = 0
        for size in sizes:
            data = source.randbytes(size)
            process.stdin.write(data)
            equal += read_exactly(process.stdout, size) == data
        # What else comes would be read here.
        os.set_blocking(process.stdout.fileno(), False)
        check(f"{name}: datagrams of 1 to {largest} bytes come back", equal == count, equal)
        check(f"{name}: and nothing else", process.stdout.read() is None)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    check(f"{name}: standard error is empty", server.standard_error() == "", server.standard_error())


def streams(name, portable, data):
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = directory / "echo"
        with running("UnixEcho", "--path", path, port=None, portable=portable) as server:
            stream(f"socat{name}", server, data, "socat", "-t", "60", "-", f"UNIX-CONNECT:{path}")
            stream(f"ncat -U{name}", server, data, "ncat", "-U", path)
        if not portable:
            abstract = f"asyncio4j-{os.getpid()}"
            with running("UnixEcho", "--path", f"@{abstract}", port=None) as server:
                to = f"ABSTRACT-CONNECT:{abstract}"
                stream(f"socat, abstract name{name}", server, data, "socat", "-t", "60", "-", to)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=10)
    parser.add_argument("--datagrams", type=int, default=1000)
    options = parser.parse_args()
    tools.install(PACKAGES)
    data = random.Random(0).randbytes(options.megabytes * 1_000_000)
    for portable in (False, True):
        name = " --portable" if portable else ""
        streams(name, portable, data)
        with running("UdpEcho", portable=portable) as server:
            to, count = str(server.port), options.datagrams
            datagrams(f"ncat -u{name}", server, count, NCAT_LARGEST, "ncat", "-u", "127.0.0.1", to)
            udp = f"UDP-CONNECT:127.0.0.1:{to}"
            datagrams(f"socat UDP{name}", server, count, UDP_LARGEST, "socat", "-b", "65536", "-", udp)


if __name__ == "__main__":
    main()
