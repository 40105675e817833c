# SPDX-License-Identifier: Apache-2.0
"""Child processes by asyncio: `processes.py spawn COUNT AT_ONCE` or `processes.py roundtrip COUNT`.

Each after a tenth as many that are not counted. Prints the seconds.
"""

import asyncio
import json
import sys
import time
from subprocess import PIPE


async def spawn(count, at_once):
    places = asyncio.Semaphore(at_once)

    async def one():
        async with places:
            process = await asyncio.create_subprocess_exec("/bin/true")
            return await process.wait()

    assert not any(await asyncio.gather(*(one() for _ in range(count))))


async def round_trips(cat, count):
    for _ in range(count):
        cat.stdin.write(b"a line of text\n")
        await cat.stdin.drain()
        assert await cat.stdout.readline() == b"a line of text\n"


async def main(what, count, at_once):
    if what == "spawn":
        await spawn(count // 10, at_once)
        start = time.perf_counter()
        await spawn(count, at_once)
        return time.perf_counter() - start
    cat = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    await round_trips(cat, count // 10)
    start = time.perf_counter()
    await round_trips(cat, count)
    seconds = time.perf_counter() - start
    cat.stdin.close()
    await cat.wait()
    return seconds


if __name__ == "__main__":
    what, count, *at_once = sys.argv[1:]
    print(json.dumps({"seconds": asyncio.run(main(what, int(count), int(*at_once or [1])))}))
