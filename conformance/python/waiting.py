# SPDX-License-Identifier: Apache-2.0
"""wait and as_completed."""

import asyncio

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show

ORIGINALS = "in Java each element is the original future"


async def succeed():
    return 1


async def fail():
    raise Boom("boom")


async def sleep():
    await asyncio.sleep(3600)


def tasks_of(**bodies):
    """Named tasks, in order."""
    return [asyncio.create_task(body, name=name) for name, body in bodies.items()]


def names(futures):
    """The names of a set, sorted, for in Python it has no order."""
    return show(sorted(future.get_name() for future in futures))


def gates(count):
    loop = asyncio.get_running_loop()
    return [loop.create_future() for _ in range(count)]


async def pass_through(gate):
    return await gate


async def cancel_all(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@scenario("TC-05")
async def scenario_wait_returns_when_all_are_done(out):
    one, two = gates(2)
    tasks = tasks_of(a=pass_through(one), b=pass_through(two))
    waiter = asyncio.create_task(asyncio.wait(tasks))
    await settle()
    one.set_result(None)
    await settle()
    attempt(out, "with one done", waiter.done)
    two.set_result(None)
    done, pending = await waiter
    out(f"done {names(done)}, pending {names(pending)}")


@scenario("TC-05")
async def scenario_wait_can_return_at_the_first_that_is_done(out):
    one, two = gates(2)
    tasks = tasks_of(a=pass_through(one), b=pass_through(two))
    asyncio.get_running_loop().call_soon(two.set_result, None)
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    out(f"done {names(done)}, pending {names(pending)}")
    one.set_result(None)
    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    out(f"done {names(done)}, pending {names(pending)}")


@scenario("TC-05", mirror="both end in the same iteration")
async def scenario_wait_for_the_first_returns_all_that_are_done_by_then(out):
    tasks = tasks_of(a=succeed(), b=fail(), c=sleep())
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    out(f"done {names(done)}, pending {names(pending)}")
    attempt(out, "error", tasks[1].result)
    await cancel_all(pending)


@scenario("TC-05")
async def scenario_wait_can_return_at_the_first_error(out):
    one, two = gates(2)
    tasks = tasks_of(good=pass_through(one), bad=pass_through(two), slow=sleep())
    waiter = asyncio.create_task(asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION))
    await settle()
    one.set_result(None)
    await settle()
    attempt(out, "with a result", waiter.done)
    two.set_exception(Boom("boom"))
    done, pending = await waiter
    out(f"done {names(done)}, pending {names(pending)}")
    attempt(out, "bad", tasks[1].result)
    await cancel_all(pending)


@scenario("TC-05")
async def scenario_wait_for_the_first_error_does_not_count_a_cancel(out):
    (gate,) = gates(1)
    tasks = tasks_of(cancelled=sleep(), other=pass_through(gate))
    waiter = asyncio.create_task(asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION))
    await settle()
    tasks[0].cancel()
    await settle()
    out(f"cancelled {show(tasks[0].cancelled())}, wait done {show(waiter.done())}")
    gate.set_result(None)
    done, pending = await waiter
    out(f"done {names(done)}, pending {names(pending)}")


@scenario("TC-05")
async def scenario_wait_for_the_first_error_returns_when_there_is_none(out):
    tasks = tasks_of(a=succeed(), b=settle(5))
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    out(f"done {names(done)}, pending {names(pending)}")


@scenario("TC-05")
async def scenario_wait_raises_no_error_of_those_it_waits_for(out):
    tasks = tasks_of(bad=fail(), cancelled=sleep())
    tasks[1].cancel()
    done, pending = await asyncio.wait(tasks)
    out(f"done {names(done)}, pending {names(pending)}")
    attempt(out, "bad", tasks[0].result)
    attempt(out, "cancelled", tasks[1].result)


@scenario("TC-05")
async def scenario_wait_neither_raises_nor_cancels_at_its_time_out(out):
    tasks = tasks_of(a=succeed(), b=sleep())
    done, pending = await asyncio.wait(tasks, timeout=0.01)
    out(f"done {names(done)}, pending {names(pending)}")
    await settle()
    out(f"requests {tasks[1].cancelling()}, done {show(tasks[1].done())}")
    await cancel_all(pending)


@scenario("TC-05")
async def scenario_wait_without_time_lets_tasks_make_a_step(out):
    async def step():
        out("step")
        await asyncio.sleep(0)
        out("second step")

    tasks = tasks_of(a=step(), b=succeed())
    done, pending = await asyncio.wait(tasks, timeout=0)
    out(f"b done {show(tasks[1] in done)}")
    await settle()
    out(f"a done {show(tasks[0].done())}")


@scenario("TC-05")
async def scenario_wait_suspends_though_all_are_done(out):
    tasks = tasks_of(a=succeed())
    await settle()
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    done, pending = await asyncio.wait(tasks)
    out(f"done {names(done)}, pending {names(pending)}")


@scenario("TC-05")
async def scenario_wait_counts_a_task_once_however_often_it_is_given(out):
    (task,) = tasks_of(a=succeed())
    done, pending = await asyncio.wait([task, task, task])
    out(f"done {names(done)}, pending {names(pending)}")


@scenario("TC-05", mirror="an empty collection")
async def scenario_there_must_be_something_to_wait_for(out):
    await attempt_await(out, "nothing", asyncio.wait([]))


@scenario("TC-05", "R-37")
async def scenario_a_cancelled_wait_leaves_the_tasks_alone(out):
    async def body():
        await asyncio.wait(tasks)

    (gate,) = gates(1)
    tasks = tasks_of(a=pass_through(gate))
    waiter = asyncio.create_task(body())
    await settle()
    waiter.cancel()
    await attempt_await(out, "waiter", waiter)
    out(f"done {show(tasks[0].done())}, requests {tasks[0].cancelling()}")
    gate.set_result("value")
    await attempt_await(out, "task", tasks[0])


@scenario("TC-05", "FT-01")
async def scenario_wait_waits_for_plain_futures_too(out):
    one, two = gates(2)
    loop = asyncio.get_running_loop()
    loop.call_soon(one.set_result, 1)
    loop.call_soon(two.cancel)
    done, pending = await asyncio.wait([one, two])
    out(f"done {len(done)}, pending {len(pending)}, cancelled {show(two.cancelled())}")


@scenario("TC-06", mirror=ORIGINALS)
async def scenario_as_completed_gives_the_tasks_in_the_order_in_which_they_end(out):
    a, b, c = gates(3)
    tasks = tasks_of(a=pass_through(a), b=pass_through(b), c=pass_through(c))

    async def open_gates():
        for gate in [b, c, a]:
            await settle()
            gate.set_result(None)

    opener = asyncio.create_task(open_gates())
    async for task in asyncio.as_completed(tasks):
        out(f"{task.get_name()}, one of ours {show(task in tasks)}, done {show(task.done())}")
    await opener


@scenario("TC-06", mirror=ORIGINALS)
async def scenario_as_completed_gives_failed_and_cancelled_tasks_too(out):
    one, two = gates(2)
    tasks = tasks_of(good=pass_through(one), bad=pass_through(two), cancelled=sleep())

    async def end_all():
        one.set_result(1)
        await settle()
        two.set_exception(Boom("boom"))
        await settle()
        tasks[2].cancel()

    ender = asyncio.create_task(end_all())
    async for task in asyncio.as_completed(tasks):
        await attempt_await(out, task.get_name(), task)
    await ender


@scenario("TC-06", mirror=ORIGINALS)
async def scenario_as_completed_gives_a_task_once_however_often_it_is_given(out):
    (task,) = tasks_of(a=succeed())
    async for each in asyncio.as_completed([task, task]):
        out(each.get_name())
    out("over")


@scenario("TC-06")
async def scenario_as_completed_of_nothing_is_over(out):
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    async for _ in asyncio.as_completed([]):
        out("not reached")
    out("over")
    await asyncio.sleep(0)


@scenario("TC-06", mirror=ORIGINALS)
async def scenario_as_completed_that_is_left_early_leaves_the_others_running(out):
    (gate,) = gates(1)
    tasks = tasks_of(fast=succeed(), slow=pass_through(gate))
    async for task in asyncio.as_completed(tasks):
        out(task.get_name())
        break
    await settle()
    out(f"slow done {show(tasks[1].done())}, requests {tasks[1].cancelling()}")
    gate.set_result("value")
    await attempt_await(out, "slow", tasks[1])


@scenario("TC-06", mirror="in Java an element is the original or a future that failed with the time-out")
async def scenario_as_completed_gives_a_time_out_for_each_that_is_late(out):
    tasks = tasks_of(fast=succeed(), slow=sleep(), slower=sleep())
    await settle()
    for each in asyncio.as_completed(tasks, timeout=0.01):
        await attempt_await(out, "next", each)
    out(f"requests {show([task.cancelling() for task in tasks])}")
    await cancel_all(tasks)


@scenario("TC-06", mirror="nothing is asked for until the time is over")
async def scenario_what_is_done_is_given_though_the_time_is_over(out):
    tasks = tasks_of(a=succeed(), b=sleep())
    await settle()
    iterator = iter(asyncio.as_completed(tasks, timeout=0.01))
    await asyncio.sleep(0.03)
    await attempt_await(out, "first", next(iterator))
    await attempt_await(out, "second", next(iterator))
    attempt(out, "b done", tasks[1].done)
    await cancel_all(tasks)


@scenario("TC-06", mirror=ORIGINALS)
async def scenario_a_time_out_after_the_last_task_has_no_effect(out):
    tasks = tasks_of(a=succeed(), b=settle(3))
    async for task in asyncio.as_completed(tasks, timeout=3600):
        out(task.get_name())
    out("over")


@scenario("TC-06", "R-37", mirror=ORIGINALS)
async def scenario_a_cancel_while_as_completed_waits_leaves_the_tasks_alone(out):
    async def body():
        async for task in asyncio.as_completed(tasks):
            out(task.get_name())

    (gate,) = gates(1)
    tasks = tasks_of(fast=succeed(), slow=pass_through(gate))
    consumer = asyncio.create_task(body())
    await settle(10)
    consumer.cancel()
    await attempt_await(out, "consumer", consumer)
    out(f"slow done {show(tasks[1].done())}, requests {tasks[1].cancelling()}")
    gate.set_result("value")
    await attempt_await(out, "slow", tasks[1])


@scenario("TC-06", mirror="the first is done before")
async def scenario_as_completed_without_time_gives_what_is_done(out):
    tasks = tasks_of(done=succeed(), late=sleep())
    await settle()
    for each in asyncio.as_completed(tasks, timeout=0):
        await attempt_await(out, "next", each)
    await cancel_all(tasks)
