# SPDX-License-Identifier: Apache-2.0
"""run and Runner."""

import asyncio
import contextvars
import threading

from scenario import scenario
from support import print_to
from words import Boom, attempt, show

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
