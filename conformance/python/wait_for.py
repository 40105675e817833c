# SPDX-License-Identifier: Apache-2.0
"""wait_for."""

import asyncio

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show


@scenario("TC-03")
async def scenario_wait_for_returns_what_comes_in_time(out):
    async def succeed():
        await asyncio.sleep(0)
        return 1

    async def fail():
        raise Boom("boom")

    await attempt_await(out, "result", asyncio.wait_for(succeed(), 3600))
    await attempt_await(out, "without limit", asyncio.wait_for(succeed(), None))
    await attempt_await(out, "error", asyncio.wait_for(fail(), 3600))


@scenario("TC-03", "R-47")
async def scenario_wait_for_lasts_until_the_cancelled_one_has_cleaned_up(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        finally:
            out("clean up starts")
            await asyncio.sleep(0.01)
            out("clean up ends")

    task = asyncio.create_task(body())
    await attempt_await(out, "wait_for", asyncio.wait_for(task, 0.01))
    attempt(out, "task cancelled", task.cancelled)


@scenario("TC-03", "R-48")
async def scenario_wait_for_returns_the_value_of_one_that_swallows_the_cancel(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out("swallowed")
        return "value"

    await attempt_await(out, "wait_for", asyncio.wait_for(body(), 0.01))


@scenario("TC-03", "R-46")
async def scenario_wait_for_without_time_does_not_start_a_coroutine(out):
    async def body():
        out("body")

    await attempt_await(out, "zero", asyncio.wait_for(body(), 0))
    await attempt_await(out, "negative", asyncio.wait_for(body(), -1))
    await settle()
    out("never started")


@scenario("TC-03", "R-46")
async def scenario_wait_for_without_time_takes_a_result_that_is_there(out):
    loop = asyncio.get_running_loop()
    done, pending = loop.create_future(), loop.create_future()
    done.set_result(1)
    await attempt_await(out, "done", asyncio.wait_for(done, 0))
    await attempt_await(out, "pending", asyncio.wait_for(pending, 0))
    attempt(out, "pending cancelled", pending.cancelled)


@scenario("TC-03", "R-37")
async def scenario_cancelling_wait_for_cancels_what_it_waits_for(out):
    async def sleep():
        try:
            await asyncio.sleep(3600)
        finally:
            out("clean up")

    async def body():
        await asyncio.wait_for(inner, 3600)

    inner = asyncio.create_task(sleep())
    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    attempt(out, "inner cancelled", inner.cancelled)


@scenario("TC-03", "TK-09", mirror="the coroutine is run by the task that calls")
async def scenario_wait_for_runs_a_coroutine_in_the_calling_task(out):
    async def body():
        return asyncio.current_task().get_name()

    asyncio.current_task().set_name("main")
    await attempt_await(out, "current task", asyncio.wait_for(body(), 3600))
    await attempt_await(out, "without limit", asyncio.wait_for(body(), None))


@scenario("TC-03", "TK-06")
async def scenario_an_error_in_the_clean_up_wins_over_the_time_out(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Boom("clean up")

    await attempt_await(out, "coroutine", asyncio.wait_for(body(), 0.01))
    await attempt_await(out, "task", asyncio.wait_for(asyncio.create_task(body()), 0.01))


@scenario("TC-03", "R-46", "R-47")
async def scenario_wait_for_without_time_cancels_a_task_and_waits_for_it(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        finally:
            await settle()
            out("clean up ends")

    async def fail():
        raise Boom("boom")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    await attempt_await(out, "running task", asyncio.wait_for(task, 0))
    failed = asyncio.create_task(fail())
    await settle()
    await attempt_await(out, "failed task", asyncio.wait_for(failed, 0))
    out(f"requests {asyncio.current_task().cancelling()}")


@scenario("TC-03", "R-38", "R-46")
async def scenario_wait_for_without_time_does_not_start_a_task_either(out):
    async def body():
        out("not reached")

    task = asyncio.create_task(body())
    await attempt_await(out, "task", asyncio.wait_for(task, 0))
    attempt(out, "cancelled", task.cancelled)


@scenario("TC-03", "TK-04", "R-48")
async def scenario_a_task_that_swallows_the_cancel_of_wait_for_gives_its_value_to_the_caller(out):
    async def stubborn():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return "value"

    async def body():
        return await asyncio.wait_for(inner, 3600)

    inner = asyncio.create_task(stubborn())
    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"requests {task.cancelling()}")


@scenario("TC-03", "R-45")
async def scenario_the_inner_of_two_wait_fors_times_out_first(out):
    async def inner():
        await attempt_await(out, "inner", asyncio.wait_for(asyncio.sleep(3600), 0.01))
        return "outer in time"

    await attempt_await(out, "outer", asyncio.wait_for(inner(), 3600))


@scenario("TC-03", "FT-04", mirror="the future is cancelled by someone else")
async def scenario_wait_for_a_future_that_someone_cancels_is_cancelled(out):
    gate = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(gate.cancel)
    await attempt_await(out, "wait_for", asyncio.wait_for(gate, 3600))
    out(f"requests {asyncio.current_task().cancelling()}")


@scenario("TC-03", "TC-07")
async def scenario_wait_for_a_shield_leaves_the_inner_task_running(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        return await gate

    task = asyncio.create_task(body())
    await attempt_await(out, "wait_for", asyncio.wait_for(asyncio.shield(task), 0.01))
    out(f"done {show(task.done())}, requests {task.cancelling()}")
    gate.set_result("value")
    await attempt_await(out, "task", task)
