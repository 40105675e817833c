#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Children through which much goes, with flags and, where they need none, without.

through: Subprocess with a heap of 64 MB runs tee, which writes its input to both outputs: 256 MiB go in, and come
out of each at once, equal by SHA-256.
joined: cat, sort and uniq as three children joined by pipes: their output is that of a shell's, and no byte of it
goes through the JVM.
"""

import argparse
import hashlib
import pathlib
import random
import subprocess
import tempfile
import threading
import time

from server import ROOT, check, java

HEAP = 64
PIECE = 1 << 20
# What a JVM reads while it loads the classes of such a program.
CLASSES = 8 << 20


class Sum(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.digest = hashlib.sha256()
        self.count = 0
        self.start()

    def run(self):
        while piece := self.stream.read(PIECE):
            self.digest.update(piece)
            self.count += len(piece)


def through(megabytes, portable):
    with tempfile.TemporaryDirectory() as classes:
        command = [*java("Subprocess", classes, portable), f"-Xmx{HEAP}m", "Subprocess", "--", "tee", "/dev/stderr"]
        pipe = subprocess.PIPE
        process = subprocess.Popen([str(word) for word in command], stdin=pipe, stdout=pipe, stderr=pipe)
        outputs = [Sum(process.stdout), Sum(process.stderr)]
        sent = hashlib.sha256()
        source = random.Random(1)
        pieces = [source.randbytes(PIECE) for _ in range(16)]
        start = time.monotonic()
        for i in range(megabytes):
            piece = pieces[i * 7 % 16] if i % 5 else source.randbytes(PIECE)
            sent.update(piece)
            process.stdin.write(piece)
        process.stdin.close()
        for output in outputs:
            output.join()
        status = process.wait(60)
        rate = megabytes / (time.monotonic() - start)
    name = "portable" if portable else "native"
    equal = all(output.digest.digest() == sent.digest() for output in outputs)
    counts = [output.count >> 20 for output in outputs]
    check(f"{name}: {megabytes} MiB in, {counts} MiB out and err, equal, status {status}, heap {HEAP} MB",
          equal and status == 0, f"{rate:.0f} MiB/s each way")


def joined(megabytes):
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        source = random.Random(2)
        words = [source.randbytes(20).hex() for _ in range(5000)]
        line_bytes = 41
        with open(place / "input", "w") as file:
            for _ in range(megabytes):
                file.write("".join(f"{word}\n" for word in source.choices(words, k=PIECE // line_bytes)))
        size = (place / "input").stat().st_size
        shell = subprocess.run("cat input | sort | uniq -c", shell=True, cwd=place, check=True, capture_output=True)
        command = [ROOT / "bin" / "asyncio", ROOT / "acceptance" / "Pipeline.java", place / "input", place / "output"]
        done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
        *statuses, moved = map(int, done.stdout.split())
        check(f"cat | sort | uniq -c of {size} bytes: statuses {statuses}, the same as a shell's",
              statuses == [0, 0, 0] and (place / "output").read_bytes() == shell.stdout)
        check("read and written by the JVM meanwhile, its classes included", moved < min(CLASSES, size / 4),
              f"{moved} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=256)
    arguments = parser.parse_args()
    # What it says when it builds is nobody's output.
    subprocess.run([ROOT / "bin" / "asyncio", "--check"], check=True, capture_output=True)
    for portable in False, True:
        through(arguments.megabytes, portable)
    joined(max(8, arguments.megabytes // 4))


if __name__ == "__main__":
    main()
