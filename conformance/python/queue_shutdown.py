# SPDX-License-Identifier: Apache-2.0
"""Queues: join and shutdown."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import drain, fill, get, put, size, start
from words import attempt, attempt_await, show


async def join(out, name, queue):
    await attempt_await(out, name, queue.join())


@scenario("QU-02")
async def scenario_join_of_a_queue_that_had_no_items_does_not_suspend(out):
    queue = asyncio.Queue()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    await join(out, "join", queue)
    await asyncio.sleep(0)


@scenario("QU-02")
async def scenario_join_waits_until_every_item_is_done_and_not_only_taken(out):
    queue = asyncio.Queue()
    fill(queue, 1, 2)
    (joiner,) = await start(join(out, "joiner", queue))
    drain(out, queue)
    for _ in range(2):
        await settle()
        attempt(out, "joined", joiner.done)
        attempt(out, "task_done", queue.task_done)
    await joiner


@scenario("QU-02")
async def scenario_task_done_more_often_than_put_is_refused(out):
    queue = asyncio.Queue()
    attempt(out, "task_done", queue.task_done)
    fill(queue, 1, 2)
    for _ in range(3):
        attempt(out, "task_done", queue.task_done)
    queue.put_nowait(3)
    attempt(out, "task_done", queue.task_done)


@scenario("QU-02", mirror="no get came before")
async def scenario_task_done_counts_items_that_are_still_in_the_queue(out):
    queue = asyncio.Queue()
    fill(queue, 1)
    attempt(out, "task_done", queue.task_done)
    await join(out, "join", queue)
    size(out, queue)


@scenario("QU-02")
async def scenario_all_who_join_go_on_in_their_order(out):
    queue = asyncio.Queue()
    fill(queue, 1)
    tasks = await start(*[join(out, name, queue) for name in "abc"])
    tasks[1].cancel()
    await tasks[1]
    queue.task_done()
    await asyncio.gather(*tasks)


@scenario("QU-02")
async def scenario_an_item_put_meanwhile_makes_join_wait_longer(out):
    queue = asyncio.Queue()
    fill(queue, 1)
    (joiner,) = await start(join(out, "joiner", queue))
    queue.put_nowait(2)
    queue.task_done()
    await settle()
    attempt(out, "joined", joiner.done)
    queue.task_done()
    await joiner


@scenario("QU-02", "SY-03", mirror="the item comes before the joiner has run")
async def scenario_join_returns_though_an_item_is_put_right_after_the_last_was_done(out):
    queue = asyncio.Queue()
    fill(queue, 1)
    (joiner,) = await start(join(out, "joiner", queue))
    queue.task_done()
    queue.put_nowait(2)
    (late,) = await start(join(out, "late", queue))
    out(f"joined {show(joiner.done())}, late {show(late.done())}")
    queue.task_done()
    await late


@scenario("QU-02", "QU-01")
async def scenario_a_pool_of_workers_does_all_that_was_put(out):
    queue = asyncio.Queue(2)

    async def work(name):
        while True:
            item = await queue.get()
            await asyncio.sleep(0)
            out(f"{name} does {item}")
            queue.task_done()

    workers = await start(work("a"), work("b"))
    for item in range(6):
        await queue.put(item)
    await join(out, "join", queue)
    for worker in workers:
        worker.cancel()
        await attempt_await(out, "worker", worker)


@scenario("QU-01", "QU-02", "TK-04", mirror="a putter that waits for room has put nothing to join")
async def scenario_join_does_not_wait_for_items_that_are_not_in_yet(out):
    queue = asyncio.Queue(1)
    fill(queue, 1)
    (a,) = await start(put(out, "a", queue, 2))
    (joiner,) = await start(join(out, "joiner", queue))
    queue.task_done()
    await joiner
    attempt(out, "a done", a.done)
    a.cancel()
    await a


@scenario("QU-03")
async def scenario_a_queue_that_is_shut_down_takes_nothing_and_gives_what_it_has(out):
    queue = asyncio.Queue()
    fill(queue, 1, 2)
    attempt(out, "shutdown", queue.shutdown)
    await put(out, "put", queue, 3)
    attempt(out, "put_nowait", lambda: queue.put_nowait(3))
    size(out, queue)
    await get(out, "get", queue)
    attempt(out, "get_nowait", queue.get_nowait)
    await get(out, "get", queue)
    attempt(out, "get_nowait", queue.get_nowait)


@scenario("QU-03")
async def scenario_a_queue_that_is_shut_down_never_makes_anybody_wait(out):
    queue = asyncio.Queue(1)
    fill(queue, 1)
    queue.shutdown()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    await put(out, "put, full", queue, 2)
    await get(out, "get", queue)
    await get(out, "get, empty", queue)
    await put(out, "put, empty", queue, 2)
    await asyncio.sleep(0)


@scenario("QU-03")
async def scenario_shutdown_wakes_those_who_wait_for_an_item_in_their_order(out):
    queue = asyncio.Queue()
    tasks = await start(*[get(out, name, queue) for name in "abc"])
    queue.shutdown()
    out("shut down")
    await asyncio.gather(*tasks)


@scenario("QU-03")
async def scenario_shutdown_wakes_those_who_wait_for_room_in_their_order(out):
    queue = asyncio.Queue(1)
    fill(queue, 0)
    tasks = await start(*[put(out, name, queue, name) for name in "abc"])
    queue.shutdown()
    await asyncio.gather(*tasks)
    drain(out, queue)


@scenario("QU-03", "QU-02")
async def scenario_join_of_a_queue_that_was_shut_down_waits_for_what_it_has(out):
    queue = asyncio.Queue()
    fill(queue, 1, 2)
    (joiner,) = await start(join(out, "joiner", queue))
    queue.shutdown()
    for _ in range(2):
        await settle()
        attempt(out, "joined", joiner.done)
        await get(out, "get", queue)
        attempt(out, "task_done", queue.task_done)
    await joiner


@scenario("QU-03", "QU-02")
async def scenario_an_immediate_shutdown_drops_the_items_and_lets_joiners_go(out):
    queue = asyncio.Queue()
    fill(queue, 1, 2, 3)
    (joiner,) = await start(join(out, "joiner", queue))
    queue.shutdown(immediate=True)
    size(out, queue)
    await joiner
    await get(out, "get", queue)
    attempt(out, "get_nowait", queue.get_nowait)
    await put(out, "put", queue, 4)
    attempt(out, "task_done", queue.task_done)


@scenario("QU-03", "QU-02")
async def scenario_join_after_an_immediate_shutdown_waits_for_items_that_were_taken(out):
    queue = asyncio.Queue()
    fill(queue, 1, 2, 3)
    await get(out, "get", queue)
    (joiner,) = await start(join(out, "joiner", queue))
    queue.shutdown(immediate=True)
    await settle()
    attempt(out, "joined", joiner.done)
    attempt(out, "task_done", queue.task_done)
    await joiner
    attempt(out, "task_done", queue.task_done)


@scenario("QU-03")
async def scenario_an_immediate_shutdown_wakes_all_who_wait(out):
    queue, full = asyncio.Queue(), asyncio.Queue(1)
    fill(full, 0)
    getters = await start(get(out, "a", queue), get(out, "b", queue))
    putters = await start(put(out, "c", full, 1), put(out, "d", full, 2))
    full.shutdown(immediate=True)
    queue.shutdown(immediate=True)
    await asyncio.gather(*putters, *getters)
    size(out, full)


@scenario("QU-03")
async def scenario_a_queue_may_be_shut_down_twice(out):
    queue = asyncio.Queue()
    fill(queue, 1, 2)
    queue.shutdown()
    queue.shutdown()
    await get(out, "get", queue)
    queue.shutdown(immediate=True)
    await get(out, "get", queue)
    queue.shutdown()
    size(out, queue)


@scenario("QU-03", mirror="the getter has been woken for an item when the queue is shut down")
async def scenario_a_getter_on_its_way_gets_its_item_unless_the_shutdown_is_immediate(out):
    for immediate in [False, True]:
        queue = asyncio.Queue()
        a, b = await start(get(out, "a", queue), get(out, "b", queue))
        queue.put_nowait(1)
        queue.shutdown(immediate=immediate)
        await asyncio.gather(a, b)


@scenario("QU-03", mirror="the putter has been woken for the room when the queue is shut down")
async def scenario_a_putter_on_its_way_is_refused_by_a_shutdown(out):
    for immediate in [False, True]:
        queue = asyncio.Queue(1)
        fill(queue, 0)
        (a,) = await start(put(out, "a", queue, "a"))
        attempt(out, "get_nowait", queue.get_nowait)
        queue.shutdown(immediate=immediate)
        await a
        size(out, queue)


@scenario("QU-03", "R-38")
async def scenario_a_cancel_wins_over_a_shutdown(out):
    queue = asyncio.Queue()
    a, b = await start(get(out, "a", queue), get(out, "b", queue))
    a.cancel()
    queue.shutdown()
    attempt(out, "cancel b", b.cancel)
    await asyncio.gather(a, b)
    await get(out, "main", queue)


@scenario("QU-03")
async def scenario_a_shutdown_keeps_the_order_of_priority_and_lifo_queues(out):
    for queue in [asyncio.PriorityQueue(), asyncio.LifoQueue()]:
        fill(queue, 2, 1, 3)
        queue.shutdown()
        for _ in range(4):
            await get(out, "get", queue)


@scenario("QU-03")
async def scenario_consumers_end_when_the_queue_they_read_is_shut_down(out):
    queue = asyncio.Queue(1)

    async def consume(name):
        while True:
            try:
                item = await queue.get()
            except asyncio.QueueShutDown:
                out(f"{name} ends")
                break
            out(f"{name} got {item}")
            await asyncio.sleep(0)

    tasks = await start(consume("a"), consume("b"))
    for item in range(4):
        await queue.put(item)
    queue.shutdown()
    await asyncio.gather(*tasks)


@scenario("QU-03", "SY-01", mirror="it belongs to the loop where a getter waited")
def scenario_a_queue_may_be_shut_down_after_its_loop_ended(out):
    queue = asyncio.Queue(1)

    async def get_one():
        (a,) = await start(get(out, "a", queue))
        queue.put_nowait(1)
        await a

    with new_loop() as loop:
        loop.run_until_complete(get_one())
    fill(queue, 2)
    queue.shutdown()
    attempt(out, "put_nowait", lambda: queue.put_nowait(3))
    attempt(out, "get_nowait", queue.get_nowait)
    attempt(out, "get_nowait", queue.get_nowait)
