# SPDX-License-Identifier: Apache-2.0
"""EchoServer against CPython's asyncio: every byte back, in order, and no descriptor left.

200 connections at once, 500 messages each of 1 B to 256 KiB, in both styles, with flags and without.
"""

import argparse
import asyncio
import random
import time

from server import check, running

LARGEST = 256 * 1024
PATTERN = random.Random(0).randbytes(2 * LARGEST)


def messages(seed, count):
    """Sizes are spread evenly over the orders of magnitude; the extremes are always there."""
    source = random.Random(seed)
    sizes = [1, LARGEST] + [int(2 ** source.uniform(0, 18)) for _ in range(count - 2)]
    for size in sizes:
        start = source.randrange(LARGEST)
        yield PATTERN[start : start + size]


async def talk(port, seed, count):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    total = 0
    for message in messages(seed, count):
        writer.write(message)
        await writer.drain()
        if await reader.readexactly(len(message)) != message:
            raise AssertionError(f"connection {seed} got other bytes back")
        total += len(message)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    return total


async def storm(port, connections, count):
    return sum(await asyncio.gather(*(talk(port, n, count) for n in range(connections))))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--messages", type=int, default=500)
    options = parser.parse_args()
    for portable in (False, True):
        for style in ("streams", "protocol"):
            with running("EchoServer", "--style", style, portable=portable) as server:
                asyncio.run(storm(server.port, 1, 3))  # what is opened once is open now
                before = server.settled_descriptors()
                start = time.monotonic()
                total = asyncio.run(storm(server.port, options.connections, options.messages))
                seconds = time.monotonic() - start
                after = server.settled_descriptors()
                name = f"{style}{' --portable' if portable else ''}"
                count = options.connections * options.messages
                check(f"{name}: {count} messages", True, f"{total} bytes in {seconds:.1f} s")
                check(f"{name}: descriptors", after == before, f"{before} before, {after} after")
                text = server.standard_error()
                check(f"{name}: standard error is empty", text == "", text)


if __name__ == "__main__":
    main()
