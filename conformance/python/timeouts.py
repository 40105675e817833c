# SPDX-License-Identifier: Apache-2.0
"""timeout and timeout_at."""

import asyncio

from scenario import scenario
from support import new_loop, outside_a_task, run_briefly, settle
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


@scenario("TC-02", "R-45", mirror="both deadlines are in the past")
async def scenario_of_two_deadlines_in_one_instant_the_outer_one_wins(out):
    async def body():
        async with asyncio.timeout(0) as outer:
            try:
                async with asyncio.timeout(0) as inner:
                    await asyncio.sleep(3600)
            except BaseException as error:
                out(f"inner {word(error)}, expired {show(inner.expired())}")
                out(f"outer expired {show(outer.expired())}")
                raise

    await attempt_await(out, "body", body())
    out(f"requests {asyncio.current_task().cancelling()}")


@scenario("TC-02", "R-45")
async def scenario_an_inner_time_out_leaves_an_outer_block_as_it_came(out):
    async def body():
        async with asyncio.timeout(3600) as outer:
            try:
                async with asyncio.timeout(0):
                    await asyncio.sleep(3600)
            finally:
                out(f"outer expired {show(outer.expired())}")

    await attempt_await(out, "body", body())
    out(f"requests {asyncio.current_task().cancelling()}")


@scenario("TC-02", "R-46")
async def scenario_a_timeout_can_be_moved_to_the_past(out):
    loop = asyncio.get_running_loop()

    async def body():
        async with asyncio.timeout(3600) as timeout:
            timeout.reschedule(loop.time() - 1)
            out(f"goes on, expired {show(timeout.expired())}")
            try:
                await asyncio.sleep(0)
            finally:
                out(f"expired {show(timeout.expired())}")

    await attempt_await(out, "body", body())


@scenario("TC-02")
async def scenario_a_timeout_can_be_moved_away_again_before_it_is_handled(out):
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(0) as timeout:
        timeout.reschedule(loop.time() + 3600)
        await asyncio.sleep(0)
    out(f"expired {show(timeout.expired())}")


@scenario("TC-02")
async def scenario_a_timeout_cannot_be_moved_when_it_has_expired(out):
    async def body():
        async with asyncio.timeout(0) as timeout:
            try:
                await asyncio.sleep(3600)
            finally:
                attempt(out, "reschedule", lambda: timeout.reschedule(None))

    await attempt_await(out, "body", body())


@scenario("TC-02")
async def scenario_when_tells_the_deadline_of_the_moment(out):
    loop = asyncio.get_running_loop()
    when = loop.time() + 1800
    async with asyncio.timeout_at(when) as timeout:
        out(f"given {show(timeout.when() == when)}")
        timeout.reschedule(when + 1800)
        out(f"moved {show(timeout.when() == when + 1800)}")
        timeout.reschedule(None)
        out(f"removed {show(timeout.when())}")
    async with asyncio.timeout_at(None) as timeout:
        out(f"none from the start {show(timeout.when())}")
    out(f"expired {show(timeout.expired())}")


@scenario("TC-02", mirror="in a callback of the loop, and in a thread without a loop")
def scenario_a_timeout_is_for_tasks_only(out):
    async def enter():
        async with asyncio.timeout(None):
            out("not reached")

    with new_loop() as loop:
        loop.call_soon(lambda: attempt(out, "callback", lambda: outside_a_task(enter())))
        run_briefly(loop)
    attempt(out, "no loop", lambda: outside_a_task(enter()))


@scenario("TC-02", "TK-05")
async def scenario_a_timeout_after_a_swallowed_cancel_still_is_a_timeout(out):
    async def body():
        asyncio.current_task().cancel()
        await attempt_await(out, "sleep", asyncio.sleep(3600))
        out(f"requests {asyncio.current_task().cancelling()}")
        async with asyncio.timeout(0):
            await asyncio.sleep(3600)

    task = asyncio.create_task(body())
    await attempt_await(out, "task", task)
    out(f"requests {task.cancelling()}")


@scenario("TC-02", "R-45")
async def scenario_a_cancel_from_before_the_block_is_not_a_timeout(out):
    async def body():
        asyncio.current_task().cancel()
        async with asyncio.timeout(3600) as timeout:
            try:
                await asyncio.sleep(3600)
            finally:
                out(f"expired {show(timeout.expired())}")

    task = asyncio.create_task(body())
    await attempt_await(out, "task", task)
    out(f"cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("TC-02", "R-45", mirror="the deadline passes while the clean-up of a cancel waits")
async def scenario_a_deadline_during_the_clean_up_of_a_cancel_interrupts_the_clean_up(out):
    loop = asyncio.get_running_loop()

    async def body():
        async with asyncio.timeout(3600) as timeout:
            try:
                await asyncio.sleep(3600)
            finally:
                timeout.reschedule(loop.time() - 1)
                await attempt_await(out, "clean up", asyncio.sleep(3600))
                out(f"expired {show(timeout.expired())}")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"requests {task.cancelling()}")


@scenario("TC-02", "R-38", mirror="the result comes just before the deadline, the task has not been woken yet")
async def scenario_a_deadline_wins_over_a_result_that_is_ready(out):
    loop = asyncio.get_running_loop()
    gate = loop.create_future()

    async def body():
        async with asyncio.timeout(None) as timeout:
            loop.call_soon(gate.set_result, "lost")
            timeout.reschedule(loop.time() - 1)
            return await gate

    await attempt_await(out, "body", body())
    attempt(out, "gate", gate.result)


@scenario("TC-02", "R-38", mirror="the task is woken in the iteration of the deadline, before it")
async def scenario_a_task_that_is_woken_before_the_deadline_is_in_time(out):
    loop = asyncio.get_running_loop()
    gate = loop.create_future()

    def open_gate(timeout):
        gate.set_result("in time")
        timeout.reschedule(loop.time() - 1)

    async def body():
        async with asyncio.timeout(None) as timeout:
            loop.call_soon(open_gate, timeout)
            value = await gate
        await settle()
        return f"{value}, expired {show(timeout.expired())}"

    await attempt_await(out, "body", body())


@scenario("TC-02", "TK-02")
async def scenario_each_task_has_timeouts_of_its_own(out):
    async def late():
        async with asyncio.timeout(0):
            await asyncio.sleep(3600)

    async def in_time():
        async with asyncio.timeout(3600):
            await settle()
        return "in time"

    first, second = asyncio.create_task(late()), asyncio.create_task(in_time())
    await attempt_await(out, "late", first)
    await attempt_await(out, "in time", second)


@scenario("TC-02", "R-47")
async def scenario_a_timeout_lasts_as_long_as_the_clean_up(out):
    async def body():
        async with asyncio.timeout(0):
            try:
                await asyncio.sleep(3600)
            finally:
                await asyncio.sleep(0.01)
                out("clean up ends")

    await attempt_await(out, "body", body())
