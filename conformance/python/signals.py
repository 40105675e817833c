# SPDX-License-Identifier: Apache-2.0
"""Signals of the process."""

import asyncio
import contextvars
import signal

from scenario import scenario
from support import new_loop, print_to, run_briefly, settle
from words import Boom, attempt, attempt_await, show

RAISE = "the signal may come a moment later, so the loop is run until it has"

value = contextvars.ContextVar("value", default="default")


def usr1():
    signal.raise_signal(signal.SIGUSR1)


def usr2():
    signal.raise_signal(signal.SIGUSR2)


@scenario("EL-113", "R-121", mirror=RAISE)
def scenario_a_signal_handler_runs_as_a_callback_of_the_loop(out):
    with new_loop() as loop:

        def handler():
            out(f"handler, own loop {show(asyncio.get_running_loop() is loop)}")
            loop.call_soon(loop.stop)

        def send():
            usr1()
            out("sent")

        loop.add_signal_handler(signal.SIGUSR1, handler)
        loop.call_soon(send)
        loop.run_forever()


@scenario("EL-113")
def scenario_a_signal_wakes_a_loop_that_has_nothing_else_to_do(out):
    with new_loop() as loop:
        loop.add_signal_handler(signal.SIGUSR1, loop.stop)
        loop.call_soon(lambda: loop.call_soon(usr1))
        loop.run_forever()
        out("stopped")


@scenario("EL-113")
def scenario_a_second_signal_handler_replaces_the_first(out):
    with new_loop() as loop:
        loop.add_signal_handler(signal.SIGUSR1, lambda: out("first"))
        loop.add_signal_handler(signal.SIGUSR1, lambda: (out("second"), loop.stop()))
        loop.call_soon(usr1)
        loop.run_forever()


@scenario("EL-113")
def scenario_handlers_of_two_signals_are_independent(out):
    with new_loop() as loop:
        loop.add_signal_handler(signal.SIGUSR1, lambda: (out("one"), usr2()))
        loop.add_signal_handler(signal.SIGUSR2, lambda: (out("two"), loop.stop()))
        loop.call_soon(usr1)
        loop.run_forever()
        attempt(out, "remove one", lambda: loop.remove_signal_handler(signal.SIGUSR1))
        loop.call_soon(usr2)
        loop.run_forever()


@scenario("EL-114")
def scenario_removing_a_signal_handler_tells_whether_there_was_one(out):
    loop = asyncio.new_event_loop()
    attempt(out, "before", lambda: loop.remove_signal_handler(signal.SIGUSR1))
    loop.add_signal_handler(signal.SIGUSR1, lambda: out("never"))
    attempt(out, "there", lambda: loop.remove_signal_handler(signal.SIGUSR1))
    attempt(out, "again", lambda: loop.remove_signal_handler(signal.SIGUSR1))
    loop.add_signal_handler(signal.SIGUSR1, lambda: out("never"))
    loop.close()
    attempt(out, "closed", lambda: loop.remove_signal_handler(signal.SIGUSR1))


@scenario("EL-114", "R-121")
def scenario_a_signal_whose_handler_is_removed_before_its_turn_is_not_told(out):
    with new_loop() as loop:

        def send_and_remove():
            usr1()
            attempt(out, "remove", lambda: loop.remove_signal_handler(signal.SIGUSR1))

        loop.add_signal_handler(signal.SIGUSR1, lambda: out("never"))
        loop.call_soon(send_and_remove)
        for _ in range(5):
            run_briefly(loop)
        out("end")


@scenario("EL-114")
def scenario_a_signal_handler_that_removes_itself_is_called_once(out):
    with new_loop() as loop:

        def handler():
            out("handler")
            attempt(out, "remove", lambda: loop.remove_signal_handler(signal.SIGUSR1))
            loop.stop()

        loop.add_signal_handler(signal.SIGUSR1, handler)
        loop.call_soon(usr1)
        loop.run_forever()
        attempt(out, "remove again", lambda: loop.remove_signal_handler(signal.SIGUSR1))


@scenario("EL-113", "EL-114")
def scenario_a_signal_handler_can_be_added_again_after_its_removal(out):
    with new_loop() as loop:
        loop.add_signal_handler(signal.SIGUSR1, lambda: out("never"))
        loop.remove_signal_handler(signal.SIGUSR1)
        loop.add_signal_handler(signal.SIGUSR1, lambda: (out("handler"), loop.stop()))
        loop.call_soon(usr1)
        loop.run_forever()


@scenario("EL-113", "EL-114", mirror="by number")
def scenario_what_is_no_signal_is_refused(out):
    with new_loop() as loop:
        for number in (0, -1, 65, 1000):
            attempt(out, f"add {number}", lambda: loop.add_signal_handler(number, lambda: None))
            attempt(out, f"remove {number}", lambda: loop.remove_signal_handler(number))


@scenario("EL-113", "EL-114")
def scenario_signals_that_cannot_be_caught_are_refused(out):
    with new_loop() as loop:
        for name, number in (("KILL", signal.SIGKILL), ("STOP", signal.SIGSTOP)):
            attempt(out, f"add {name}", lambda: loop.add_signal_handler(number, lambda: None))
            attempt(out, f"remove {name}", lambda: loop.remove_signal_handler(number))


@scenario("EL-113", "EL-15")
def scenario_a_closed_loop_takes_no_signal_handler(out):
    loop = asyncio.new_event_loop()
    loop.close()
    attempt(out, "add", lambda: loop.add_signal_handler(signal.SIGUSR1, lambda: None))


@scenario("EL-113")
def scenario_a_signal_handler_runs_in_the_context_of_its_addition(out):
    with new_loop() as loop:
        value.set("added")
        loop.add_signal_handler(signal.SIGUSR1, lambda: (out(value.get()), loop.stop()))
        value.set("later")
        loop.call_soon(usr1)
        loop.run_forever()
        out(value.get())


@scenario("EL-113")
def scenario_what_a_signal_handler_sets_in_its_context_is_there_the_next_time(out):
    with new_loop() as loop:

        def handler():
            out(value.get())
            if value.get() == "first":
                loop.stop()
            else:
                value.set("first")
                usr1()

        loop.add_signal_handler(signal.SIGUSR1, handler)
        loop.call_soon(usr1)
        loop.run_forever()
        out(value.get())


@scenario("EL-113", "R-16")
def scenario_a_signal_handler_that_fails_is_reported_and_stays(out):
    with new_loop() as loop:
        loop.set_exception_handler(print_to(out))
        calls = []

        def handler():
            calls.append(None)
            if len(calls) == 2:
                loop.stop()
            else:
                usr1()
            raise Boom(f"call {len(calls)}")

        loop.add_signal_handler(signal.SIGUSR1, handler)
        loop.call_soon(usr1)
        loop.run_forever()
        attempt(out, "remove", lambda: loop.remove_signal_handler(signal.SIGUSR1))


@scenario("EL-113", "R-18")
def scenario_a_keyboard_interrupt_out_of_a_signal_handler_ends_the_run(out):
    with new_loop() as loop:

        def handler():
            raise KeyboardInterrupt

        loop.add_signal_handler(signal.SIGUSR1, handler)
        loop.call_soon(usr1)
        attempt(out, "run", loop.run_forever)
        out(f"running {show(loop.is_running())}")


@scenario("R-121", "EL-113")
def scenario_a_signal_between_two_runs_is_told_in_the_next(out):
    with new_loop() as loop:
        loop.add_signal_handler(signal.SIGUSR1, lambda: (out("handler"), loop.stop()))
        run_briefly(loop)
        usr1()
        out("sent")
        loop.run_forever()


@scenario("EL-113", "EL-31", mirror="a handler starts the task, as it may not suspend")
async def scenario_a_signal_handler_may_start_a_task(out):
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    async def clean_up():
        out("clean up")
        await settle()
        done.set_result("cleaned up")

    tasks = []
    loop.add_signal_handler(signal.SIGUSR1, lambda: tasks.append(loop.create_task(clean_up())))
    usr1()
    out(await done)


@scenario("EL-113", "TK-02")
async def scenario_a_signal_handler_may_cancel_the_task_that_waits(out):
    loop = asyncio.get_running_loop()

    async def wait():
        try:
            await loop.create_future()
        finally:
            out("clean up")

    task = loop.create_task(wait())
    loop.add_signal_handler(signal.SIGUSR1, task.cancel)
    loop.call_soon(usr1)
    await attempt_await(out, "task", task)


@scenario("EL-113", "TC-12")
async def scenario_a_handler_for_ctrl_c_takes_it_from_run(out):
    loop = asyncio.get_running_loop()
    handled = loop.create_future()
    loop.add_signal_handler(signal.SIGINT, handled.set_result, "handled")
    signal.raise_signal(signal.SIGINT)
    out(await handled)
    out(f"cancelling {asyncio.current_task().cancelling()}")
