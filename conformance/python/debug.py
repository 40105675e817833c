# SPDX-License-Identifier: Apache-2.0
"""Debug mode."""

import time

from scenario import scenario
from support import Warnings, in_thread, new_loop, print_to, run_briefly, socket_pair
from words import Boom, attempt, show


@scenario("EL-124")
def scenario_debug_mode_is_off_by_default_and_can_be_switched_while_running(out):
    with new_loop() as loop:

        def switch():
            loop.set_debug(True)
            attempt(out, "in the callback", loop.get_debug)

        attempt(out, "at first", loop.get_debug)
        loop.call_soon(switch)
        run_briefly(loop)
        attempt(out, "after the run", loop.get_debug)
        loop.set_debug(False)
        attempt(out, "switched off", loop.get_debug)


@scenario("R-25", "EL-20", "EL-22", "EL-23", "EL-21", mirror="debug mode is on")
def scenario_debug_mode_refuses_calls_from_another_thread_while_the_loop_runs(out):
    with new_loop() as loop:
        loop.set_debug(True)

        def nothing():
            out("refused callback")

        def from_thread(label, call):
            attempt(out, label, lambda: in_thread(lambda: show(call() is not None)))

        def callback():
            from_thread("call_soon", lambda: loop.call_soon(nothing))
            from_thread("call_later", lambda: loop.call_later(0, nothing))
            from_thread("call_at", lambda: loop.call_at(0, nothing))
            from_thread("threadsafe", lambda: loop.call_soon_threadsafe(lambda: out("posted")))

        loop.call_soon(callback)
        run_briefly(loop)
        run_briefly(loop)


@scenario("R-25", "EL-20", mirror="debug mode is on, the loop does not run")
def scenario_a_stopped_loop_may_be_called_from_another_thread(out):
    with new_loop() as loop:
        loop.set_debug(True)
        in_thread(lambda: loop.call_soon(lambda: out("queued by another thread")) and None)
        out("queued")
        run_briefly(loop)


@scenario("EL-125", mirror="print the duration in milliseconds")
def scenario_callbacks_are_slow_from_100_ms_on(out):
    with new_loop() as loop:
        out(f"slow_callback_duration {round(loop.slow_callback_duration * 1000)} ms")
        loop.slow_callback_duration = 0.25
        out(f"slow_callback_duration {round(loop.slow_callback_duration * 1000)} ms")


@scenario("EL-125", "R-27", mirror="watch the library's logger for a warning; the text is not compared")
def scenario_a_slow_callback_is_logged_in_debug_mode_only(out):
    with new_loop() as loop:
        loop.slow_callback_duration = 0.01
        for debug in [False, True]:
            loop.set_debug(debug)
            with Warnings() as warnings:
                loop.call_soon(time.sleep, 0.02)
                run_briefly(loop)
            out(f"debug {show(debug)}: warned {show(len(warnings.texts) > 0)}")


@scenario("EL-123", "R-16", "EL-124", mirror="in debug mode the handler is told source_traceback")
def scenario_in_debug_mode_each_failed_callback_tells_where_it_was_made(out):
    with new_loop() as loop, socket_pair() as (one, other):
        loop.set_debug(True)
        loop.set_exception_handler(print_to(out))

        def fail(kind):
            loop.remove_reader(one)
            loop.remove_writer(one)
            raise Boom(kind)

        loop.call_soon(fail, "soon")
        loop.call_soon_threadsafe(fail, "threadsafe")
        future = loop.create_future()
        future.add_done_callback(lambda _: fail("done callback"))
        future.set_result(None)
        future.add_done_callback(lambda _: fail("callback of a done future"))
        run_briefly(loop)
        loop.call_later(0, fail, "timer")
        run_briefly(loop)
        other.send(b"x")
        loop.add_reader(one, fail, "reader")
        run_briefly(loop)
        loop.add_writer(one, fail, "writer")
        run_briefly(loop)
