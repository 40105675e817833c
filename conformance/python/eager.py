# SPDX-License-Identifier: Apache-2.0
"""Eager tasks."""

import asyncio
import contextvars

from scenario import scenario
from support import new_loop, run_briefly, settle
from words import Boom, attempt, attempt_await, show, word

VALUE = contextvars.ContextVar("value", default="default")
OPTION = "in Java the option eagerStart(true)"


def eager(body, **options):
    """Creates a task that starts at once."""
    return asyncio.Task(body, loop=asyncio.get_running_loop(), eager_start=True, **options)


def current_name():
    return asyncio.current_task().get_name()


def requests():
    return asyncio.current_task().cancelling()


@scenario("TK-10", "R-54", mirror=OPTION)
async def scenario_an_eager_task_runs_to_its_first_suspension_inside_create_task(out):
    async def body():
        out("first step")
        await asyncio.sleep(0)
        out("second step")
        return 1

    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    task = eager(body())
    out(f"created, done {show(task.done())}")
    out(f"result {await task}")


@scenario("TK-10", "R-54", mirror=OPTION)
async def scenario_an_eager_task_that_does_not_suspend_is_done_at_once(out):
    async def body():
        out("body")
        return 1

    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    task = eager(body())
    out(f"done {show(task.done())}, result {task.result()}")
    out(f"awaited {await task}")
    await asyncio.sleep(0)


@scenario("TK-10", "R-54", mirror=OPTION)
async def scenario_an_eager_task_that_fails_keeps_its_error(out):
    async def fail():
        raise Boom("boom")

    task = eager(fail())
    out(f"done {show(task.done())}, exception {word(task.exception())}")
    await attempt_await(out, "awaited", task)


@scenario("TK-10", "R-54", mirror=OPTION)
async def scenario_the_current_task_of_an_eager_step_is_the_new_one(out):
    async def inner():
        out(f"inner {current_name()}")
        await asyncio.sleep(0)
        out(f"inner again {current_name()}")

    async def outer():
        out(f"outer {current_name()}")
        task = eager(inner(), name="the inner one")
        out(f"outer still {current_name()}")
        await task
        out(f"outer at the end {current_name()}")

    asyncio.current_task().set_name("main")
    task = eager(outer(), name="the outer one")
    out(f"after create_task {current_name()}")
    await task


@scenario("TK-10", "R-54", "TK-09", mirror=OPTION)
async def scenario_an_eager_task_is_one_of_all_tasks_until_it_is_done(out):
    async def body(suspends):
        out(f"inside {show(asyncio.current_task() in asyncio.all_tasks())}")
        if suspends:
            await asyncio.sleep(0)

    task = eager(body(False))
    out(f"done at once {show(task in asyncio.all_tasks())}")
    task = eager(body(True))
    out(f"suspended {show(task in asyncio.all_tasks())}")
    await task
    out(f"ended {show(task in asyncio.all_tasks())}")


@scenario("TK-10", mirror=OPTION)
async def scenario_eager_tasks_start_in_the_order_of_their_calls_and_take_turns_afterwards(out):
    async def body(name):
        out(f"{name} starts")
        await asyncio.sleep(0)
        out(f"{name} goes on")

    lazy = asyncio.create_task(body("lazy"))
    first, second = eager(body("first")), eager(body("second"))
    out("created")
    await asyncio.gather(lazy, first, second)


@scenario("TK-10", mirror=OPTION)
async def scenario_eager_tasks_nest_like_calls(out):
    async def body(depth):
        out(f"enter {depth}")
        if depth < 3:
            eager(body(depth + 1))
        out(f"leave {depth}")

    eager(body(1))
    out("created")


@scenario("TK-10", "FT-05", mirror=OPTION)
async def scenario_callbacks_of_an_eager_task_that_is_done_run_in_the_next_iteration(out):
    async def body():
        return 1

    task = eager(body())
    task.add_done_callback(lambda t: attempt(out, "callback", t.result))
    out("added")
    await asyncio.sleep(0)
    out("an iteration later")


@scenario("TK-10", "TK-02", mirror=OPTION)
async def scenario_a_suspended_eager_task_can_be_cancelled(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"clean up, requests {requests()}")

    task = eager(body())
    attempt(out, "cancel", task.cancel)
    attempt(out, "done", task.done)
    await attempt_await(out, "awaited", task)


@scenario("TK-10", "TK-02", "TK-06", mirror=OPTION)
async def scenario_an_eager_task_that_cancels_itself_hears_of_it_when_it_suspends(out):
    async def body():
        asyncio.current_task().cancel()
        out("goes on")
        await attempt_await(out, "sleep", asyncio.sleep(0))
        return 1

    async def end_at_once():
        asyncio.current_task().cancel()
        return 2

    task = eager(body())
    attempt(out, "done", task.done)
    await attempt_await(out, "awaited", task)
    task = eager(end_at_once())
    out(f"done {show(task.done())}, cancelled {show(task.cancelled())}")


@scenario("TK-10", mirror=OPTION)
async def scenario_a_cancel_of_the_creator_is_not_one_of_the_eager_task(out):
    async def body():
        out(f"requests {requests()}")
        await attempt_await(out, "sleep", asyncio.sleep(0))
        return 1

    asyncio.current_task().cancel()
    task = eager(body())
    await attempt_await(out, "sleep of the creator", asyncio.sleep(0))
    asyncio.current_task().uncancel()
    await attempt_await(out, "task", task)


@scenario("TK-10", mirror=OPTION)
async def scenario_an_eager_task_may_cancel_its_creator(out):
    async def body(creator):
        creator.cancel()
        return 1

    task = eager(body(asyncio.current_task()))
    out(f"created, requests {requests()}, result {task.result()}")
    await attempt_await(out, "sleep", asyncio.sleep(3600))
    asyncio.current_task().uncancel()


@scenario("TK-10", "R-24", mirror=OPTION)
async def scenario_an_eager_step_runs_in_a_context_of_its_own(out):
    async def body():
        out(f"sees {VALUE.get()}")
        VALUE.set("eager")
        await asyncio.sleep(0)
        out(f"still has {VALUE.get()}")

    VALUE.set("main")
    task = eager(body())
    out(f"main has {VALUE.get()}")
    VALUE.set("main, later")
    await task
    context = contextvars.copy_context()
    await eager(body(), context=context)
    out(f"left in the given context: {context.get(VALUE)}, main has {VALUE.get()}")


@scenario("TK-10", mirror="the loop has an eager task factory and does not run yet")
def scenario_a_loop_that_does_not_run_starts_no_task_at_once(out):
    async def body():
        out("body")

    with new_loop() as loop:
        loop.set_task_factory(asyncio.eager_task_factory)
        task = loop.create_task(body())
        out(f"created, done {show(task.done())}")
        run_briefly(loop)
        out(f"done {show(task.done())}")


@scenario("TK-10", "EL-32", "TK-11", mirror="Asyncio.eagerTaskFactory(); a group and gather make tasks too")
async def scenario_the_eager_task_factory_makes_every_task_eager(out):
    async def body(name):
        out(name)
        return name

    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    task = asyncio.create_task(body("create_task"))
    attempt(out, "done", task.done)
    task = asyncio.get_running_loop().create_task(body("create_task of the loop"))
    attempt(out, "done", task.done)
    result = asyncio.gather(body("gathered a"), body("gathered b"))
    out(f"gather done {show(result.done())}, result {show(await result)}")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(body("in a group"))
        attempt(out, "done", task.done)
    asyncio.get_running_loop().set_task_factory(None)
    task = asyncio.create_task(body("lazy again"))
    attempt(out, "done", task.done)
    await task


@scenario("TK-10", "TC-04", mirror=OPTION)
async def scenario_gather_of_tasks_that_are_done_is_done_at_once(out):
    async def succeed(value):
        return value

    async def fail():
        raise Boom("boom")

    result = asyncio.gather(eager(succeed(1)), eager(succeed(2)))
    attempt(out, "done", result.done)
    attempt(out, "result", result.result)
    result = asyncio.gather(eager(succeed(1)), eager(fail()), asyncio.create_task(succeed(3)))
    attempt(out, "done", result.done)
    attempt(out, "result", result.result)


@scenario("TK-10", "TC-01", mirror="by the eager task factory")
async def scenario_an_eager_failure_in_a_group_cancels_the_body_at_its_next_suspension(out):
    async def fail():
        raise Boom("boom")

    async def unused():
        out("not reached")

    async def body():
        async with asyncio.TaskGroup() as group:
            task = group.create_task(fail())
            out(f"created, done {show(task.done())}, requests {requests()}")
            attempt(out, "another", lambda: group.create_task(unused()))
            try:
                await asyncio.sleep(3600)
            finally:
                out("body cleans up")

    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    await attempt_await(out, "group", body())
    out(f"requests {requests()}")


@scenario("TK-10", "TC-01", mirror="by the eager task factory; the body ends without a suspension")
async def scenario_a_group_of_eager_tasks_that_are_done_does_not_suspend(out):
    async def succeed():
        return 1

    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(succeed()) for _ in range(3)]
    out(f"left, results {show([task.result() for task in tasks])}")
    await asyncio.sleep(0)


@scenario("TK-10", "TC-02", mirror=OPTION)
async def scenario_a_timeout_in_an_eager_step_is_the_new_tasks_own(out):
    async def body():
        async with asyncio.timeout(0):
            await asyncio.sleep(3600)

    task = eager(body())
    out(f"done {show(task.done())}")
    await attempt_await(out, "task", task)
    out(f"requests {requests()}")


@scenario("TK-10", "FT-07", mirror=OPTION)
async def scenario_an_eager_task_can_wait_for_its_creator_to_go_on(out):
    async def body():
        out(f"got {await gate}")

    gate = asyncio.get_running_loop().create_future()
    task = eager(body())
    gate.set_result("value")
    out("set")
    await task


@scenario("TK-10", "EL-10", mirror=OPTION)
def scenario_eager_tasks_of_a_loop_that_is_stopped_go_on_when_it_runs_again(out):
    async def body():
        out("first step")
        await settle(3)
        out("last step")

    with new_loop() as loop:
        loop.call_soon(lambda: out("callback"))

        async def main():
            return eager(body())

        task = loop.run_until_complete(main())
        out(f"stopped, done {show(task.done())}")
        loop.run_until_complete(task)
