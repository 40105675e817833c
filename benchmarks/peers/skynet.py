# SPDX-License-Identifier: Apache-2.0
"""A tree of tasks on asyncio: skynet.py LEAVES gather|group. The peer of the class Skynet.

Prints the sum, the seconds and the most memory that the process has had.
"""

import asyncio
import json
import pathlib
import re
import sys
import time

CHILDREN = 10


async def gather(first, leaves):
    if leaves == 1:
        return first
    part = leaves // CHILDREN
    return sum(await asyncio.gather(*(gather(first + i * part, part) for i in range(CHILDREN))))


async def group(first, leaves):
    if leaves == 1:
        return first
    part = leaves // CHILDREN
    async with asyncio.TaskGroup() as tasks:
        children = [tasks.create_task(group(first + i * part, part)) for i in range(CHILDREN)]
    return sum(child.result() for child in children)


def main():
    body = {"gather": gather, "group": group}[sys.argv[2]]
    start = time.perf_counter()
    found = asyncio.run(body(0, int(sys.argv[1])))
    seconds = time.perf_counter() - start
    peak = re.search(r"VmHWM:\s*(\d+)", pathlib.Path("/proc/self/status").read_text())[1]
    print(json.dumps({"sum": found, "seconds": round(seconds, 3), "peak_kib": int(peak)}))


if __name__ == "__main__":
    main()
