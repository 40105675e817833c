# SPDX-License-Identifier: Apache-2.0
"""Barriers."""

import asyncio

from scenario import scenario
from support import new_loop, settle
from waiters import start
from words import attempt, attempt_await, show


async def wait(out, name, barrier):
    """Waits at a barrier; prints the index, or the word for what came out of it."""
    await attempt_await(out, name, barrier.wait())


def state(out, barrier):
    out(f"waiting {barrier.n_waiting} of {barrier.parties}, broken {show(barrier.broken)}")


@scenario("SY-06")
async def scenario_a_barrier_needs_at_least_one_party(out):
    attempt(out, "parties 0", lambda: asyncio.Barrier(0).parties)
    attempt(out, "parties -1", lambda: asyncio.Barrier(-1).parties)
    attempt(out, "parties 1", lambda: asyncio.Barrier(1).parties)


@scenario("SY-06")
async def scenario_a_barrier_of_one_does_not_make_anybody_wait(out):
    barrier = asyncio.Barrier(1)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    for name in ["first", "second"]:
        await wait(out, name, barrier)
    state(out, barrier)
    await asyncio.sleep(0)


@scenario("SY-06", mirror="the last to come goes on first")
async def scenario_a_barrier_tells_each_party_its_place_in_the_order_of_arrival(out):
    barrier = asyncio.Barrier(4)
    tasks = await start(*[wait(out, name, barrier) for name in "abc"])
    await wait(out, "main", barrier)
    await asyncio.gather(*tasks)


@scenario("SY-06")
async def scenario_nobody_passes_a_barrier_before_the_last_party_has_come(out):
    barrier = asyncio.Barrier(3)
    state(out, barrier)
    tasks = []
    for name in "ab":
        tasks += await start(wait(out, name, barrier))
        state(out, barrier)
    await wait(out, "main", barrier)
    state(out, barrier)
    await asyncio.gather(*tasks)
    state(out, barrier)


@scenario("SY-06")
async def scenario_a_barrier_can_be_passed_again_and_again(out):
    barrier = asyncio.Barrier(2)

    async def body(name):
        for turn in range(3):
            index = await barrier.wait()
            out(f"{name} turn {turn}")
            indexes[turn].append(index)

    indexes = [[], [], []]
    await asyncio.gather(body("a"), body("b"))
    for turn in indexes:
        out(f"indexes {show(sorted(turn))}")
    state(out, barrier)


@scenario("SY-06", mirror="c and d come before a and b have left")
async def scenario_those_who_come_while_a_barrier_drains_wait_for_the_next_round(out):
    barrier = asyncio.Barrier(3)
    a, b = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    c, d = [asyncio.create_task(wait(out, name, barrier)) for name in "cd"]
    await wait(out, "main", barrier)
    state(out, barrier)
    await settle(10)
    out(f"done {show([task.done() for task in [a, b, c, d]])}")
    state(out, barrier)
    await wait(out, "main", barrier)
    await asyncio.gather(c, d)


@scenario("SY-06")
async def scenario_a_party_that_passes_and_comes_again_at_once_is_of_the_next_round(out):
    barrier = asyncio.Barrier(2)
    (a,) = await start(wait(out, "a", barrier))
    await wait(out, "main", barrier)
    again = asyncio.create_task(wait(out, "main again", barrier))
    await a
    await settle()
    out(f"again done {show(again.done())}")
    state(out, barrier)
    await wait(out, "last", barrier)
    await again


@scenario("SY-06")
async def scenario_reset_breaks_the_wait_of_those_who_are_there_and_the_barrier_goes_on(out):
    barrier = asyncio.Barrier(3)
    tasks = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    await barrier.reset()
    state(out, barrier)
    await asyncio.gather(*tasks)
    state(out, barrier)
    tasks = await start(wait(out, "c", barrier), wait(out, "d", barrier))
    await wait(out, "main", barrier)
    await asyncio.gather(*tasks)


@scenario("SY-06")
async def scenario_reset_of_a_barrier_where_nobody_waits_changes_nothing(out):
    barrier = asyncio.Barrier(2)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    await barrier.reset()
    state(out, barrier)
    await asyncio.sleep(0)
    (a,) = await start(wait(out, "a", barrier))
    await wait(out, "main", barrier)
    await a


@scenario("SY-06", mirror="c comes while a and b have not heard of the reset yet")
async def scenario_one_who_comes_during_a_reset_is_of_the_next_round(out):
    barrier = asyncio.Barrier(3)
    a, b = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    c = asyncio.create_task(wait(out, "c", barrier))
    await barrier.reset()
    await barrier.reset()
    await asyncio.gather(a, b)
    await settle()
    attempt(out, "c done", c.done)
    state(out, barrier)
    await barrier.reset()
    await c


@scenario("SY-06", mirror="main has passed when it resets, a and b have not left yet")
async def scenario_reset_while_a_barrier_drains_breaks_those_who_have_not_left(out):
    barrier = asyncio.Barrier(3)
    a, b = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    await wait(out, "main", barrier)
    await barrier.reset()
    await asyncio.gather(a, b)
    state(out, barrier)
    (c,) = await start(wait(out, "c", barrier))
    state(out, barrier)
    await barrier.reset()
    await c


@scenario("SY-06")
async def scenario_abort_breaks_the_wait_of_all_and_of_all_who_come_later(out):
    barrier = asyncio.Barrier(3)
    tasks = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    await barrier.abort()
    state(out, barrier)
    await asyncio.gather(*tasks)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    await wait(out, "main", barrier)
    await wait(out, "main again", barrier)
    state(out, barrier)
    await asyncio.sleep(0)


@scenario("SY-06")
async def scenario_abort_of_a_barrier_where_nobody_waits_breaks_it(out):
    barrier = asyncio.Barrier(1)
    await barrier.abort()
    await barrier.abort()
    await wait(out, "main", barrier)
    state(out, barrier)


@scenario("SY-06", mirror="a and b are on their way, c waits outside when the barrier is aborted")
async def scenario_abort_while_a_barrier_drains_breaks_those_who_have_not_left(out):
    barrier = asyncio.Barrier(3)
    a, b = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    c = asyncio.create_task(wait(out, "c", barrier))
    aborter = asyncio.create_task(barrier.abort())
    await wait(out, "main", barrier)
    await asyncio.gather(a, b, c, aborter)
    state(out, barrier)


@scenario("SY-06")
async def scenario_reset_mends_an_aborted_barrier(out):
    barrier = asyncio.Barrier(2)
    (a,) = await start(wait(out, "a", barrier))
    await barrier.abort()
    await a
    state(out, barrier)
    await barrier.reset()
    state(out, barrier)
    (b,) = await start(wait(out, "b", barrier))
    await wait(out, "main", barrier)
    await b


@scenario("SY-06", mirror="no indexes: CPython gives one of them twice")
async def scenario_a_cancelled_party_leaves_the_barrier_and_the_others_wait_on(out):
    barrier = asyncio.Barrier(3)

    async def meet(name):
        try:
            await barrier.wait()
            out(f"{name} passed")
        except asyncio.CancelledError:
            out(f"{name} cancelled")

    a, b = await start(meet("a"), meet("b"))
    a.cancel()
    await settle()
    out(f"b done {show(b.done())}")
    state(out, barrier)
    tasks = await start(meet("c"), meet("d"))
    await asyncio.gather(a, b, *tasks)
    state(out, barrier)


@scenario("SY-06", "R-38")
async def scenario_a_party_cancelled_after_the_last_has_come_does_not_hold_back_the_others(out):
    barrier = asyncio.Barrier(4)
    a, b, c = await start(*[wait(out, name, barrier) for name in "abc"])
    await wait(out, "main", barrier)
    attempt(out, "cancel b", b.cancel)
    await settle(10)
    out(f"done {show([task.done() for task in [a, b, c]])}")
    state(out, barrier)
    tasks = await start(*[wait(out, name, barrier) for name in "def"])
    await wait(out, "main", barrier)
    await asyncio.gather(*tasks)


@scenario("SY-06", "R-38")
async def scenario_a_cancel_wins_over_a_reset_and_the_barrier_goes_on(out):
    barrier = asyncio.Barrier(3)
    a, b = await start(wait(out, "a", barrier), wait(out, "b", barrier))
    await barrier.reset()
    a.cancel()
    await settle(10)
    out(f"done {show([a.done(), b.done()])}")
    state(out, barrier)
    tasks = await start(wait(out, "c", barrier), wait(out, "d", barrier))
    await wait(out, "main", barrier)
    await asyncio.gather(*tasks)


@scenario("SY-06", "TC-06")
async def scenario_a_wait_at_a_barrier_with_a_time_limit_leaves_it(out):
    barrier = asyncio.Barrier(2)
    await attempt_await(out, "limited", asyncio.wait_for(barrier.wait(), 0.01))
    state(out, barrier)
    (a,) = await start(wait(out, "a", barrier))
    await attempt_await(out, "in time", asyncio.wait_for(barrier.wait(), 3600))
    await a


@scenario("SY-06", mirror="b and c wait outside when b is cancelled, then a leaves")
async def scenario_one_cancelled_while_a_barrier_drains_is_not_of_the_next_round(out):
    barrier = asyncio.Barrier(2)
    (a,) = await start(wait(out, "a", barrier))
    b = asyncio.create_task(wait(out, "b", barrier))
    c = asyncio.create_task(wait(out, "c", barrier))
    asyncio.get_running_loop().call_soon(b.cancel)
    await wait(out, "main", barrier)
    await asyncio.gather(a, b)
    await settle(10)
    attempt(out, "c done", c.done)
    state(out, barrier)
    await wait(out, "main", barrier)
    await c


@scenario("SY-06", mirror="a leaves, wakes c and comes again, b follows, all before c has run")
async def scenario_one_who_waits_outside_a_barrier_may_be_overtaken(out):
    barrier = asyncio.Barrier(2)

    async def twice():
        await wait(out, "a", barrier)
        await wait(out, "a again", barrier)

    (a,) = await start(twice())
    c = asyncio.create_task(wait(out, "c", barrier))
    await wait(out, "main", barrier)
    b = asyncio.create_task(wait(out, "b", barrier))
    await asyncio.gather(a, b)
    await settle()
    attempt(out, "c done", c.done)
    state(out, barrier)
    await wait(out, "main", barrier)
    await c


@scenario("SY-01", "SY-06")
def scenario_a_barrier_belongs_to_the_loop_that_first_waited_at_it(out):
    barrier = asyncio.Barrier(2)

    async def meet(name):
        tasks = await start(*[wait(out, f"{name} {party}", barrier) for party in "ab"])
        await asyncio.gather(*tasks)

    with new_loop() as loop, new_loop() as other:
        loop.run_until_complete(meet("loop"))
        other.run_until_complete(meet("other"))
        state(out, barrier)
        loop.run_until_complete(meet("loop again"))
