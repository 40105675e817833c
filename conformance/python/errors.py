# SPDX-License-Identifier: Apache-2.0
"""What becomes of failures that no caller receives."""

import asyncio

from scenario import scenario
from support import new_loop, print_to, run_briefly, socket_pair
from words import Boom, HardBoom, attempt, show


@scenario("R-16", "EL-120", "EL-123")
def scenario_a_failing_callback_is_reported_and_the_loop_goes_on(out):
    with new_loop() as loop:
        loop.set_exception_handler(print_to(out))

        def fail(error):
            out("fail")
            raise error

        loop.call_soon(lambda: fail(Boom("boom")))
        loop.call_soon(lambda: fail(HardBoom("hard boom")))
        loop.call_later(0, lambda: fail(Boom("timer boom")))
        loop.call_soon(lambda: out("next callback"))
        run_briefly(loop)
        attempt(out, "running", loop.is_running)


@scenario("R-16", "R-13", "EL-100")
def scenario_a_failing_reader_is_reported_and_stays(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        loop.set_exception_handler(print_to(out))

        def fail():
            raise Boom("boom")

        writer.send(b"x")
        loop.add_reader(reader, fail)
        run_briefly(loop)
        run_briefly(loop)
        attempt(out, "remove", lambda: loop.remove_reader(reader))


@scenario("R-16", "EL-120", mirror="the handler gets the handle whose callback failed")
def scenario_the_report_names_loop_and_handle(out):
    with new_loop() as loop:

        def handler(given_loop, context):
            out(f"loop {show(given_loop is loop)}, handle {show(context['handle'] is handle)}")

        def fail():
            raise Boom("boom")

        loop.set_exception_handler(handler)
        handle = loop.call_soon(fail)
        run_briefly(loop)


@scenario("EL-120", "EL-121")
def scenario_the_exception_handler_can_be_read_and_removed(out):
    with new_loop() as loop:

        def handler(loop, context):
            out("never called")

        out(f"at first: {show(loop.get_exception_handler())}")
        loop.set_exception_handler(handler)
        out(f"set: {show(loop.get_exception_handler() is handler)}")
        loop.set_exception_handler(None)
        out(f"removed: {show(loop.get_exception_handler())}")


@scenario("EL-123", mirror="message and exception are given; the third key is one of the library's")
def scenario_the_exception_handler_gets_what_it_was_called_with(out):
    with new_loop() as loop:

        def handler(loop, context):
            out(f"{context['message']}, {show(context.get('exception'))}, keys {' '.join(sorted(context))}")

        loop.set_exception_handler(handler)
        future = loop.create_future()
        loop.call_exception_handler({"message": "only a message"})
        loop.call_exception_handler({"message": "more", "exception": Boom("boom"), "future": future})


@scenario("EL-122", "EL-123", logs_errors=True, mirror="no handler is set; the log is not compared")
def scenario_without_a_handler_failures_are_logged_and_the_loop_goes_on(out):
    with new_loop() as loop:

        def fail():
            raise Boom("boom")

        loop.call_soon(fail)
        loop.call_soon(lambda: out("next callback"))
        run_briefly(loop)
        attempt(out, "called by hand", lambda: loop.default_exception_handler({"message": "text"}))


@scenario("R-30", "EL-123", logs_errors=True, mirror="the second failure is logged by the default handler")
def scenario_an_exception_handler_that_raises_does_not_stop_the_loop(out):
    with new_loop() as loop:

        def handler(loop, context):
            out("handler")
            raise Boom("handler boom")

        def fail():
            raise Boom("boom")

        loop.set_exception_handler(handler)
        loop.call_soon(fail)
        loop.call_soon(lambda: out("next callback"))
        run_briefly(loop)
        attempt(out, "called by hand", lambda: loop.call_exception_handler({"message": "text"}))


@scenario("R-30", "R-15")
def scenario_an_interrupt_out_of_the_exception_handler_leaves_the_loop(out):
    with new_loop() as loop:

        def handler(loop, context):
            out("handler")
            raise KeyboardInterrupt

        def fail():
            raise Boom("boom")

        loop.set_exception_handler(handler)
        loop.call_soon(fail)
        loop.call_soon(lambda: out("next callback"))
        attempt(out, "run", lambda: run_briefly(loop))
        loop.set_exception_handler(None)
        loop.run_forever()
        out("second run")


@scenario("EL-120", "R-16", mirror="the failed task is not awaited by anyone until later")
async def scenario_a_failing_task_does_not_disturb_the_others(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))

    async def fail():
        out("fails")
        raise Boom("boom")

    async def work():
        await asyncio.sleep(0)
        out("works")

    failed, worker = asyncio.create_task(fail()), asyncio.create_task(work())
    await worker
    attempt(out, "failed", failed.exception)
