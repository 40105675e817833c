# SPDX-License-Identifier: Apache-2.0
"""What the scenarios of locks, conditions, semaphores, barriers and queues share."""

import asyncio

from support import settle
from words import attempt_await, show


async def start(*bodies):
    """Starts tasks in this order and lets each run until it waits; returns them."""
    tasks = [asyncio.create_task(body) for body in bodies]
    await settle()
    return tasks


async def acquire(out, name, lock):
    """Acquires a lock or a semaphore and prints it."""
    await lock.acquire()
    out(f"{name} acquired")


async def use(out, name, lock):
    """Acquires, prints it, and releases."""
    async with lock:
        out(f"{name} acquired")


async def put(out, name, queue, item):
    """Puts an item into a queue and prints how that ended."""
    await attempt_await(out, name, queue.put(item))


async def get(out, name, queue):
    """Gets an item from a queue and prints it, or the word for what came instead."""
    await attempt_await(out, name, queue.get())


def fill(queue, *items):
    """Puts items that a queue has room for."""
    for item in items:
        queue.put_nowait(item)


def size(out, queue):
    out(f"size {queue.qsize()}, empty {show(queue.empty())}, full {show(queue.full())}")


def drain(out, queue):
    """Gets and prints what there is."""
    items = []
    while not queue.empty():
        items.append(queue.get_nowait())
    out(f"left {show(items)}")
