# SPDX-License-Identifier: Apache-2.0
"""The loop's own costs on asyncio or uvloop, in nanoseconds: micro.py asyncio|uvloop SECONDS.

Each measurement does what the JMH method of the same name does, in the same batches. Prints JSON.
"""

import asyncio
import contextvars
import json
import random
import sys
import threading
import time

WAVES = 100
WAVE = 1000
ROUND_TRIPS = 10_000
GROUP = 10
PENDING = 1_000_000
DELAYS = random.Random(1).choices(range(3600, 7200), k=WAVE)


def nothing():
    pass


async def waves(loop, burst, later=False):
    """WAVES times: `burst` schedules WAVE callbacks, and all of them run before the next one."""
    done = loop.create_future()
    left = WAVES

    def wave():
        nonlocal left
        if left == 0:
            done.set_result(None)
            return
        left -= 1
        burst()
        # The next wave queues up behind this one, in the same queue.
        if later:
            loop.call_later(0, wave)
        else:
            loop.call_soon(wave)

    wave()
    await done
    return WAVES * WAVE


async def call_soon(loop):
    def burst():
        for _ in range(WAVE):
            loop.call_soon(nothing)

    return await waves(loop, burst)


async def call_soon_threadsafe(loop):
    done = loop.create_future()

    def post():
        for _ in range(WAVES * WAVE):
            loop.call_soon_threadsafe(nothing)
        loop.call_soon_threadsafe(done.set_result, None)

    thread = threading.Thread(target=post)
    thread.start()
    await done
    thread.join()
    return WAVES * WAVE


async def call_later_fire(loop):
    def burst():
        for _ in range(WAVE):
            loop.call_later(0, nothing)

    return await waves(loop, burst, later=True)


async def call_later_cancel(loop):
    def burst():
        for delay in DELAYS:
            loop.call_later(delay, nothing).cancel()

    return await waves(loop, burst)


async def future_round_trip(loop):
    for _ in range(ROUND_TRIPS):
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        await future
    return ROUND_TRIPS


async def empty():
    pass


async def create_task_await(loop):
    for _ in range(ROUND_TRIPS):
        await loop.create_task(empty())
    return ROUND_TRIPS


async def create_task_batch(loop):
    for _ in range(ROUND_TRIPS // WAVE):
        for _ in range(WAVE):
            last = loop.create_task(empty())
        await last
    return ROUND_TRIPS


async def task_group(loop):
    for _ in range(ROUND_TRIPS // GROUP):
        async with asyncio.TaskGroup() as group:
            for _ in range(GROUP):
                group.create_task(empty())
    return ROUND_TRIPS


async def timeout_sleep(loop):
    for _ in range(ROUND_TRIPS):
        async with asyncio.timeout(3600):
            await asyncio.sleep(0)
    return ROUND_TRIPS


async def lock_hand_over(loop):
    lock = asyncio.Lock()

    async def take_turns():
        for _ in range(ROUND_TRIPS // 2):
            async with lock:
                await asyncio.sleep(0)

    other = loop.create_task(take_turns())
    await take_turns()
    await other
    return ROUND_TRIPS


async def queue_of_one(loop):
    queue = asyncio.Queue(1)

    async def produce():
        for i in range(ROUND_TRIPS):
            await queue.put(i)

    producer = loop.create_task(produce())
    for _ in range(ROUND_TRIPS):
        await queue.get()
    await producer
    return ROUND_TRIPS


async def consume(numbers):
    total = 0
    async for number in numbers:
        total += number
    return ROUND_TRIPS


async def generator_yield(loop):
    async def numbers():
        for i in range(ROUND_TRIPS):
            yield i

    return await consume(numbers())


async def generator_sleep(loop):
    async def numbers():
        for i in range(ROUND_TRIPS):
            await asyncio.sleep(0)
            yield i

    return await consume(numbers())


async def copy_context(loop):
    for _ in range(WAVES * WAVE):
        contextvars.copy_context()
    return WAVES * WAVE


def measure(new_loop, batch, seconds, pending=0):
    """The median of the batches that fit into `seconds`, after as long a warm-up."""
    loop = new_loop()
    rng = random.Random(0)
    for _ in range(pending):
        loop.call_later(3600 + rng.random() * 3600, nothing)
    times = []
    start = time.perf_counter()
    while (now := time.perf_counter()) < start + 2 * seconds or len(times) < 3:
        operations = loop.run_until_complete(batch(loop))
        if now > start + seconds:
            times.append((time.perf_counter() - now) / operations * 1e9)
    loop.close()
    return sorted(times)[len(times) // 2]


def main():
    kind, seconds = sys.argv[1], float(sys.argv[2])
    new_loop = asyncio.SelectorEventLoop
    if kind == "uvloop":
        import uvloop

        new_loop = uvloop.new_event_loop
    variables = [contextvars.ContextVar(f"v{i}") for i in range(10)]
    results = {
        "callSoon": measure(new_loop, call_soon, seconds),
        "callSoonThreadsafe": measure(new_loop, call_soon_threadsafe, seconds),
        "callLaterFire": measure(new_loop, call_later_fire, seconds),
        "callLaterCancel": measure(new_loop, call_later_cancel, seconds),
        "callLaterFire, 1000000 pending": measure(new_loop, call_later_fire, seconds, PENDING),
        "callLaterCancel, 1000000 pending": measure(new_loop, call_later_cancel, seconds, PENDING),
        "futureRoundTrip": measure(new_loop, future_round_trip, seconds),
        "createTaskAwait": measure(new_loop, create_task_await, seconds),
        "createTaskBatch": measure(new_loop, create_task_batch, seconds),
        "taskGroup": measure(new_loop, task_group, seconds),
        "timeoutSleep": measure(new_loop, timeout_sleep, seconds),
        "lockHandOver": measure(new_loop, lock_hand_over, seconds),
        "queueOfOne": measure(new_loop, queue_of_one, seconds),
        "generatorYield": measure(new_loop, generator_yield, seconds),
        "generatorSleep": measure(new_loop, generator_sleep, seconds),
    }
    for variable in variables:
        variable.set(0)
    results["copyContext"] = measure(new_loop, copy_context, seconds)
    print(json.dumps(results))


main()
