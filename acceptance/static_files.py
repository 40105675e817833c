# SPDX-License-Identifier: Apache-2.0
"""StaticFiles and a file of 1 GiB: curl gets it in the clear and under TLS, whole and by parts, while the heap is 64 MB.

Every download has the SHA-256 of the file. In the clear it must be sendfile(2) that moves the bytes, on both tiers, as
strace counts. Installs from Debian what is missing (as root).
"""

import argparse
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

import tools
from certificates import Files
from server import check, running

PACKAGES = {"curl": "curl", "openssl": "openssl", "strace": "strace"}
HEAP = 64
CHUNK = 1 << 20


def write(path, size):
    """Fills a file with random bytes, and returns their SHA-256."""
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        for at in range(0, size, CHUNK):
            data = os.urandom(min(CHUNK, size - at))
            digest.update(data)
            file.write(data)
    return digest.hexdigest()


def download(url, ca, *more):
    """Returns the SHA-256 of what curl gets, how much it is, and in how many seconds."""
    digest, size, start = hashlib.sha256(), 0, time.monotonic()
    with subprocess.Popen(["curl", "-4sS", "--fail", "--cacert", str(ca), *more, url], stdout=subprocess.PIPE) as process:
        while data := process.stdout.read1(CHUNK):
            digest.update(data)
            size += len(data)
    if process.returncode != 0:
        raise AssertionError(f"curl {url}: status {process.returncode}")
    return digest.hexdigest(), size, time.monotonic() - start


def peak_memory(server):
    """The most memory that the process had in use, in MB, all that is not the heap included."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


class Calls:
    """Counts the system calls of a process while the block runs, and the bytes that each has moved."""

    NAMES = ["sendfile", "read", "pread64", "write", "sendto", "sendmsg"]

    def __init__(self, server, directory):
        self.log = directory / "calls"
        self.command = ["strace", "-f", "-qq", "-e", f"trace={','.join(self.NAMES)}", "-e", "signal=none", "-s", "0", "-o",
                        str(self.log), "-p", str(server.process.pid)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        while self._tracer() != self.process.pid:
            if self.process.poll() is not None:
                raise AssertionError("strace does not attach")
            time.sleep(0.01)
        # It attaches to one thread after the other.
        time.sleep(0.2)
        return self

    def _tracer(self):
        status = pathlib.Path(f"/proc/{self.command[-1]}/status").read_text()
        return int(re.search(r"TracerPid:\s+(\d+)", status)[1])

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.calls, self.bytes = dict.fromkeys(self.NAMES, 0), dict.fromkeys(self.NAMES, 0)
        for name, result in re.findall(r"(?:\d+ +|<\.\.\. )(\w+)(?:\(| resumed>).*\) += (-?\d+)", self.log.read_text()):
            if name in self.calls:
                self.calls[name] += 1
                self.bytes[name] += max(int(result), 0)

    def __str__(self):
        return ", ".join(f"{name} {self.calls[name]} x, {self.bytes[name] / 1e6:.1f} MB" for name in self.NAMES if self.calls[name])


def play(directory, files, size, wanted, portable):
    name = f"StaticFiles{' --portable' * portable}"
    root = directory / "root"
    tls = ["--tls", "--cert", files.server, "--key", files.server_key]
    for way, scheme, more in ("in the clear", "http", []), ("under TLS", "https", tls):
        with running("StaticFiles", "--root", root, *more, portable=portable, jvm=[f"-Xmx{HEAP}m"]) as server:
            url = f"{scheme}://localhost:{server.port}/large"
            digest, got, seconds = download(url, files.ca)
            check(f"{name} {way}, curl: {got} bytes, heap {HEAP} MB", digest == wanted, f"{got / seconds / 1e6:.0f} MB/s")
            middle = size // 2
            parts = hashlib.sha256()
            for part in f"0-{middle - 1}", f"{middle}-":
                with subprocess.Popen(["curl", "-4sS", "--fail", "--cacert", str(files.ca), "-r", part, url],
                                      stdout=subprocess.PIPE) as process:
                    while data := process.stdout.read1(CHUNK):
                        parts.update(data)
            check(f"{name} {way}, curl, two ranges", parts.hexdigest() == wanted)
            if not more:
                with Calls(server, directory) as calls:
                    digest, _, _ = download(url, files.ca)
                check(f"{name} {way}, strace: by sendfile", digest == wanted and calls.bytes["sendfile"] == size, calls)
            said = server.standard_error()
            check(f"{name} {way}: standard error is empty", said == "", said or f"peak of the process {peak_memory(server):.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024, help="MiB of the file")
    options = parser.parse_args()
    tools.install(PACKAGES)
    size = options.megabytes << 20
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        files = Files(directory)
        (directory / "root").mkdir()
        wanted = write(directory / "root" / "large", size)
        for portable in False, True:
            play(directory, files, size, wanted, portable)


if __name__ == "__main__":
    main()
