# SPDX-License-Identifier: Apache-2.0
"""Locks."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import acquire, start, use
from words import Boom, attempt, attempt_await, show


@scenario("SY-02", mirror="the callback runs at the first real suspension")
async def scenario_a_free_lock_is_acquired_without_a_suspension(out):
    lock = asyncio.Lock()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    attempt(out, "locked", lock.locked)
    await acquire(out, "main", lock)
    attempt(out, "locked", lock.locked)
    lock.release()
    attempt(out, "locked", lock.locked)
    await acquire(out, "main again", lock)
    await asyncio.sleep(0)


@scenario("SY-02")
async def scenario_those_who_wait_for_a_lock_get_it_in_their_order(out):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = await start(*[use(out, name, lock) for name in "abc"])
    out("release")
    lock.release()
    await asyncio.gather(*tasks)
    attempt(out, "locked", lock.locked)


@scenario("SY-02")
async def scenario_a_lock_is_held_by_one_task_at_a_time(out):
    lock = asyncio.Lock()

    async def body(name):
        async with lock:
            out(f"{name} in")
            await settle(2)
            out(f"{name} out")

    await asyncio.gather(*[body(name) for name in "abc"])


@scenario("SY-02")
async def scenario_a_released_lock_is_for_the_one_who_waits_and_not_for_the_releaser(out):
    lock = asyncio.Lock()
    await lock.acquire()
    (a,) = await start(use(out, "a", lock))
    lock.release()
    out(f"locked {show(lock.locked())}, a is on its way")
    await acquire(out, "main", lock)
    out(f"a done {show(a.done())}")


@scenario("SY-02")
async def scenario_tasks_that_take_a_lock_again_and_again_take_turns(out):
    lock = asyncio.Lock()

    async def body(name):
        for turn in range(3):
            async with lock:
                out(f"{name} {turn}")
                await asyncio.sleep(0)

    await asyncio.gather(body("a"), body("b"))


@scenario("SY-02")
async def scenario_release_of_a_lock_that_is_not_locked_is_refused(out):
    lock = asyncio.Lock()
    attempt(out, "fresh", lock.release)
    await lock.acquire()
    attempt(out, "held", lock.release)
    attempt(out, "twice", lock.release)
    await acquire(out, "main", lock)


@scenario("SY-02", mirror="nobody holds it between the release and the step of the one woken")
async def scenario_a_second_release_is_refused_while_the_next_holder_is_on_its_way(out):
    lock = asyncio.Lock()
    await lock.acquire()
    (a,) = await start(acquire(out, "a", lock))
    attempt(out, "first", lock.release)
    attempt(out, "second", lock.release)
    await a
    attempt(out, "third", lock.release)


@scenario("SY-02")
async def scenario_a_lock_may_be_released_by_another_task_or_by_a_callback(out):
    lock = asyncio.Lock()
    await lock.acquire()

    async def release():
        lock.release()

    await asyncio.create_task(release())
    await acquire(out, "first", lock)
    asyncio.get_running_loop().call_soon(lock.release)
    await acquire(out, "second", lock)


@scenario("SY-02")
async def scenario_a_lock_is_not_reentrant(out):
    lock = asyncio.Lock()

    async def body():
        await acquire(out, "first", lock)
        await acquire(out, "second", lock)

    (task,) = await start(body())
    attempt(out, "done", task.done)
    task.cancel()
    await attempt_await(out, "task", task)
    attempt(out, "locked", lock.locked)


@scenario("SY-02")
async def scenario_a_cancelled_acquire_leaves_the_queue_of_a_lock(out):
    lock = asyncio.Lock()
    await lock.acquire()
    a, b, c = await start(*[use(out, name, lock) for name in "abc"])
    b.cancel()
    await attempt_await(out, "b", b)
    out("release")
    lock.release()
    await asyncio.gather(a, c)


@scenario("SY-02")
async def scenario_a_cancelled_acquire_wakes_nobody_while_the_lock_is_held(out):
    lock = asyncio.Lock()
    await lock.acquire()
    a, b = await start(acquire(out, "a", lock), acquire(out, "b", lock))
    a.cancel()
    await settle()
    out(f"b done {show(b.done())}, locked {show(lock.locked())}")
    lock.release()
    await b


@scenario("SY-02", "R-38")
async def scenario_a_lock_given_to_a_waiter_that_is_then_cancelled_goes_to_the_next(out):
    lock = asyncio.Lock()
    await lock.acquire()
    a, b = await start(acquire(out, "a", lock), acquire(out, "b", lock))
    lock.release()
    attempt(out, "cancel a", a.cancel)
    await attempt_await(out, "a", a)
    await b
    attempt(out, "locked", lock.locked)


@scenario("SY-02", "R-38")
async def scenario_a_lock_given_to_the_only_waiter_that_is_then_cancelled_is_free(out):
    lock = asyncio.Lock()
    await lock.acquire()
    (a,) = await start(acquire(out, "a", lock))
    lock.release()
    a.cancel()
    await attempt_await(out, "a", a)
    attempt(out, "locked", lock.locked)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    await acquire(out, "main", lock)
    await asyncio.sleep(0)


@scenario("SY-02", "R-38")
async def scenario_a_lock_handed_back_by_a_cancel_is_not_for_a_newcomer(out):
    lock = asyncio.Lock()
    await lock.acquire()
    a, b = await start(use(out, "a", lock), use(out, "b", lock))
    lock.release()
    a.cancel()
    c = asyncio.create_task(use(out, "c", lock))
    await use(out, "main", lock)
    await asyncio.gather(a, b, c, return_exceptions=True)


@scenario("SY-02", "R-38")
async def scenario_a_lock_passes_over_every_cancelled_waiter(out):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = await start(*[use(out, name, lock) for name in "abcdef"])
    for position in [0, 1, 3, 4]:
        tasks[position].cancel()
    lock.release()
    await asyncio.gather(*tasks, return_exceptions=True)
    attempt(out, "locked", lock.locked)


@scenario("SY-02", mirror="the cancelled waiter has not run yet when main acquires")
async def scenario_waiters_that_are_all_cancelled_do_not_make_a_newcomer_wait(out):
    lock = asyncio.Lock()
    await lock.acquire()

    async def body(name):
        try:
            await lock.acquire()
        except asyncio.CancelledError:
            out(f"{name} cancelled")

    a, b = await start(body("a"), body("b"))
    a.cancel()
    b.cancel()
    lock.release()
    await acquire(out, "main", lock)
    await settle()
    attempt(out, "locked", lock.locked)


@scenario("SY-02", "TK-04")
async def scenario_a_waiter_that_swallows_its_cancel_asks_for_the_lock_from_the_end(out):
    lock = asyncio.Lock()

    async def body():
        try:
            await acquire(out, "a", lock)
        except asyncio.CancelledError:
            await use(out, "a once more", lock)

    await lock.acquire()
    a, b = await start(body(), use(out, "b", lock))
    a.cancel()
    await settle()
    lock.release()
    await asyncio.gather(a, b)


@scenario("SY-02")
async def scenario_a_lock_is_released_when_its_block_fails_or_is_cancelled(out):
    lock = asyncio.Lock()

    async def fail():
        async with lock:
            raise Boom("boom")

    async def sleep():
        async with lock:
            await asyncio.sleep(3600)

    await attempt_await(out, "failed", fail())
    attempt(out, "locked", lock.locked)
    (task,) = await start(sleep())
    attempt(out, "locked", lock.locked)
    task.cancel()
    await attempt_await(out, "cancelled", task)
    attempt(out, "locked", lock.locked)


@scenario("SY-01", "SY-02", "TC-06")
async def scenario_an_acquire_with_a_time_limit_leaves_the_queue_of_a_lock(out):
    lock = asyncio.Lock()
    await lock.acquire()
    await attempt_await(out, "main", asyncio.wait_for(acquire(out, "in time", lock), 0.01))
    (a,) = await start(use(out, "a", lock))
    lock.release()
    await a
    attempt(out, "locked", lock.locked)


@scenario("SY-01", "SY-02")
def scenario_a_lock_belongs_to_the_loop_of_its_first_contended_use(out):
    lock = asyncio.Lock()

    async def contend(name):
        await acquire(out, name, lock)
        try:
            (waiter,) = await start(use(out, f"{name} waiter", lock))
        finally:
            lock.release()
        await attempt_await(out, name, waiter)

    with new_loop() as loop, new_loop() as other:
        other.run_until_complete(use(out, "other, alone", lock))
        loop.run_until_complete(contend("loop"))
        other.run_until_complete(use(out, "other, still alone", lock))
        other.run_until_complete(contend("other"))
        attempt(out, "locked", lock.locked)
