# SPDX-License-Identifier: Apache-2.0
"""staggered_race."""

import asyncio
from asyncio.staggered import staggered_race

from scenario import scenario
from support import settle
from words import Boom, attempt_await, show


async def race(out, racers, delay):
    """Prints winner, index and exceptions."""
    winner, index, exceptions = await staggered_race(racers, delay)
    out(f"winner {show(winner)}, index {show(index)}, exceptions {show(exceptions)}")


def failing(out, name):
    async def fail():
        out(f"{name} starts")
        raise Boom(name)

    return fail


def succeeding(out, name):
    async def succeed():
        out(f"{name} starts")
        return name

    return succeed


@scenario("TC-13", mirror="the second would start after an hour")
async def scenario_a_race_is_over_when_the_first_has_won(out):
    await race(out, [succeeding(out, "a"), succeeding(out, "b")], 3600)


@scenario("TC-13")
async def scenario_a_failure_starts_the_next_racer_at_once(out):
    await race(out, [failing(out, "a"), failing(out, "b"), succeeding(out, "c")], 3600)


@scenario("TC-13")
async def scenario_a_race_that_all_lose_has_no_winner_and_all_exceptions(out):
    await race(out, [failing(out, "a"), failing(out, "b"), failing(out, "c")], 3600)
    await race(out, [failing(out, "d")], None)


@scenario("TC-13")
async def scenario_a_race_of_nobody_has_no_winner(out):
    await race(out, [], 3600)


@scenario("TC-13")
async def scenario_a_slow_racer_is_joined_by_the_next_and_cancelled_when_that_wins(out):
    async def slow():
        out("slow starts")
        try:
            await asyncio.sleep(3600)
        finally:
            out("slow cleans up")

    await race(out, [slow, succeeding(out, "fast"), succeeding(out, "unused")], 0.01)


@scenario("TC-13")
async def scenario_the_earlier_of_two_running_racers_may_win(out):
    gate = asyncio.get_running_loop().create_future()

    async def first():
        out("first starts")
        await gate
        return "first"

    async def second():
        out("second starts")
        gate.set_result(None)
        try:
            await asyncio.sleep(3600)
        finally:
            out("second cleans up")

    await race(out, [first, second], 0.01)


@scenario("TC-13", mirror="the one that fails in between did not start the last one: its turn came already")
async def scenario_exceptions_of_a_race_are_in_the_order_of_the_racers(out):
    gate = asyncio.get_running_loop().create_future()

    async def first():
        await gate
        raise Boom("first, which fails last")

    async def last():
        gate.set_result(None)
        raise Boom("last")

    await race(out, [first, failing(out, "middle"), last], 0.01)


@scenario("TC-13", mirror="delay null; other work goes on meanwhile")
async def scenario_without_a_delay_the_racers_run_one_after_the_other(out):
    async def slow():
        out("slow starts")
        await asyncio.sleep(0.01)
        out("slow fails")
        raise Boom("slow")

    await race(out, [slow, succeeding(out, "next")], None)


@scenario("TC-13")
async def scenario_the_index_tells_a_winner_without_a_value(out):
    async def succeed():
        return None

    await race(out, [failing(out, "a"), succeed], None)


@scenario("TC-13", mirror="the cancelled one suspends in its clean-up")
async def scenario_a_race_waits_for_the_clean_up_of_the_losers(out):
    async def slow():
        try:
            await asyncio.sleep(3600)
        finally:
            out("clean up starts")
            await settle()
            out("clean up ends")

    await race(out, [slow, succeeding(out, "fast")], 0.01)


@scenario("TC-13", "TK-06")
async def scenario_a_loser_may_answer_its_cancel_with_an_error(out):
    async def slow():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Boom("clean up")

    await race(out, [slow, succeeding(out, "fast")], 0.01)


@scenario("TC-13", "R-37", mirror="whether the clean-up comes before the end of the race is not printed")
async def scenario_a_cancelled_race_cancels_its_racers_and_starts_no_more(out):
    lines = []

    async def slow():
        try:
            await asyncio.sleep(3600)
        finally:
            lines.append("slow cleans up")

    async def body():
        await staggered_race([slow, succeeding(out, "unused")], 3600)

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "race", task)
    await settle()
    out(show(lines))


@scenario("TC-13", "TC-02")
async def scenario_a_race_can_be_limited_by_a_timeout(out):
    async def slow():
        await asyncio.sleep(3600)

    await attempt_await(out, "race", asyncio.wait_for(staggered_race([slow, slow], 0.001), 0.01))
