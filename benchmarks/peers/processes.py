# SPDX-License-Identifier: Apache-2.0
"""Child processes by asyncio: `processes.py spawn|roundtrip COUNT WARM_UP AT_ONCE`.

Measures COUNT of them twice: first after a tenth as many, then after WARM_UP more. Prints the seconds.
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


async def seconds(body, count):
    start = time.perf_counter()
    await body(count)
    return time.perf_counter() - start


async def measure(body, count, warm_up):
    await body(count // 10)
    first = await seconds(body, count)
    await body(warm_up)
    return {"first": first, "seconds": await seconds(body, count)}


async def main(what, count, warm_up, at_once):
    if what == "spawn":
        return await measure(lambda n: spawn(n, at_once), count, warm_up)
    cat = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    result = await measure(lambda n: round_trips(cat, n), count, warm_up)
    cat.stdin.close()
    await cat.wait()
    return result


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))))
