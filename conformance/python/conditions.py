# SPDX-License-Identifier: Apache-2.0
"""Conditions."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import acquire, start, use
from words import Boom, attempt, attempt_await, show


async def wait(out, name, condition):
    """Waits once with the lock held; prints how it ended, and whether the lock is held then."""
    async with condition:
        out(f"{name} waits")
        try:
            await condition.wait()
            out(f"{name} woke, locked {show(condition.locked())}")
        except asyncio.CancelledError:
            out(f"{name} cancelled, locked {show(condition.locked())}")
            raise


async def notify(condition, count):
    """Notifies with the lock held, then lets everything run."""
    async with condition:
        condition.notify(count)
    await settle()


@scenario("SY-04", mirror="those who were refused do not count as waiting")
async def scenario_a_condition_refuses_wait_and_notify_without_its_lock(out):
    condition = asyncio.Condition()
    await attempt_await(out, "wait", condition.wait())
    attempt(out, "notify", condition.notify)
    attempt(out, "notify_all", condition.notify_all)
    await attempt_await(out, "wait_for", condition.wait_for(lambda: False))
    attempt(out, "release", condition.release)
    attempt(out, "locked", condition.locked)
    (a,) = await start(wait(out, "a", condition))
    await notify(condition, 1)
    attempt(out, "a done", a.done)


@scenario("SY-04")
async def scenario_a_wait_gives_the_lock_away_and_has_it_again_when_it_returns(out):
    condition = asyncio.Condition()
    (a,) = await start(wait(out, "a", condition))
    attempt(out, "locked", condition.locked)
    await acquire(out, "main", condition)
    condition.notify()
    await settle()
    out(f"notified, a done {show(a.done())}")
    condition.release()
    await a
    attempt(out, "locked", condition.locked)


@scenario("SY-04")
async def scenario_notify_wakes_as_many_as_it_is_told_in_the_order_of_waiting(out):
    condition = asyncio.Condition()
    tasks = await start(*[wait(out, name, condition) for name in "abcdef"])
    for count in [0, 1, 2, 100]:
        out(f"notify {count}")
        await notify(condition, count)
    out(f"done {show([task.done() for task in tasks])}")


@scenario("SY-04", mirror="notify without a number is one")
async def scenario_notify_wakes_one_and_notify_all_wakes_the_rest(out):
    condition = asyncio.Condition()
    tasks = await start(*[wait(out, name, condition) for name in "abcd"])
    async with condition:
        condition.notify()
    await settle()
    out("all")
    async with condition:
        condition.notify_all()
    await asyncio.gather(*tasks)


@scenario("SY-04")
async def scenario_two_notifications_in_a_row_wake_two(out):
    condition = asyncio.Condition()
    tasks = await start(*[wait(out, name, condition) for name in "abc"])
    async with condition:
        condition.notify()
        condition.notify()
    await settle()
    out(f"done {show([task.done() for task in tasks])}")
    await notify(condition, 1)


@scenario("SY-04")
async def scenario_a_notification_that_nobody_waits_for_is_lost(out):
    condition = asyncio.Condition()
    async with condition:
        condition.notify(5)
        condition.notify_all()
    (a,) = await start(wait(out, "a", condition))
    attempt(out, "a done", a.done)
    await notify(condition, 1)
    attempt(out, "a done", a.done)


@scenario("SY-04", "SY-02")
async def scenario_those_who_are_notified_hold_the_lock_one_after_the_other(out):
    condition = asyncio.Condition()

    async def body(name):
        async with condition:
            await condition.wait()
            out(f"{name} in")
            await settle(2)
            out(f"{name} out")

    tasks = await start(*[body(name) for name in "abc"])
    async with condition:
        condition.notify_all()
    await asyncio.gather(*tasks)


@scenario("SY-04", "SY-02")
async def scenario_one_who_is_notified_stands_behind_those_who_wait_for_the_lock(out):
    condition = asyncio.Condition()
    (a,) = await start(wait(out, "a", condition))
    await acquire(out, "main", condition)
    (b,) = await start(use(out, "b", condition))
    condition.notify()
    condition.release()
    await asyncio.gather(a, b)


@scenario("SY-04")
async def scenario_a_cancelled_wait_has_the_lock_again(out):
    condition = asyncio.Condition()
    (a,) = await start(wait(out, "a", condition))
    await acquire(out, "main", condition)
    a.cancel()
    await settle()
    out(f"a done {show(a.done())}")
    condition.release()
    await attempt_await(out, "a", a)
    attempt(out, "locked", condition.locked)


@scenario("SY-04", "TK-05")
async def scenario_cancels_do_not_end_the_wait_for_the_lock_of_a_condition(out):
    condition = asyncio.Condition()
    (a,) = await start(wait(out, "a", condition))
    await acquire(out, "main", condition)
    for _ in range(3):
        a.cancel()
        await settle()
        out(f"a done {show(a.done())}, requests {a.cancelling()}")
    condition.release()
    await attempt_await(out, "a", a)
    attempt(out, "locked", condition.locked)


@scenario("SY-04", "R-38")
async def scenario_a_notification_goes_on_when_the_one_notified_is_cancelled(out):
    condition = asyncio.Condition()
    a, b, c = await start(*[wait(out, name, condition) for name in "abc"])
    async with condition:
        condition.notify()
        a.cancel()
    await attempt_await(out, "a", a)
    await b
    await settle()
    attempt(out, "c done", c.done)
    await notify(condition, 1)


@scenario("SY-04", "R-38")
async def scenario_a_notification_goes_on_when_the_cancel_comes_during_the_wait_for_the_lock(out):
    condition = asyncio.Condition()
    a, b, c = await start(*[wait(out, name, condition) for name in "abc"])
    await acquire(out, "main", condition)
    condition.notify()
    await settle()
    a.cancel()
    await settle()
    out(f"done {show([task.done() for task in [a, b, c]])}")
    condition.release()
    await attempt_await(out, "a", a)
    await b
    await settle()
    attempt(out, "c done", c.done)
    await notify(condition, 1)


@scenario("SY-04", "R-38")
async def scenario_a_cancelled_waiter_is_not_counted_by_notify(out):
    condition = asyncio.Condition()
    a, b, c = await start(*[wait(out, name, condition) for name in "abc"])
    async with condition:
        a.cancel()
        condition.notify(2)
    await attempt_await(out, "a", a)
    await asyncio.gather(b, c)


@scenario("SY-04")
async def scenario_wait_for_returns_when_its_predicate_holds(out):
    condition, values = asyncio.Condition(), []

    async def body():
        async with condition:
            await condition.wait_for(predicate)
            out(f"goes on, locked {show(condition.locked())}")

    def predicate():
        out(f"predicate, {len(values)} values, locked {show(condition.locked())}")
        return len(values) == 2

    (task,) = await start(body())
    for value in range(2):
        async with condition:
            values.append(value)
            condition.notify()
        await settle()
    attempt(out, "done", task.done)


@scenario("SY-04", mirror="wait_for itself does not ask for the lock, only its wait does")
async def scenario_wait_for_does_not_suspend_when_its_predicate_holds(out):
    condition = asyncio.Condition()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    async with condition:
        await condition.wait_for(lambda: True)
        out("with the lock")
    await condition.wait_for(lambda: True)
    out("without the lock")
    await asyncio.sleep(0)


@scenario("SY-04")
async def scenario_an_error_of_the_predicate_comes_out_of_wait_for_with_the_lock_held(out):
    condition, calls = asyncio.Condition(), []

    def predicate():
        calls.append(1)
        if len(calls) == 2:
            raise Boom("predicate")
        return False

    async def body():
        async with condition:
            try:
                await condition.wait_for(predicate)
            finally:
                out(f"locked {show(condition.locked())}")

    (task,) = await start(body())
    await notify(condition, 1)
    await attempt_await(out, "task", task)
    attempt(out, "locked", condition.locked)


@scenario("SY-04", "TC-06")
async def scenario_a_wait_with_a_time_limit_ends_with_the_lock_held(out):
    condition = asyncio.Condition()
    async with condition:
        await attempt_await(out, "wait", asyncio.wait_for(condition.wait(), 0.01))
        attempt(out, "locked", condition.locked)
        limit = asyncio.wait_for(condition.wait_for(lambda: False), 0.01)
        await attempt_await(out, "wait_for", limit)
        attempt(out, "locked", condition.locked)
    attempt(out, "locked", condition.locked)


@scenario("SY-04", mirror="notify of one condition does not wake those of the other")
async def scenario_two_conditions_may_share_a_lock(out):
    lock = asyncio.Lock()
    full, empty = asyncio.Condition(lock), asyncio.Condition(lock)
    a, b = await start(wait(out, "a", full), wait(out, "b", empty))
    await lock.acquire()
    out(f"full locked {show(full.locked())}, empty locked {show(empty.locked())}")
    empty.notify_all()
    lock.release()
    await settle()
    out(f"a done {show(a.done())}, b done {show(b.done())}")
    await notify(full, 1)


@scenario("SY-04")
async def scenario_a_buffer_of_two_conditions_hands_over_in_order(out):
    lock, items = asyncio.Lock(), []
    not_full, not_empty = asyncio.Condition(lock), asyncio.Condition(lock)

    async def produce():
        for item in range(5):
            async with not_full:
                await not_full.wait_for(lambda: len(items) < 2)
                items.append(item)
                out(f"produced {item}")
                not_empty.notify()

    async def consume():
        for _ in range(5):
            async with not_empty:
                await not_empty.wait_for(lambda: items)
                out(f"consumed {items.pop(0)}")
                not_full.notify()

    await asyncio.gather(consume(), produce())


@scenario("SY-04", "TK-04")
async def scenario_a_waiter_that_swallows_its_cancel_still_holds_the_lock(out):
    condition = asyncio.Condition()

    async def body():
        async with condition:
            try:
                await condition.wait()
            except asyncio.CancelledError:
                out("swallowed")
            await settle()
            out("goes on")

    (task,) = await start(body())
    task.cancel()
    b = asyncio.create_task(use(out, "b", condition))
    await asyncio.gather(task, b)


@scenario("SY-01", "SY-04")
def scenario_a_condition_belongs_to_the_loop_that_first_waited(out):
    condition = asyncio.Condition()

    async def wait_for_a_friend(name):
        asyncio.get_running_loop().call_soon(lambda: friend(name))
        await attempt_await(out, name, wait(out, name, condition))

    def friend(name):
        attempt(out, f"{name} notify", condition.notify)

    async def wait_here(name):
        (task,) = await start(wait(out, name, condition))
        await notify(condition, 1)
        await attempt_await(out, name, task)

    with new_loop() as loop, new_loop() as other:
        other.run_until_complete(use(out, "other", condition))
        loop.run_until_complete(wait_here("loop"))
        other.run_until_complete(wait_for_a_friend("other"))
        attempt(out, "locked", condition.locked)
        loop.run_until_complete(wait_here("loop again"))
