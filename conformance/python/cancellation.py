# SPDX-License-Identifier: Apache-2.0
"""Cancelling tasks."""

import asyncio

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show


@scenario("TK-02", "R-37", "FT-04")
async def scenario_cancelling_a_waiting_task_cancels_the_future_it_waits_for(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        try:
            await gate
        finally:
            out("clean up")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    attempt(out, "cancel", task.cancel)
    out(f"future cancelled {show(gate.cancelled())}, task done {show(task.done())}")
    attempt(out, "set_result", lambda: gate.set_result(1))
    await attempt_await(out, "task", task)
    out(f"task cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("R-37", "TK-02")
async def scenario_a_cancel_goes_in_to_the_innermost_task_and_comes_out_again(out):
    gate = asyncio.get_running_loop().create_future()

    async def level(name, inner):
        try:
            await inner
        except asyncio.CancelledError:
            out(f"{name} cancelled, requests {asyncio.current_task().cancelling()}")
            raise

    inner = asyncio.create_task(level("inner", gate))
    middle = asyncio.create_task(level("middle", inner))
    outer = asyncio.create_task(level("outer", middle))
    await settle()
    outer.cancel()
    out(f"future cancelled {show(gate.cancelled())}")
    await attempt_await(out, "outer", outer)


@scenario("R-39", "TK-02")
async def scenario_a_task_cancelled_before_it_starts_never_runs(out):
    async def body():
        try:
            out("body")
        finally:
            out("clean up")

    task = asyncio.create_task(body())
    attempt(out, "cancel", task.cancel)
    attempt(out, "done", task.done)
    await attempt_await(out, "task", task)
    attempt(out, "cancelled", task.cancelled)


@scenario("TK-02", "R-40")
async def scenario_a_finished_task_cannot_be_cancelled(out):
    async def body():
        return 1

    task = asyncio.create_task(body())
    await task
    attempt(out, "cancel", task.cancel)
    attempt(out, "requests", task.cancelling)
    attempt(out, "result", task.result)


@scenario("TK-02", "TK-05")
async def scenario_two_cancels_before_a_step_are_one_error(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        try:
            await gate
        except asyncio.CancelledError:
            out(f"cancelled, requests {asyncio.current_task().cancelling()}")
        await asyncio.sleep(0)
        return "went on"

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    attempt(out, "first", task.cancel)
    attempt(out, "second", task.cancel)
    await attempt_await(out, "task", task)


@scenario("TK-03", "R-38")
async def scenario_a_cancel_wins_over_a_result_that_is_ready(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        out(f"got {await gate}")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    gate.set_result("lost")
    attempt(out, "cancel", task.cancel)
    await attempt_await(out, "task", task)
    attempt(out, "future", gate.result)


@scenario("TK-04", "R-40", "TK-05")
async def scenario_a_task_may_swallow_a_cancel(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out("swallowed")
        await asyncio.sleep(0)
        return "finished"

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    attempt(out, "cancel", task.cancel)
    await attempt_await(out, "task", task)
    out(f"cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("TK-06", "R-40", "R-37")
async def scenario_a_task_may_answer_a_cancel_with_an_error(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Boom("boom")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    attempt(out, "cancel", task.cancel)
    await attempt_await(out, "task", task)
    attempt(out, "cancelled", task.cancelled)


@scenario("TK-05", "R-41", mirror="cancel before the first step, taken back before it")
async def scenario_a_cancel_that_is_taken_back_in_time_is_not_delivered(out):
    async def body():
        out("body")
        await asyncio.sleep(0)
        return "finished"

    task = asyncio.create_task(body())
    task.cancel()
    task.cancel()
    attempt(out, "requests", task.cancelling)
    attempt(out, "uncancel", task.uncancel)
    attempt(out, "uncancel", task.uncancel)
    await attempt_await(out, "task", task)


@scenario("TK-05", "R-41")
async def scenario_a_cancel_that_is_taken_back_only_in_part_is_delivered(out):
    async def body():
        out("body")

    task = asyncio.create_task(body())
    task.cancel()
    task.cancel()
    attempt(out, "uncancel", task.uncancel)
    await attempt_await(out, "task", task)


@scenario("TK-05")
async def scenario_the_count_of_cancel_requests_does_not_fall_below_zero(out):
    task = asyncio.current_task()
    attempt(out, "requests", task.cancelling)
    attempt(out, "uncancel", task.uncancel)
    task.cancel()
    await attempt_await(out, "sleep", asyncio.sleep(3600))
    attempt(out, "requests", task.cancelling)
    attempt(out, "uncancel", task.uncancel)
    attempt(out, "uncancel", task.uncancel)


@scenario("TK-02", "R-35", mirror="the first await would not suspend, so the cancel is delivered at the second")
async def scenario_a_task_that_cancels_itself_hears_of_it_when_it_suspends(out):
    done = asyncio.get_running_loop().create_future()
    done.set_result("still works")
    asyncio.current_task().cancel()
    await attempt_await(out, "done future", done)
    await attempt_await(out, "sleep", asyncio.sleep(0))
    await attempt_await(out, "sleep again", asyncio.sleep(0))
    asyncio.current_task().uncancel()


@scenario("TK-02", "R-37")
async def scenario_a_second_cancel_interrupts_the_clean_up(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        finally:
            out("clean up starts")
            try:
                await asyncio.sleep(3600)
            finally:
                out("clean up ends")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await settle()
    attempt(out, "done", task.done)
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("R-37", "TK-02", "FT-07")
async def scenario_awaiting_a_cancelled_task_is_not_a_cancel_of_the_one_who_awaits(out):
    async def sleep():
        await asyncio.sleep(3600)

    task = asyncio.create_task(sleep())
    await asyncio.sleep(0)
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"requests {asyncio.current_task().cancelling()}")
    await asyncio.sleep(0)
    out("goes on")


@scenario("TC-08", "TK-02")
async def scenario_a_cancelled_sleep_ends_at_once(out):
    loop = asyncio.get_running_loop()

    async def sleep():
        await asyncio.sleep(3600)

    start = loop.time()
    task = asyncio.create_task(sleep())
    await asyncio.sleep(0)
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"long before its time: {show(loop.time() - start < 1800)}")


@scenario("FT-05", "TK-02", "R-33")
async def scenario_a_done_callback_sees_a_cancelled_task(out):
    async def sleep():
        await asyncio.sleep(3600)

    task = asyncio.create_task(sleep())
    task.add_done_callback(lambda t: attempt(out, "callback", t.result))
    await asyncio.sleep(0)
    task.cancel()
    out("cancel returned")
    await settle()


@scenario("TK-02", "R-33")
async def scenario_one_of_many_who_await_a_task_can_be_cancelled_and_takes_it_along(out):
    async def work():
        await asyncio.sleep(3600)

    async def wait(name):
        await attempt_await(out, name, worker)

    worker = asyncio.create_task(work())
    first, second = asyncio.create_task(wait("first")), asyncio.create_task(wait("second"))
    await settle()
    first.cancel()
    await asyncio.gather(first, second)
    attempt(out, "worker cancelled", worker.cancelled)
    out(f"requests: first {first.cancelling()}, second {second.cancelling()}")
