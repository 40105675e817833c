# SPDX-License-Identifier: Apache-2.0
"""Queues: put and get."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import drain, fill, get, put, size, start
from words import attempt, attempt_await, show


@scenario("QU-01")
async def scenario_a_queue_gives_its_items_in_the_order_they_came(out):
    queue = asyncio.Queue()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    for item in range(3):
        await queue.put(item)
    for _ in range(3):
        await get(out, "get", queue)
    await asyncio.sleep(0)


@scenario("QU-01")
async def scenario_a_queue_knows_its_size(out):
    queue = asyncio.Queue(2)
    size(out, queue)
    for item in range(2):
        queue.put_nowait(item)
        size(out, queue)
    attempt(out, "get_nowait", queue.get_nowait)
    size(out, queue)
    attempt(out, "maxsize", lambda: queue.maxsize)


@scenario("QU-01")
async def scenario_a_queue_of_size_zero_or_less_has_no_bound(out):
    for maxsize in [0, -1]:
        queue = asyncio.Queue(maxsize)
        fill(queue, *range(1000))
        out(f"maxsize {queue.maxsize}")
        size(out, queue)


@scenario("QU-01")
async def scenario_put_nowait_and_get_nowait_never_wait(out):
    queue = asyncio.Queue(1)
    attempt(out, "get_nowait", queue.get_nowait)
    attempt(out, "put_nowait", lambda: queue.put_nowait(1))
    attempt(out, "put_nowait", lambda: queue.put_nowait(2))
    attempt(out, "get_nowait", queue.get_nowait)
    attempt(out, "get_nowait", queue.get_nowait)
    size(out, queue)


@scenario("QU-01")
async def scenario_those_who_wait_for_an_item_get_it_in_their_order(out):
    queue = asyncio.Queue()
    tasks = await start(*[get(out, name, queue) for name in "abc"])
    fill(queue, 1, 2)
    await settle()
    out(f"done {show([task.done() for task in tasks])}")
    await queue.put(3)
    await tasks[2]


@scenario("QU-01")
async def scenario_those_who_wait_for_room_put_in_their_order(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    tasks = await start(*[put(out, name, queue, name) for name in "abc"])
    for _ in range(3):
        await get(out, "main", queue)
        await settle()
        size(out, queue)
    out(f"done {show([task.done() for task in tasks])}")
    drain(out, queue)


@scenario("QU-01", mirror="the item stays in the queue until the getter has run")
async def scenario_an_item_is_not_handed_to_the_getter_that_it_wakes(out):
    queue = asyncio.Queue()
    (a,) = await start(get(out, "a", queue))
    queue.put_nowait(1)
    size(out, queue)
    attempt(out, "get_nowait", queue.get_nowait)
    await settle()
    attempt(out, "a done", a.done)
    queue.put_nowait(2)
    await a


@scenario("QU-01", mirror="the room is not the putter's until it has run")
async def scenario_room_is_not_kept_for_the_putter_that_it_wakes(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    (a,) = await start(put(out, "a", queue, "of a"))
    await get(out, "main", queue)
    attempt(out, "put_nowait", lambda: queue.put_nowait("of main"))
    await settle()
    attempt(out, "a done", a.done)
    await get(out, "main", queue)
    await a
    drain(out, queue)


@scenario("QU-01", mirror="a getter whose item was taken stands at the end of the line again")
async def scenario_a_getter_whose_item_was_taken_waits_behind_the_others(out):
    queue = asyncio.Queue()
    a, b = await start(get(out, "a", queue), get(out, "b", queue))
    queue.put_nowait(1)
    queue.get_nowait()
    await settle()
    fill(queue, 2, 3)
    await asyncio.gather(a, b)


@scenario("QU-01", mirror="a putter whose room was taken stands at the end of the line again")
async def scenario_a_putter_whose_room_was_taken_waits_behind_the_others(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    a, b = await start(put(out, "a", queue, "a"), put(out, "b", queue, "b"))
    queue.get_nowait()
    queue.put_nowait("main")
    await settle()
    for _ in range(3):
        await get(out, "main", queue)
        await settle()
    await asyncio.gather(a, b)


@scenario("QU-01")
async def scenario_a_cancelled_getter_leaves_the_line(out):
    queue = asyncio.Queue()
    a, b, c = await start(*[get(out, name, queue) for name in "abc"])
    b.cancel()
    await b
    fill(queue, 1, 2)
    await asyncio.gather(a, c)
    size(out, queue)


@scenario("QU-01")
async def scenario_a_cancelled_putter_leaves_the_line_and_puts_nothing(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    a, b, c = await start(*[put(out, name, queue, name) for name in "abc"])
    b.cancel()
    await b
    await get(out, "main", queue)
    await settle()
    await get(out, "main", queue)
    await asyncio.gather(a, c)
    drain(out, queue)


@scenario("QU-01", "R-38")
async def scenario_a_getter_that_is_woken_and_then_cancelled_wakes_the_next(out):
    queue = asyncio.Queue()
    a, b, c = await start(*[get(out, name, queue) for name in "abc"])
    queue.put_nowait(1)
    attempt(out, "cancel a", a.cancel)
    await asyncio.gather(a, b)
    await settle()
    attempt(out, "c done", c.done)
    size(out, queue)
    queue.put_nowait(2)
    await c


@scenario("QU-01", "R-38")
async def scenario_an_item_stays_when_the_only_getter_is_cancelled_after_it_was_woken(out):
    queue = asyncio.Queue()
    (a,) = await start(get(out, "a", queue))
    queue.put_nowait(1)
    a.cancel()
    await a
    size(out, queue)
    await get(out, "main", queue)


@scenario("QU-01", "R-38")
async def scenario_a_putter_that_is_woken_and_then_cancelled_wakes_the_next(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    a, b, c = await start(*[put(out, name, queue, name) for name in "abc"])
    attempt(out, "get_nowait", queue.get_nowait)
    attempt(out, "cancel a", a.cancel)
    await asyncio.gather(a, b)
    await settle()
    attempt(out, "c done", c.done)
    await get(out, "main", queue)
    await c
    drain(out, queue)


@scenario("QU-01", "R-38")
async def scenario_room_stays_when_the_only_putter_is_cancelled_after_it_was_woken(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    (a,) = await start(put(out, "a", queue, "a"))
    queue.get_nowait()
    a.cancel()
    await a
    size(out, queue)
    await put(out, "main", queue, "main")
    drain(out, queue)


@scenario("QU-01", "R-38")
async def scenario_no_item_is_lost_when_many_woken_getters_are_cancelled(out):
    queue = asyncio.Queue()
    tasks = await start(*[get(out, name, queue) for name in "abcdef"])
    fill(queue, 1, 2, 3, 4)
    for position in [0, 1, 3]:
        tasks[position].cancel()
    await settle(20)
    out(f"done {show([task.done() for task in tasks])}")
    size(out, queue)
    drain(out, queue)


@scenario("QU-01", "R-38", mirror="there is nothing left to wake the others for")
async def scenario_putters_keep_their_order_when_room_given_back_is_taken_at_once(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    a, b, c = await start(*[put(out, name, queue, name) for name in "abc"])
    queue.get_nowait()
    a.cancel()
    queue.put_nowait("main")
    await a
    await settle()
    out(f"done {show([b.done(), c.done()])}")
    for _ in range(2):
        await get(out, "main", queue)
        await settle()
    drain(out, queue)


@scenario("QU-01", "R-38", mirror="there is nothing left to wake the others for")
async def scenario_getters_keep_their_order_when_an_item_given_back_is_taken_at_once(out):
    queue = asyncio.Queue()
    a, b, c = await start(*[get(out, name, queue) for name in "abc"])
    queue.put_nowait(1)
    a.cancel()
    attempt(out, "get_nowait", queue.get_nowait)
    await a
    await settle()
    out(f"done {show([b.done(), c.done()])}")
    fill(queue, 2, 3)
    await asyncio.gather(b, c)


@scenario("QU-01", "R-38", mirror="b begins to wait before a, woken and cancelled, has left")
async def scenario_a_getter_that_comes_before_a_cancelled_one_has_left_is_served(out):
    queue = asyncio.Queue()
    (a,) = await start(get(out, "a", queue))
    b = asyncio.create_task(get(out, "b", queue))
    queue.put_nowait(1)
    attempt(out, "get_nowait", queue.get_nowait)
    a.cancel()
    await a
    await settle()
    attempt(out, "b done", b.done)
    queue.put_nowait(2)
    await b


@scenario("QU-01", mirror="the cancelled one has not run yet")
async def scenario_a_put_wakes_the_first_getter_that_is_not_cancelled(out):
    queue = asyncio.Queue()
    a, b, c = await start(*[get(out, name, queue) for name in "abc"])
    a.cancel()
    b.cancel()
    queue.put_nowait(1)
    await asyncio.gather(a, b, c)


@scenario("QU-01", mirror="the cancelled one has not run yet")
async def scenario_a_get_wakes_the_first_putter_that_is_not_cancelled(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    a, b, c = await start(*[put(out, name, queue, name) for name in "abc"])
    a.cancel()
    b.cancel()
    attempt(out, "get_nowait", queue.get_nowait)
    await asyncio.gather(a, b, c)
    drain(out, queue)


@scenario("QU-01", "TC-06")
async def scenario_a_get_with_a_time_limit_takes_nothing(out):
    queue = asyncio.Queue()
    await attempt_await(out, "limited", asyncio.wait_for(queue.get(), 0.01))
    queue.put_nowait(1)
    size(out, queue)
    await attempt_await(out, "in time", asyncio.wait_for(queue.get(), 3600))


@scenario("QU-01", "TC-06")
async def scenario_a_put_with_a_time_limit_puts_nothing(out):
    queue = asyncio.Queue(1)
    fill(queue, 1)
    await attempt_await(out, "limited", asyncio.wait_for(queue.put(2), 0.01))
    await get(out, "main", queue)
    size(out, queue)


@scenario("QU-01")
async def scenario_a_bounded_queue_makes_its_producer_wait_for_its_consumer(out):
    queue = asyncio.Queue(2)

    async def produce():
        for item in range(5):
            await queue.put(item)
            out(f"produced {item}")

    async def consume():
        for _ in range(5):
            out(f"consumed {await queue.get()}")

    await asyncio.gather(produce(), consume())


@scenario("QU-01", mirror="get_nowait wakes the putter in the next iteration")
async def scenario_a_callback_may_put_and_get(out):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue(1)
    loop.call_soon(queue.put_nowait, 1)
    loop.call_soon(lambda: out("queued after put_nowait"))
    await get(out, "main", queue)
    queue.put_nowait(2)
    loop.call_soon(lambda: attempt(out, "callback", queue.get_nowait))
    await put(out, "main", queue, 3)
    drain(out, queue)


@scenario("QU-01")
async def scenario_a_lifo_queue_gives_the_latest_item_first(out):
    queue = asyncio.LifoQueue(3)
    fill(queue, 1, 2, 3)
    attempt(out, "put_nowait", lambda: queue.put_nowait(4))
    await get(out, "main", queue)
    queue.put_nowait(5)
    size(out, queue)
    drain(out, queue)


@scenario("QU-01", mirror="natural order")
async def scenario_a_priority_queue_gives_the_least_item_first(out):
    queue = asyncio.PriorityQueue(5)
    fill(queue, 3, 1, 2, 1, 5)
    attempt(out, "put_nowait", lambda: queue.put_nowait(0))
    await get(out, "main", queue)
    queue.put_nowait(4)
    size(out, queue)
    drain(out, queue)


@scenario("QU-01", mirror="both items are there when the getter runs")
async def scenario_a_getter_takes_what_is_first_when_it_runs(out):
    for queue in [asyncio.Queue(), asyncio.PriorityQueue(), asyncio.LifoQueue()]:
        (a,) = await start(get(out, "a", queue))
        fill(queue, 2, 1, 3)
        await a
        drain(out, queue)


@scenario("QU-01")
async def scenario_a_full_priority_queue_takes_the_items_of_its_putters_in_their_order(out):
    queue = asyncio.PriorityQueue(1)
    fill(queue, 5)
    await start(*[put(out, f"put {item}", queue, item) for item in [9, 1, 4]])
    for _ in range(4):
        await get(out, "main", queue)
        await settle()


@scenario("QU-01", "SY-01")
def scenario_a_queue_belongs_to_the_loop_that_first_waited(out):
    queue = asyncio.Queue()

    async def get_and_put(name):
        (a,) = await start(get(out, name, queue))
        await put(out, f"{name} put", queue, 1)
        await a

    with new_loop() as loop, new_loop() as other:
        other.run_until_complete(queue.put(0))
        other.run_until_complete(get(out, "other, without waiting", queue))
        loop.run_until_complete(get_and_put("loop"))
        other.run_until_complete(get_and_put("other"))
        loop.run_until_complete(get(out, "loop again", queue))
