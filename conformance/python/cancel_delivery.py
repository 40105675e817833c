# SPDX-License-Identifier: Apache-2.0
"""Cancelling tasks: messages, what a cancel meets on its way, what is left of it."""

import asyncio

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show


@scenario("TK-02", "R-37", mirror="the message of the CancelledError")
async def scenario_the_message_of_a_cancel_travels_with_it(out):
    async def inner():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError as error:
            out(f"inner {error}")
            raise

    async def outer():
        try:
            await task
        except asyncio.CancelledError as error:
            out(f"outer {error}")
            raise

    task = asyncio.create_task(inner())
    waiter = asyncio.create_task(outer())
    await settle()
    waiter.cancel("reason")
    try:
        await waiter
    except asyncio.CancelledError as error:
        out(f"main {error}")


@scenario("TK-02", "TK-05", mirror="the message of the CancelledError")
async def scenario_of_two_cancels_before_a_step_the_first_message_counts(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError as error:
            out(f"message {error}, requests {asyncio.current_task().cancelling()}")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel("first")
    task.cancel("second")
    await attempt_await(out, "task", task)


@scenario("TK-02", "R-39", mirror="the message of the CancelledError")
async def scenario_the_message_of_a_cancel_before_the_start_is_kept(out):
    async def body():
        out("not reached")

    task = asyncio.create_task(body())
    task.cancel("too early")
    try:
        await task
    except asyncio.CancelledError as error:
        out(f"message {error}")


@scenario("TK-03", "R-38")
async def scenario_a_cancel_wins_over_an_error_that_is_ready(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        await attempt_await(out, "gate", gate)

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    gate.set_exception(Boom("lost"))
    attempt(out, "cancel", task.cancel)
    await attempt_await(out, "task", task)


@scenario("TK-03", "R-38", mirror="the inner task has ended, its callbacks have not run yet")
async def scenario_a_cancel_wins_over_a_task_that_has_just_ended(out):
    async def inner():
        await asyncio.sleep(0)
        return "lost"

    async def outer():
        return await task

    task = asyncio.create_task(inner())
    waiter = asyncio.create_task(outer())
    task.add_done_callback(lambda t: attempt(out, "cancel", waiter.cancel))
    await attempt_await(out, "outer", waiter)
    attempt(out, "inner", task.result)


@scenario("TK-05", "R-41")
async def scenario_a_cancel_of_a_task_that_yields_can_be_taken_back(out):
    async def body():
        await asyncio.sleep(0)
        out("goes on")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    attempt(out, "cancel", task.cancel)
    attempt(out, "uncancel", task.uncancel)
    await attempt_await(out, "task", task)


@scenario("TK-05", "R-41")
async def scenario_a_cancel_that_has_reached_a_future_cannot_be_taken_back(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        await attempt_await(out, "gate", gate)
        out(f"requests {asyncio.current_task().cancelling()}")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    attempt(out, "cancel", task.cancel)
    attempt(out, "uncancel", task.uncancel)
    await attempt_await(out, "task", task)


@scenario("TK-05", "TK-04")
async def scenario_uncancel_after_a_swallowed_cancel_makes_the_task_as_new(out):
    async def body():
        me = asyncio.current_task()
        for _ in range(2):
            await attempt_await(out, "sleep", asyncio.sleep(3600))
            out(f"requests {me.cancelling()}, left {me.uncancel()}")
        return "ends"

    task = asyncio.create_task(body())
    for _ in range(2):
        await settle()
        task.cancel()
    await attempt_await(out, "task", task)


@scenario("TK-04", "TK-05", "TK-02")
async def scenario_every_cancel_is_delivered_however_many_were_swallowed(out):
    async def body():
        for turn in range(1, 4):
            await attempt_await(out, f"sleep {turn}", asyncio.sleep(3600))
        await asyncio.sleep(3600)

    task = asyncio.create_task(body())
    for _ in range(4):
        await settle()
        task.cancel()
    await attempt_await(out, "task", task)
    out(f"requests {task.cancelling()}")


@scenario("R-37", "TK-04")
async def scenario_an_inner_task_that_swallows_a_cancel_saves_those_who_await_it(out):
    async def inner():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return "value"

    async def outer():
        return await asyncio.create_task(inner())

    task = asyncio.create_task(outer())
    await settle()
    attempt(out, "cancel", task.cancel)
    await attempt_await(out, "task", task)
    out(f"cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("R-37", "TK-06")
async def scenario_an_inner_task_that_answers_a_cancel_with_an_error_fails_those_who_await_it(out):
    async def inner():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Boom("clean up")

    async def outer():
        await asyncio.create_task(inner())

    task = asyncio.create_task(outer())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    attempt(out, "cancelled", task.cancelled)


@scenario("TK-02", "R-37")
async def scenario_a_task_may_cancel_another_in_its_clean_up(out):
    async def first():
        try:
            await asyncio.sleep(3600)
        finally:
            attempt(out, "first cancels second", second_task.cancel)
            await attempt_await(out, "second", second_task)

    async def second():
        try:
            await asyncio.sleep(3600)
        finally:
            attempt(out, "second cancels first", first_task.cancel)

    first_task, second_task = asyncio.create_task(first()), asyncio.create_task(second())
    await settle()
    first_task.cancel()
    await attempt_await(out, "first", first_task)
    out(f"requests {first_task.cancelling()} {second_task.cancelling()}")


@scenario("TK-02", "R-36", "R-37")
async def scenario_a_cancelled_task_wakes_in_the_order_in_which_it_was_cancelled(out):
    async def body(name):
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")

    tasks = [asyncio.create_task(body(name)) for name in "abc"]
    await settle()
    for position in [2, 0, 1]:
        tasks[position].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@scenario("TK-02", "FT-04", mirror="the future is cancelled, not the task")
async def scenario_a_cancelled_future_is_an_error_for_the_task_that_waits(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        await attempt_await(out, "gate", gate)
        out(f"requests {asyncio.current_task().cancelling()}")
        await asyncio.sleep(0)
        return "goes on"

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    gate.cancel()
    await attempt_await(out, "task", task)
