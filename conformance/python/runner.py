# SPDX-License-Identifier: Apache-2.0
"""run and Runner."""

import asyncio
import contextvars
import threading

from scenario import scenario
from support import new_loop, print_to
from words import Boom, attempt, attempt_await, show

VALUE = contextvars.ContextVar("value", default="default")


@scenario("TC-11")
def scenario_run_returns_the_result_or_raises_the_error(out):
    async def succeed():
        return 1

    async def fail():
        raise Boom("boom")

    async def cancel():
        raise asyncio.CancelledError

    attempt(out, "result", lambda: asyncio.run(succeed()))
    attempt(out, "error", lambda: asyncio.run(fail()))
    attempt(out, "cancelled", lambda: asyncio.run(cancel()))


@scenario("TC-11", "EL-15")
def scenario_each_run_has_a_new_loop_that_is_closed_at_the_end(out):
    async def body():
        return asyncio.get_running_loop()

    first, second = asyncio.run(body()), asyncio.run(body())
    out(f"same loop {show(first is second)}")
    out(f"closed {show(first.is_closed())} {show(second.is_closed())}")


@scenario("TC-11")
async def scenario_run_inside_a_running_loop_is_refused(out):
    async def body():
        out("body")

    attempt(out, "run", lambda: asyncio.run(body()))


@scenario("TC-11", "TK-02")
def scenario_run_cancels_the_tasks_that_are_left_and_waits_for_them(out):
    async def left(name):
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")
            await asyncio.sleep(0)
            out(f"{name} has cleaned up")

    async def main():
        asyncio.create_task(left("left task"))
        await asyncio.sleep(0)
        out("main ends")
        return 1

    attempt(out, "run", lambda: asyncio.run(main()))


@scenario("TC-11", "EL-123")
def scenario_run_reports_what_fails_while_it_shuts_down(out):
    async def left():
        try:
            await asyncio.sleep(3600)
        finally:
            raise Boom("shutdown boom")

    async def main():
        asyncio.get_running_loop().set_exception_handler(print_to(out))
        asyncio.create_task(left())
        await asyncio.sleep(0)
        return 1

    attempt(out, "run", lambda: asyncio.run(main()))


@scenario("TC-11", "EL-17", "EL-115", mirror="the timer fires while the runner waits for the executor")
def scenario_run_waits_for_the_default_executor(out):
    gate = threading.Event()

    def work():
        gate.wait()
        out("work ends")

    async def main():
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, work)
        out("main ends")
        loop.call_later(0.01, gate.set)

    asyncio.run(main())
    out("run returned")


@scenario("TC-11", "EL-124")
def scenario_run_can_switch_debug_mode_on(out):
    async def body():
        return asyncio.get_running_loop().get_debug()

    attempt(out, "debug", lambda: asyncio.run(body(), debug=True))
    attempt(out, "no debug", lambda: asyncio.run(body(), debug=False))


@scenario("TC-11", "EL-04")
def scenario_run_takes_its_loop_from_the_factory(out):
    loops = []

    def factory():
        out("factory")
        loops.append(asyncio.new_event_loop())
        return loops[0]

    async def body():
        return asyncio.get_running_loop() is loops[0]

    attempt(out, "its loop", lambda: asyncio.run(body(), loop_factory=factory))
    attempt(out, "closed", loops[0].is_closed)


@scenario("TC-11")
def scenario_a_runner_runs_many_times_in_one_loop_and_one_context(out):
    async def body(value):
        out(f"sees {VALUE.get()}")
        VALUE.set(value)
        return asyncio.get_running_loop()

    with asyncio.Runner() as runner:
        first = runner.run(body("first run"))
        second = runner.run(body("second run"))
        out(f"same loop {show(first is second)}, closed {show(first.is_closed())}")
        out(f"get_loop {show(runner.get_loop() is first)}")
    out(f"closed {show(first.is_closed())}")
    out(f"outside {VALUE.get()}")


@scenario("TC-11")
def scenario_a_closed_runner_refuses_to_run(out):
    async def body():
        out("body")

    runner = asyncio.Runner()
    runner.run(body())
    attempt(out, "close", runner.close)
    attempt(out, "close again", runner.close)
    attempt(out, "run", lambda: runner.run(body()))
    attempt(out, "get_loop", runner.get_loop)


@scenario("TC-11")
def scenario_a_runner_can_go_on_after_an_error(out):
    async def fail():
        raise Boom("boom")

    async def succeed():
        return 1

    with asyncio.Runner() as runner:
        attempt(out, "first", lambda: runner.run(fail()))
        attempt(out, "second", lambda: runner.run(succeed()))


@scenario("TC-11", "TK-02")
def scenario_a_runner_cancels_left_tasks_only_when_it_is_closed(out):
    async def left():
        try:
            await asyncio.sleep(3600)
        finally:
            out("clean up")

    async def start():
        tasks.append(asyncio.create_task(left()))
        await asyncio.sleep(0)

    async def look():
        out(f"done {show(tasks[0].done())}")

    tasks = []
    runner = asyncio.Runner()
    runner.run(start())
    runner.run(look())
    out("close")
    runner.close()
    out(f"cancelled {show(tasks[0].cancelled())}")


@scenario("TC-11")
def scenario_a_runner_makes_its_loop_when_it_is_first_needed(out):
    def factory():
        out("factory")
        return asyncio.new_event_loop()

    async def body():
        out("body")

    runner = asyncio.Runner(loop_factory=factory)
    out("made")
    loop = runner.get_loop()
    out(f"same loop {show(runner.get_loop() is loop)}, closed {show(loop.is_closed())}")
    runner.run(body())
    runner.close()
    runner = asyncio.Runner(loop_factory=factory)
    runner.close()
    out("closed without a loop")


@scenario("TC-11", "R-24")
def scenario_a_run_can_be_given_a_context(out):
    async def body(value):
        out(f"sees {VALUE.get()}")
        VALUE.set(value)

    context = contextvars.copy_context()
    with asyncio.Runner() as runner:
        runner.run(body("given context"), context=context)
        runner.run(body("runner's context"))
        runner.run(body("given context again"), context=context)
    out(f"left in the context: {context.get(VALUE)}, outside {VALUE.get()}")


@scenario("TC-11")
def scenario_a_runner_refuses_to_run_inside_of_another_loop(out):
    async def body():
        return "runs"

    async def main():
        attempt(out, "inside", lambda: runner.run(body()))

    with asyncio.Runner() as runner, new_loop() as other:
        other.run_until_complete(main())
        attempt(out, "outside", lambda: runner.run(body()))


@scenario("TC-11", "TK-04")
def scenario_close_waits_for_a_task_that_swallows_its_cancel(out):
    async def stubborn():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out("swallowed")
        await asyncio.sleep(0.01)
        out("ends in its own time")

    async def main():
        asyncio.create_task(stubborn())
        await asyncio.sleep(0)

    asyncio.run(main())
    out("run returned")


@scenario("TC-11", "EL-115", mirror="the default executor is shut down after the tasks")
def scenario_the_clean_up_of_a_left_task_may_use_everything(out):
    async def left():
        try:
            await asyncio.sleep(3600)
        finally:
            await attempt_await(out, "executor", asyncio.to_thread(lambda: "works"))
            await attempt_await(out, "timer", asyncio.sleep(0.001))
            async with asyncio.TaskGroup() as group:
                task = group.create_task(asyncio.sleep(0))
            attempt(out, "group", task.done)

    async def main():
        asyncio.create_task(left())
        await asyncio.sleep(0)
        return "main ends"

    attempt(out, "run", lambda: asyncio.run(main()))


@scenario("TC-11", "TK-06")
def scenario_tasks_that_are_left_are_cancelled_when_main_fails(out):
    async def left():
        try:
            await asyncio.sleep(3600)
        finally:
            out("left task cleans up")

    async def main(error):
        asyncio.create_task(left())
        await asyncio.sleep(0)
        raise error

    attempt(out, "error", lambda: asyncio.run(main(Boom("boom"))))
    attempt(out, "cancelled", lambda: asyncio.run(main(asyncio.CancelledError())))
    attempt(out, "system exit", lambda: asyncio.run(main(SystemExit(3))))
    attempt(out, "keyboard interrupt", lambda: asyncio.run(main(KeyboardInterrupt())))


@scenario("TC-11", "TK-02")
def scenario_a_task_that_main_creates_last_still_makes_its_first_step(out):
    async def left():
        out("left task starts")
        await asyncio.sleep(3600)

    async def main():
        tasks.append(asyncio.create_task(left()))
        return "main ends"

    tasks = []
    attempt(out, "run", lambda: asyncio.run(main()))
    attempt(out, "left", tasks[0].cancelled)


@scenario("TC-11", "TK-05", mirror="main cancels itself and swallows it")
def scenario_a_main_that_swallows_a_cancel_ends_as_it_likes(out):
    async def main():
        asyncio.current_task().cancel()
        await attempt_await(out, "sleep", asyncio.sleep(3600))
        return "main ends"

    attempt(out, "run", lambda: asyncio.run(main()))


@scenario("TC-11", "EL-10", mirror="the loop of the runner is stopped by hand")
def scenario_a_runner_whose_loop_is_stopped_can_go_on(out):
    async def stopped():
        try:
            asyncio.get_running_loop().stop()
            await asyncio.sleep(3600)
        finally:
            out("clean up")

    async def body():
        return "next run"

    with asyncio.Runner() as runner:
        attempt(out, "stopped", lambda: runner.run(stopped()))
        attempt(out, "next", lambda: runner.run(body()))
        out("close")


@scenario("TC-11", mirror="not a with block; print the variable in the main coroutine")
def scenario_a_runner_takes_its_context_when_its_loop_is_made(out):
    async def main():
        return VALUE.get()

    VALUE.set("runner made")
    runner = asyncio.Runner()
    VALUE.set("first run")
    attempt(out, "first run", lambda: runner.run(main()))
    VALUE.set("later")
    attempt(out, "second run", lambda: runner.run(main()))
    runner.close()
    runner = asyncio.Runner()
    VALUE.set("loop made")
    runner.get_loop()
    VALUE.set("later")
    attempt(out, "run after get_loop", lambda: runner.run(main()))
    runner.close()
