# SPDX-License-Identifier: Apache-2.0
"""Semaphores."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import acquire, start, use
from words import Boom, attempt, attempt_await, show


async def count(out, semaphore):
    """Prints how many permits can be had without waiting, and gives them back."""
    taken = 0
    while not semaphore.locked():
        await semaphore.acquire()
        taken += 1
    for _ in range(taken):
        semaphore.release()
    out(f"permits {taken}")


@scenario("SY-05")
async def scenario_a_semaphore_of_less_than_zero_is_refused(out):
    attempt(out, "semaphore -1", lambda: asyncio.Semaphore(-1).locked())
    attempt(out, "bounded -1", lambda: asyncio.BoundedSemaphore(-1).locked())
    attempt(out, "semaphore 0", lambda: asyncio.Semaphore(0).locked())
    attempt(out, "bounded 0", lambda: asyncio.BoundedSemaphore(0).locked())
    attempt(out, "semaphore", lambda: asyncio.Semaphore().locked())
    await count(out, asyncio.Semaphore())
    await count(out, asyncio.BoundedSemaphore())


@scenario("SY-05")
async def scenario_permits_are_taken_without_a_suspension_while_there_are_some(out):
    semaphore = asyncio.Semaphore(2)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    for name in ["first", "second"]:
        await acquire(out, name, semaphore)
        attempt(out, "locked", semaphore.locked)
    semaphore.release()
    attempt(out, "locked", semaphore.locked)
    await asyncio.sleep(0)


@scenario("SY-05")
async def scenario_those_who_wait_for_a_semaphore_get_it_in_their_order(out):
    semaphore = asyncio.Semaphore(0)
    tasks = await start(*[acquire(out, name, semaphore) for name in "abcd"])
    for _ in range(2):
        out("release")
        semaphore.release()
        await settle()
    out("release twice")
    semaphore.release()
    semaphore.release()
    await settle()
    out(f"done {show([task.done() for task in tasks])}, locked {show(semaphore.locked())}")


@scenario("SY-05")
async def scenario_a_semaphore_bounds_how_many_work_at_once(out):
    semaphore, working = asyncio.Semaphore(2), []

    async def work(name):
        async with semaphore:
            working.append(name)
            out(f"{name} works, {len(working)} at once")
            await settle(3)
            working.remove(name)

    await asyncio.gather(*[work(name) for name in "abcde"])
    attempt(out, "locked", semaphore.locked)


@scenario("SY-05")
async def scenario_a_released_permit_is_for_the_one_who_waits_and_not_for_the_releaser(out):
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    (a,) = await start(use(out, "a", semaphore))
    semaphore.release()
    out(f"locked {show(semaphore.locked())}, a is on its way")
    await acquire(out, "main", semaphore)
    attempt(out, "a done", a.done)


@scenario("SY-05", mirror="one permit is a's, the other is nobody's, and still locked is true")
async def scenario_a_semaphore_with_a_free_permit_is_locked_until_its_waiter_has_run(out):
    semaphore = asyncio.Semaphore(0)
    (a,) = await start(acquire(out, "a", semaphore))
    semaphore.release()
    semaphore.release()
    attempt(out, "locked", semaphore.locked)
    await a
    attempt(out, "locked", semaphore.locked)
    await count(out, semaphore)


@scenario("SY-05")
async def scenario_a_newcomer_waits_behind_a_waiter_though_a_permit_is_free(out):
    semaphore = asyncio.Semaphore(0)
    (a,) = await start(acquire(out, "a", semaphore))
    semaphore.release()
    semaphore.release()
    await acquire(out, "main", semaphore)
    attempt(out, "a done", a.done)
    attempt(out, "locked", semaphore.locked)


@scenario("SY-05")
async def scenario_many_newcomers_pass_when_the_waiter_they_stand_behind_has_run(out):
    semaphore = asyncio.Semaphore(0)
    (a,) = await start(acquire(out, "a", semaphore))
    tasks = [asyncio.create_task(acquire(out, name, semaphore)) for name in "bcd"]
    for _ in range(3):
        semaphore.release()
    await settle()
    out(f"done {show([task.done() for task in [a, *tasks]])}")
    semaphore.release()
    await settle()
    attempt(out, "locked", semaphore.locked)


@scenario("SY-05")
async def scenario_a_cancelled_acquire_leaves_the_queue_of_a_semaphore(out):
    semaphore = asyncio.Semaphore(0)
    a, b, c, d = await start(*[acquire(out, name, semaphore) for name in "abcd"])
    for name, task in [("a", a), ("c", c)]:
        task.cancel()
        await attempt_await(out, name, task)
    semaphore.release()
    semaphore.release()
    await asyncio.gather(b, d)
    attempt(out, "locked", semaphore.locked)


@scenario("SY-05", "R-38")
async def scenario_a_permit_given_to_a_waiter_that_is_then_cancelled_goes_to_the_next(out):
    semaphore = asyncio.Semaphore(0)
    a, b, c = await start(*[acquire(out, name, semaphore) for name in "abc"])
    semaphore.release()
    attempt(out, "cancel a", a.cancel)
    await attempt_await(out, "a", a)
    await b
    await settle()
    out(f"c done {show(c.done())}, locked {show(semaphore.locked())}")
    semaphore.release()
    await c


@scenario("SY-05", "R-38")
async def scenario_a_permit_given_to_the_only_waiter_that_is_then_cancelled_is_free(out):
    semaphore = asyncio.Semaphore(0)
    (a,) = await start(acquire(out, "a", semaphore))
    semaphore.release()
    a.cancel()
    attempt(out, "locked", semaphore.locked)
    await attempt_await(out, "a", a)
    attempt(out, "locked", semaphore.locked)
    await count(out, semaphore)


@scenario("SY-05", "R-38")
async def scenario_permits_given_to_many_cancelled_waiters_are_not_lost(out):
    semaphore = asyncio.Semaphore(0)
    tasks = await start(*[acquire(out, name, semaphore) for name in "abcdefgh"])
    for _ in range(4):
        semaphore.release()
    for position in [0, 2, 3, 5]:
        tasks[position].cancel()
    await settle(20)
    out(f"done {show([task.done() for task in tasks])}")
    out(f"cancelled {show([task.cancelled() for task in tasks])}")
    attempt(out, "locked", semaphore.locked)
    semaphore.release()
    await count(out, semaphore)


@scenario("SY-05", "R-38")
async def scenario_a_permit_handed_back_by_a_cancel_is_not_for_a_newcomer(out):
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    a, b = await start(use(out, "a", semaphore), use(out, "b", semaphore))
    semaphore.release()
    a.cancel()
    c = asyncio.create_task(use(out, "c", semaphore))
    await use(out, "main", semaphore)
    await asyncio.gather(a, b, c, return_exceptions=True)
    await count(out, semaphore)


@scenario("SY-05", mirror="the cancelled waiter has not run yet when main acquires")
async def scenario_a_semaphore_does_not_count_waiters_that_are_cancelled(out):
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    (a,) = await start(acquire(out, "a", semaphore))
    a.cancel()
    semaphore.release()
    attempt(out, "locked", semaphore.locked)
    await acquire(out, "main", semaphore)
    await attempt_await(out, "a", a)
    attempt(out, "locked", semaphore.locked)


@scenario("SY-05")
async def scenario_a_semaphore_may_grow_beyond_its_first_value(out):
    semaphore = asyncio.Semaphore(1)
    for _ in range(3):
        attempt(out, "release", semaphore.release)
    await count(out, semaphore)


@scenario("SY-05")
async def scenario_a_bounded_semaphore_refuses_more_releases_than_acquires(out):
    semaphore = asyncio.BoundedSemaphore(2)
    attempt(out, "full", semaphore.release)
    await semaphore.acquire()
    await semaphore.acquire()
    for name in ["first", "second", "third"]:
        attempt(out, name, semaphore.release)
    await count(out, semaphore)


@scenario("SY-05", mirror="the permit is a's already, so that the semaphore has none")
async def scenario_a_bounded_semaphore_counts_a_permit_given_to_a_waiter_as_taken(out):
    semaphore = asyncio.BoundedSemaphore(1)
    await semaphore.acquire()
    (a,) = await start(acquire(out, "a", semaphore))
    attempt(out, "first", semaphore.release)
    attempt(out, "second", semaphore.release)
    attempt(out, "third", semaphore.release)
    await a
    await count(out, semaphore)


@scenario("SY-05", "R-38")
async def scenario_a_bounded_semaphore_is_full_again_after_a_cancelled_grant(out):
    semaphore = asyncio.BoundedSemaphore(1)
    await semaphore.acquire()
    (a,) = await start(acquire(out, "a", semaphore))
    semaphore.release()
    a.cancel()
    await attempt_await(out, "a", a)
    attempt(out, "release", semaphore.release)
    await count(out, semaphore)


@scenario("SY-05")
async def scenario_a_permit_is_given_back_when_its_block_fails_or_is_cancelled(out):
    semaphore = asyncio.BoundedSemaphore(1)

    async def fail():
        async with semaphore:
            raise Boom("boom")

    async def sleep():
        async with semaphore:
            await asyncio.sleep(3600)

    await attempt_await(out, "failed", fail())
    (task,) = await start(sleep())
    attempt(out, "locked", semaphore.locked)
    task.cancel()
    await attempt_await(out, "cancelled", task)
    await count(out, semaphore)


@scenario("SY-05")
async def scenario_a_permit_may_be_released_by_a_callback(out):
    loop, semaphore = asyncio.get_running_loop(), asyncio.Semaphore(0)
    loop.call_soon(semaphore.release)
    loop.call_soon(lambda: out("queued after the release"))
    await acquire(out, "main", semaphore)


@scenario("SY-05", "TC-06")
async def scenario_an_acquire_with_a_time_limit_leaves_the_queue_of_a_semaphore(out):
    semaphore = asyncio.Semaphore(0)
    await attempt_await(out, "main", asyncio.wait_for(acquire(out, "in time", semaphore), 0.01))
    (a,) = await start(acquire(out, "a", semaphore))
    semaphore.release()
    await a
    await count(out, semaphore)


@scenario("SY-01", "SY-05")
def scenario_a_semaphore_belongs_to_the_loop_of_its_first_contended_use(out):
    semaphore = asyncio.Semaphore(1)

    async def contend(name):
        await acquire(out, name, semaphore)
        (waiter,) = await start(use(out, f"{name} waiter", semaphore))
        semaphore.release()
        await attempt_await(out, name, waiter)

    with new_loop() as loop, new_loop() as other:
        other.run_until_complete(use(out, "other, alone", semaphore))
        loop.run_until_complete(contend("loop"))
        other.run_until_complete(use(out, "other, still alone", semaphore))
        other.run_until_complete(contend("other"))
        attempt(out, "locked", semaphore.locked)
