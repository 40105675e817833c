# SPDX-License-Identifier: Apache-2.0
"""timeout, timeout_at and wait_for."""

import asyncio

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show, word

CONTEXT = "in Java the body is an argument of timeout"


@scenario("TC-02", mirror=CONTEXT)
async def scenario_a_timeout_turns_its_own_cancel_into_a_timeout_error(out):
    async def body():
        async with asyncio.timeout(0.01):
            try:
                await asyncio.sleep(3600)
            finally:
                out("clean up")

    await attempt_await(out, "body", body())
    out(f"requests {asyncio.current_task().cancelling()}")
    await asyncio.sleep(0)
    out("goes on")


@scenario("TC-02", mirror=CONTEXT)
async def scenario_a_timeout_that_is_not_reached_has_no_effect(out):
    async def body():
        async with asyncio.timeout(3600) as timeout:
            await asyncio.sleep(0)
        out(f"expired {show(timeout.expired())}")
        async with asyncio.timeout(None) as timeout:
            await asyncio.sleep(0)
            out(f"when {show(timeout.when())}")
        out(f"expired {show(timeout.expired())}")
        return 1

    await attempt_await(out, "body", body())


@scenario("TC-02", "R-46", mirror=CONTEXT)
async def scenario_a_timeout_in_the_past_lets_the_body_run_to_its_first_suspension(out):
    async def body():
        async with asyncio.timeout(-1):
            out("body")
            await asyncio.sleep(0)
            out("not reached")

    await attempt_await(out, "body", body())


@scenario("TC-02", "R-46", mirror=CONTEXT)
async def scenario_a_timeout_in_the_past_does_nothing_to_a_body_that_does_not_suspend(out):
    done = asyncio.get_running_loop().create_future()
    done.set_result(1)
    async with asyncio.timeout(0) as timeout:
        out(f"got {await done}")
    out(f"expired {show(timeout.expired())}")
    await settle()
    out("goes on")


@scenario("TC-02", mirror=CONTEXT)
async def scenario_timeout_at_takes_a_time_of_the_loop(out):
    when = asyncio.get_running_loop().time() + 0.01

    async def body():
        async with asyncio.timeout_at(when) as timeout:
            out(f"when is kept: {show(timeout.when() == when)}")
            await asyncio.sleep(3600)

    await attempt_await(out, "body", body())
    out(f"late enough: {show(asyncio.get_running_loop().time() > when - 0.001)}")


@scenario("TC-02", mirror=CONTEXT)
async def scenario_a_timeout_can_be_moved_while_it_runs(out):
    loop = asyncio.get_running_loop()

    async def sooner():
        async with asyncio.timeout(3600) as timeout:
            timeout.reschedule(loop.time() + 0.01)
            await asyncio.sleep(3600)

    async def never():
        async with asyncio.timeout(0.01) as timeout:
            timeout.reschedule(None)
            await asyncio.sleep(0.03)
        return "finished"

    await attempt_await(out, "sooner", sooner())
    await attempt_await(out, "never", never())


@scenario("TC-02", mirror="after the end of the body")
async def scenario_a_timeout_cannot_be_moved_when_it_is_over(out):
    async with asyncio.timeout(3600) as over:
        pass
    attempt(out, "reschedule", lambda: over.reschedule(None))


@scenario("R-45", "TC-02", mirror="the timeout fires first, the other cancel follows in the same iteration")
async def scenario_a_cancel_from_outside_wins_over_a_timeout(out):
    loop = asyncio.get_running_loop()

    async def body():
        async with asyncio.timeout(None) as timeout:
            timeout.reschedule(loop.time() - 1)
            loop.call_soon(asyncio.current_task().cancel)
            await asyncio.sleep(3600)

    task = asyncio.create_task(body())
    await attempt_await(out, "task", task)
    out(f"cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("R-45", "TC-02", mirror=CONTEXT)
async def scenario_a_cancel_before_the_deadline_is_not_a_timeout(out):
    async def body():
        async with asyncio.timeout(3600) as timeout:
            try:
                await asyncio.sleep(3600)
            finally:
                out(f"expired {show(timeout.expired())}")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("TC-02", mirror=CONTEXT)
async def scenario_another_error_during_expiry_is_passed_on(out):
    async def body():
        async with asyncio.timeout(0) as timeout:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                out(f"expired {show(timeout.expired())}")
                raise Boom("boom")

    await attempt_await(out, "body", body())
    out(f"requests {asyncio.current_task().cancelling()}")


@scenario("R-48", "TC-02", mirror=CONTEXT)
async def scenario_a_body_that_swallows_the_cancel_ends_without_a_timeout_error(out):
    async def body():
        async with asyncio.timeout(0) as timeout:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                out("swallowed")
        out(f"expired {show(timeout.expired())}")
        return 1

    await attempt_await(out, "body", body())
    out(f"requests {asyncio.current_task().cancelling()}")


@scenario("TC-02", mirror=CONTEXT)
async def scenario_an_outer_timeout_passes_through_an_inner_one(out):
    async def body():
        async with asyncio.timeout(0.01) as outer:
            try:
                async with asyncio.timeout(3600) as inner:
                    await asyncio.sleep(3600)
            except BaseException as error:
                out(f"inner {word(error)}, expired {show(inner.expired())}")
                out(f"outer expired {show(outer.expired())}")
                raise

    await attempt_await(out, "body", body())


@scenario("TC-02", mirror=CONTEXT)
async def scenario_an_inner_timeout_leaves_the_outer_one_alone(out):
    async def body():
        async with asyncio.timeout(3600) as outer:
            try:
                async with asyncio.timeout(0):
                    await asyncio.sleep(3600)
            except TimeoutError:
                out("inner timeout")
            await asyncio.sleep(0)
        return f"outer expired {show(outer.expired())}"

    await attempt_await(out, "body", body())


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
