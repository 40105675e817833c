# SPDX-License-Identifier: Apache-2.0
"""TaskGroup: its tasks, their results and their errors."""

import asyncio

from scenario import scenario
from support import new_loop, outside_a_task, run_briefly, settle
from words import Boom, HardBoom, attempt, attempt_await, show, word

GROUP = "in Java the block is the argument of new TaskGroup().run"


async def succeed():
    return 1


def failing(name):
    async def fail():
        raise Boom(name)

    return fail()


def sleeping(out, name):
    async def sleep():
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")

    return sleep()


def requests():
    return asyncio.current_task().cancelling()


@scenario("TC-01", mirror=GROUP)
async def scenario_a_group_waits_for_its_tasks(out):
    async def body(name, turns):
        await settle(turns)
        out(f"{name} ends")

    async with asyncio.TaskGroup() as group:
        group.create_task(body("slow", 3))
        group.create_task(body("fast", 1))
        out("body ends")
    out("left")


@scenario("TC-01")
async def scenario_a_group_without_tasks_does_not_suspend(out):
    asyncio.get_running_loop().call_soon(lambda: out("callback"))
    async with asyncio.TaskGroup():
        out("body")
    out("left")
    await asyncio.sleep(0)


@scenario("TC-01")
async def scenario_a_group_whose_tasks_are_done_does_not_suspend(out):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(succeed())
        await settle()
        out(f"done {show(task.done())}")
        asyncio.get_running_loop().call_soon(lambda: out("callback"))
    out("left")
    await asyncio.sleep(0)


@scenario("TC-01", "FT-02")
async def scenario_the_results_of_a_groups_tasks_are_there_when_it_is_left(out):
    async def body(value):
        await asyncio.sleep(0)
        return value

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(body(value)) for value in [1, 2, 3]]
        out(f"done {show([task.done() for task in tasks])}")
    out(f"results {show([task.result() for task in tasks])}")


@scenario("TC-01", "R-43", mirror=GROUP)
async def scenario_a_failing_task_cancels_the_body_of_its_group(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("boom"))
            try:
                await asyncio.sleep(3600)
            except BaseException as error:
                out(f"body {word(error)}, requests {requests()}")
                raise

    await attempt_await(out, "group", body())
    out(f"requests {requests()}")
    await asyncio.sleep(0)
    out("goes on")


@scenario("TC-01", "R-43")
async def scenario_a_failing_task_cancels_its_sibling_and_the_group_waits_for_it(out):
    async def slow():
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"clean up starts, requests {requests()}")
            await settle()
            out("clean up ends")

    async def body():
        async with asyncio.TaskGroup() as group:
            sibling.append(group.create_task(slow()))
            group.create_task(failing("boom"))
            out("body ends")

    sibling = []
    await attempt_await(out, "group", body())
    out(f"sibling cancelled {show(sibling[0].cancelled())}, requests {requests()}")


@scenario("TC-01", mirror="every task is waiting when the first fails; asyncio cancels them in no order")
async def scenario_a_failing_task_cancels_all_its_siblings(out):
    gate = asyncio.get_running_loop().create_future()

    async def fail():
        await gate
        raise Boom("boom")

    async def body():
        async with asyncio.TaskGroup() as group:
            tasks.append(group.create_task(fail()))
            tasks.extend(group.create_task(asyncio.sleep(3600)) for _ in range(5))
            await settle()
            gate.set_result(None)

    tasks = []
    await attempt_await(out, "group", body())
    out(f"cancelled {show([task.cancelled() for task in tasks])}")


@scenario("TC-01", "R-39")
async def scenario_a_sibling_that_has_not_started_when_another_fails_never_runs(out):
    async def late():
        out("late")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("boom"))
            # The task fails in this iteration, the group hears of it in the next.
            await asyncio.sleep(0)
            tasks.append(group.create_task(late()))

    tasks = []
    await attempt_await(out, "group", body())
    out(f"late cancelled {show(tasks[0].cancelled())}")


@scenario("TC-01")
async def scenario_a_body_that_does_not_suspend_goes_to_its_end_though_a_task_fails(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("boom"))
            out("body ends")

    await attempt_await(out, "group", body())
    out(f"requests {requests()}")


@scenario("TC-01")
async def scenario_a_body_that_swallows_the_cancel_of_its_group_can_await_again(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("boom"))
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                out(f"swallowed, requests {requests()}")
            await asyncio.sleep(0)
            out(f"awaited, requests {requests()}")

    await attempt_await(out, "group", body())
    out(f"requests {requests()}")


@scenario("TC-01")
async def scenario_the_error_of_the_body_is_grouped_even_when_it_is_alone(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            task.append(group.create_task(succeed()))
            raise Boom("body")

    task = []
    await attempt_await(out, "group", body())
    out(f"task that had not started cancelled {show(task[0].cancelled())}, requests {requests()}")


@scenario("TC-01")
async def scenario_an_error_of_the_body_cancels_the_tasks(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeping(out, "task"))
            await asyncio.sleep(0)
            raise Boom("body")

    await attempt_await(out, "group", body())


@scenario("TC-01", "R-43")
async def scenario_the_error_of_the_body_comes_after_those_of_the_tasks(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("task"))
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                raise Boom("body")

    await attempt_await(out, "group", body())
    out(f"requests {requests()}")


@scenario("TC-01")
async def scenario_errors_of_tasks_are_grouped_in_the_order_in_which_they_ended(out):
    async def fail(name, turns):
        await settle(turns)
        raise Boom(name)

    async def fail_in_clean_up():
        try:
            await asyncio.sleep(3600)
        finally:
            raise Boom("clean up")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail_in_clean_up())
            group.create_task(fail("a", 2))
            group.create_task(fail("b", 2))

    await attempt_await(out, "group", body())


@scenario("TC-01")
async def scenario_a_cancelled_task_is_no_error_of_its_group(out):
    async def throw():
        raise asyncio.CancelledError

    async with asyncio.TaskGroup() as group:
        cancelled = group.create_task(asyncio.sleep(3600))
        thrown = group.create_task(throw())
        other = group.create_task(settle(10))
        await asyncio.sleep(0)
        cancelled.cancel()
    out(f"left, cancelled {show([task.cancelled() for task in [cancelled, thrown, other]])}")


@scenario("TC-01", "TK-04")
async def scenario_a_sibling_that_swallows_the_cancel_goes_to_its_end(out):
    async def stubborn():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out("swallowed")
        await settle()
        return "finished"

    async def body():
        async with asyncio.TaskGroup() as group:
            task.append(group.create_task(stubborn()))
            group.create_task(failing("boom"))

    task = []
    await attempt_await(out, "group", body())
    attempt(out, "stubborn", task[0].result)


@scenario("TC-01", "TK-06")
async def scenario_any_throwable_of_a_task_is_grouped(out):
    async def fail():
        raise HardBoom("hard boom")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())

    await attempt_await(out, "group", body())


@scenario("TC-01")
async def scenario_a_keyboard_interrupt_of_the_body_is_not_grouped(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeping(out, "task"))
            await asyncio.sleep(0)
            raise KeyboardInterrupt

    await attempt_await(out, "group", body())
    out(f"requests {requests()}")


@scenario("TC-01")
async def scenario_a_system_exit_of_the_body_wins_over_the_errors_of_the_tasks(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            task.append(group.create_task(failing("task")))
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                raise SystemExit(3)

    task = []
    await attempt_await(out, "group", body())
    attempt(out, "task", task[0].exception)


@scenario("TC-01", "TK-06", mirror="the error ends the run; the loop is run again")
def scenario_a_keyboard_interrupt_of_a_task_ends_the_run_and_leaves_the_group_bare(out):
    async def interrupt():
        raise KeyboardInterrupt

    async def group_of_two():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeping(out, "sibling"))
            group.create_task(interrupt())

    async def main():
        await attempt_await(out, "group", group_of_two())
        return "main ends"

    with new_loop() as loop:
        task = loop.create_task(main())
        attempt(out, "run", lambda: loop.run_until_complete(task))
        out(f"main done {show(task.done())}")
        attempt(out, "run again", lambda: loop.run_until_complete(task))


@scenario("TC-01")
async def scenario_a_task_may_create_more_tasks_in_its_group_while_the_group_waits(out):
    async def body(group, depth):
        out(f"depth {depth}")
        await asyncio.sleep(0)
        if depth < 3:
            group.create_task(body(group, depth + 1))

    async with asyncio.TaskGroup() as group:
        group.create_task(body(group, 1))
    out("left")


@scenario("TC-01")
async def scenario_create_task_is_refused_outside_of_the_group(out):
    group = asyncio.TaskGroup()
    attempt(out, "before", lambda: group.create_task(succeed()))
    async with group:
        attempt(out, "inside", lambda: group.create_task(succeed()).done())
    attempt(out, "after", lambda: group.create_task(succeed()))


@scenario("TC-01", "R-44")
async def scenario_create_task_is_refused_while_the_group_shuts_down(out):
    async def refused():
        out("not reached")

    async def slow(group):
        try:
            await asyncio.sleep(3600)
        finally:
            attempt(out, "in clean up", lambda: group.create_task(refused()))

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(slow(group))
            group.create_task(failing("boom"))
            try:
                await asyncio.sleep(3600)
            finally:
                attempt(out, "in the body", lambda: group.create_task(refused()))

    await attempt_await(out, "group", body())


@scenario("TC-01")
async def scenario_a_group_can_be_entered_once(out):
    async def enter(group):
        async with group:
            out("body")

    group = asyncio.TaskGroup()
    await attempt_await(out, "first", enter(group))
    await attempt_await(out, "second", enter(group))


@scenario("TC-01", mirror="in a callback of the loop, and in a thread without a loop")
def scenario_a_group_can_be_entered_in_a_task_only(out):
    async def enter():
        async with asyncio.TaskGroup():
            out("not reached")

    with new_loop() as loop:
        loop.call_soon(lambda: attempt(out, "callback", lambda: outside_a_task(enter())))
        run_briefly(loop)
    attempt(out, "no loop", lambda: outside_a_task(enter()))


@scenario("TC-01", "R-53", mirror="the option of a name")
async def scenario_a_task_of_a_group_can_be_given_a_name(out):
    async def body():
        out(f"name {asyncio.current_task().get_name()}")

    async with asyncio.TaskGroup() as group:
        group.create_task(body(), name="worker")


@scenario("TC-01")
async def scenario_the_error_of_a_task_can_still_be_had_from_the_task(out):
    async def body():
        async with asyncio.TaskGroup() as group:
            task.append(group.create_task(failing("boom")))
            await attempt_await(out, "inside", task[0])

    task = []
    await attempt_await(out, "group", body())
    attempt(out, "afterwards", task[0].result)


@scenario("TC-01")
async def scenario_a_group_in_a_group_fails_as_one_error(out):
    async def inner():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("inner a"))
            group.create_task(failing("inner b"))

    async def outer():
        async with asyncio.TaskGroup() as group:
            group.create_task(inner())
            group.create_task(sleeping(out, "outer task"))

    await attempt_await(out, "group", outer())


@scenario("TC-01", "R-43")
async def scenario_the_failure_of_an_inner_group_can_be_handled_in_the_outer_one(out):
    async def inner():
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("inner"))
            await asyncio.sleep(3600)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(settle(20))
        await attempt_await(out, "inner", inner())
        out(f"task done {show(task.done())}, requests {requests()}")
    out(f"left, task cancelled {show(task.cancelled())}")


@scenario("TC-01", "R-43")
async def scenario_a_failing_task_of_the_outer_group_cancels_the_inner_one(out):
    gate = asyncio.get_running_loop().create_future()

    async def fail():
        await gate
        raise Boom("outer")

    async def inner():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeping(out, "inner task"))
            await asyncio.sleep(0)
            gate.set_result(None)
            await asyncio.sleep(3600)

    async def outer():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            await attempt_await(out, "inner", inner())
            out(f"requests {requests()}")

    await attempt_await(out, "outer", outer())
    out(f"requests {requests()}")


@scenario("TC-01", "R-43", mirror="one task of each group ends in the same iteration, the outer one first")
async def scenario_two_nested_groups_that_fail_together_are_both_told(out):
    gate = asyncio.get_running_loop().create_future()

    async def fail(name):
        await gate
        raise Boom(name)

    async def inner():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail("inner"))
            await asyncio.sleep(0)
            gate.set_result(None)
            try:
                await asyncio.sleep(3600)
            finally:
                out(f"inner body, requests {requests()}")

    async def outer():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail("outer"))
            await asyncio.sleep(0)
            try:
                await inner()
            except BaseException as error:
                out(f"inner {word(error)}, requests {requests()}")
                raise

    await attempt_await(out, "outer", outer())
    out(f"requests {requests()}")
    await asyncio.sleep(0)
    out("goes on")
