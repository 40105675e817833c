# SPDX-License-Identifier: Apache-2.0
"""Events."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import start
from words import attempt, attempt_await, show


async def wait(out, name, event):
    """Waits for an event and prints it."""
    await event.wait()
    out(f"{name} woke, set {show(event.is_set())}")


@scenario("SY-03")
async def scenario_waiting_for_an_event_that_is_set_does_not_suspend(out):
    event = asyncio.Event()
    attempt(out, "is set", event.is_set)
    event.set()
    event.set()
    attempt(out, "is set", event.is_set)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    await event.wait()
    await event.wait()
    out("waited twice")
    await asyncio.sleep(0)


@scenario("SY-03", "R-01", mirror="set queues the steps of the waiters, it runs none")
async def scenario_set_wakes_all_who_wait_for_an_event_in_their_order(out):
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    tasks = await start(*[wait(out, name, event) for name in "abc"])
    loop.call_soon(lambda: out("queued before"))
    event.set()
    loop.call_soon(lambda: out("queued after"))
    out("set")
    await asyncio.gather(*tasks)


@scenario("SY-03")
async def scenario_those_who_waited_return_though_the_event_is_cleared_at_once(out):
    event = asyncio.Event()
    a, b = await start(wait(out, "a", event), wait(out, "b", event))
    late = asyncio.create_task(wait(out, "late", event))
    event.set()
    event.clear()
    await asyncio.gather(a, b)
    await settle()
    out(f"late done {show(late.done())}, set {show(event.is_set())}")
    event.set()
    await late


@scenario("SY-03")
async def scenario_a_waiter_that_clears_an_event_does_not_stop_the_others(out):
    event = asyncio.Event()

    async def clear():
        await wait(out, "a", event)
        event.clear()

    tasks = await start(clear(), wait(out, "b", event))
    event.set()
    await asyncio.gather(*tasks)
    attempt(out, "is set", event.is_set)


@scenario("SY-03")
async def scenario_a_waiter_that_waits_again_after_clear_needs_another_set(out):
    event = asyncio.Event()

    async def body():
        for turn in range(3):
            await wait(out, f"turn {turn}", event)
            event.clear()

    (task,) = await start(body())
    for turn in range(3):
        out(f"set {turn}")
        event.set()
        await settle()
    attempt(out, "done", task.done)


@scenario("SY-03", "R-38")
async def scenario_a_cancel_wins_over_an_event_that_was_set(out):
    event = asyncio.Event()
    a, b, c = await start(*[wait(out, name, event) for name in "abc"])
    b.cancel()
    event.set()
    attempt(out, "cancel c", c.cancel)
    for name, task in [("a", a), ("b", b), ("c", c)]:
        await attempt_await(out, name, task)
    attempt(out, "is set", event.is_set)


@scenario("SY-03")
async def scenario_a_cancelled_waiter_of_an_event_leaves_the_others_waiting(out):
    event = asyncio.Event()
    a, b = await start(wait(out, "a", event), wait(out, "b", event))
    a.cancel()
    await attempt_await(out, "a", a)
    out(f"b done {show(b.done())}, set {show(event.is_set())}")
    event.set()
    await b


@scenario("SY-01", "SY-03")
def scenario_an_event_belongs_to_the_loop_that_first_waited_for_it(out):
    event = asyncio.Event()

    async def wait_and_set(name):
        asyncio.get_running_loop().call_soon(event.set)
        await attempt_await(out, name, wait(out, name, event))

    with new_loop() as loop, new_loop() as other:
        loop.run_until_complete(wait_and_set("loop"))
        other.run_until_complete(wait(out, "other, set", event))
        event.clear()
        other.run_until_complete(wait_and_set("other"))
        event.clear()
        loop.run_until_complete(wait_and_set("loop again"))
