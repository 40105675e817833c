# SPDX-License-Identifier: Apache-2.0
"""TaskGroup: cancels from outside, and deadlines."""

import asyncio

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show, word


def sleeping(out, name):
    async def sleep():
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")

    return sleep()


def requests():
    return asyncio.current_task().cancelling()


@scenario("TC-01", "R-43", "R-37")
async def scenario_a_cancel_of_the_body_of_a_group_cancels_its_tasks(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeping(out, "child"))
            try:
                await asyncio.sleep(3600)
            finally:
                out("body cleans up")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("TC-01", "R-43", "R-37")
async def scenario_a_cancel_of_a_group_that_waits_cancels_its_tasks_and_waits_for_them(out):
    async def child():
        try:
            await asyncio.sleep(3600)
        finally:
            out("clean up starts")
            await settle()
            out("clean up ends")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            out("body ends")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"cancelled {show(task.cancelled())}, requests {task.cancelling()}")


@scenario("TC-01", "R-43")
async def scenario_a_second_cancel_does_not_end_the_wait_of_a_group(out):
    async def child():
        try:
            await asyncio.sleep(3600)
        finally:
            await gate
            out(f"clean up ends, requests {requests()}")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())

    gate = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(body())
    for _ in range(3):
        await settle()
        task.cancel()
    await settle()
    out(f"done {show(task.done())}, requests {task.cancelling()}")
    gate.set_result(None)
    await attempt_await(out, "task", task)


@scenario("R-42", "TC-01")
async def scenario_a_cancel_and_an_error_together_raise_the_group_and_cancel_the_next_await(out):
    async def child():
        try:
            await asyncio.sleep(3600)
        finally:
            raise Boom("clean up")

    async def group_of_one():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())

    async def body():
        await attempt_await(out, "group", group_of_one())
        out(f"requests {requests()}")
        await attempt_await(out, "next await", asyncio.sleep(0))
        await attempt_await(out, "the one after it", asyncio.sleep(0))
        return "ends"

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("R-42", "R-43", "TC-01", mirror="the error comes first, the cancel while the group waits for a clean-up")
async def scenario_a_cancel_of_a_group_that_shuts_down_is_kept_for_the_next_await(out):
    async def fail():
        raise Boom("boom")

    async def child():
        try:
            await asyncio.sleep(3600)
        finally:
            await gate

    async def group_of_two():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            group.create_task(fail())

    async def body():
        await attempt_await(out, "group", group_of_two())
        out(f"requests {requests()}")
        await attempt_await(out, "next await", asyncio.sleep(0))

    gate = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(body())
    await settle()
    out(f"requests of the group {task.cancelling()}")
    task.cancel()
    await settle()
    out(f"with the cancel {task.cancelling()}")
    gate.set_result(None)
    await attempt_await(out, "task", task)


@scenario("R-42", "TC-01")
async def scenario_a_body_that_answers_a_cancel_with_an_error_is_grouped_and_stays_cancelled(out):
    async def group_of_none():
        async with asyncio.TaskGroup():
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                raise Boom("body")

    async def body():
        await attempt_await(out, "group", group_of_none())
        out(f"requests {requests()}")
        await attempt_await(out, "next await", asyncio.sleep(0))

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("TC-01", "R-39")
async def scenario_a_cancel_from_before_the_group_is_delivered_at_its_first_suspension(out):
    async def child():
        out("child runs")

    async def body():
        asyncio.current_task().cancel()
        async with asyncio.TaskGroup() as group:
            tasks.append(group.create_task(child()))
            out("body ends")

    tasks = []
    await attempt_await(out, "task", asyncio.create_task(body()))
    out(f"child done {show(tasks[0].done())}, cancelled {show(tasks[0].cancelled())}")


@scenario("TC-01", "TK-04")
async def scenario_a_cancelled_group_is_cancelled_though_its_tasks_swallow_it(out):
    async def child():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out("swallowed")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("TC-01", "TK-04")
async def scenario_a_body_that_swallows_a_cancel_leaves_its_group_as_it_is(out):
    async def child():
        await gate
        out("child ends")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                out("swallowed")
            gate.set_result(None)
        out(f"left, requests {requests()}")

    gate = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("TC-01", "R-38", mirror="the callback is added after that of the group")
async def scenario_a_cancel_that_comes_with_the_end_of_the_last_task_is_not_lost(out):
    async def child():
        await asyncio.sleep(0)
        out("child ends")

    async def body():
        async with asyncio.TaskGroup() as group:
            me = asyncio.current_task()
            group.create_task(child()).add_done_callback(lambda t: me.cancel())

    task = asyncio.create_task(body())
    await attempt_await(out, "task", task)
    out(f"requests {task.cancelling()}")


@scenario("TC-01", "R-37")
async def scenario_a_task_of_a_group_may_cancel_the_task_that_waits(out):
    async def child(parent):
        parent.cancel()
        try:
            await asyncio.sleep(3600)
        finally:
            out("child cleans up")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child(asyncio.current_task()))

    task = asyncio.create_task(body())
    await attempt_await(out, "task", task)
    out(f"requests {task.cancelling()}")


@scenario("TC-01", "R-37")
async def scenario_a_cancel_goes_through_nested_groups_and_comes_out_again(out):
    async def inner():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeping(out, "innermost task"))

    async def middle():
        try:
            await inner()
        except BaseException as error:
            out(f"middle {word(error)}")
            raise

    async def outer():
        async with asyncio.TaskGroup() as group:
            group.create_task(middle())

    task = asyncio.create_task(outer())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("TC-01", "TC-02")
async def scenario_a_timeout_around_a_group_cancels_its_tasks(out):
    async def body():
        async with asyncio.timeout(0):
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeping(out, "child"))
                # So that the child has started when the deadline is handled.
                await asyncio.sleep(0)

    async def in_time():
        async with asyncio.timeout(0.01):
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeping(out, "child"))

    await attempt_await(out, "at once", body())
    await attempt_await(out, "later", in_time())
    out(f"requests {requests()}")


@scenario("TC-01", "TC-02", "R-42")
async def scenario_an_error_of_a_task_at_the_deadline_is_not_hidden_by_the_timeout(out):
    async def child():
        try:
            await asyncio.sleep(3600)
        finally:
            raise Boom("clean up")

    async def body():
        async with asyncio.timeout(0.01) as timeout:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(child())
            except BaseException as error:
                out(f"group {word(error)}, requests {requests()}, expired {show(timeout.expired())}")
                raise

    await attempt_await(out, "body", body())
    out(f"requests {requests()}")
    await attempt_await(out, "next await", asyncio.sleep(0))


@scenario("TC-01", "TC-02")
async def scenario_a_timeout_inside_a_group_is_an_error_of_its_task(out):
    async def late():
        async with asyncio.timeout(0):
            await asyncio.sleep(3600)

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(late())
            group.create_task(sleeping(out, "sibling"))

    await attempt_await(out, "group", body())


@scenario("TC-01", "TC-02", "R-43")
async def scenario_a_failing_task_does_not_make_a_timeout_in_the_body_expire(out):
    async def fail():
        raise Boom("boom")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            try:
                async with asyncio.timeout(3600) as timeout:
                    await asyncio.sleep(3600)
            except BaseException as error:
                out(f"body {word(error)}, expired {show(timeout.expired())}")
                raise

    await attempt_await(out, "group", body())


@scenario("TC-01", "TC-07")
async def scenario_a_shielded_task_outlives_the_group_that_waits_for_it(out):
    gate = asyncio.get_running_loop().create_future()

    async def work():
        await gate
        return "worked"

    async def child():
        await asyncio.shield(worker)

    async def fail():
        raise Boom("boom")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            group.create_task(fail())

    worker = asyncio.create_task(work())
    await attempt_await(out, "group", body())
    attempt(out, "worker done", worker.done)
    gate.set_result(None)
    await attempt_await(out, "worker", worker)
