# SPDX-License-Identifier: Apache-2.0
"""Timers and the clock."""

from scenario import scenario
from support import new_loop, run_briefly
from words import attempt, show


@scenario("EL-22", "EL-23", "R-02", mirror="absolute times on one base, so that load cannot change the order")
def scenario_timers_run_in_the_order_of_their_deadlines(out):
    with new_loop() as loop:
        base = loop.time()
        loop.call_at(base + 0.03, lambda: out("timer 3"))
        loop.call_at(base + 0.01, lambda: out("timer 1"))
        loop.call_at(base + 0.04, loop.stop)
        loop.call_at(base + 0.02, lambda: out("timer 2"))
        loop.run_forever()
        out(f"late enough: {show(loop.time() - base > 0.039)}")


@scenario("R-03", "EL-22")
def scenario_a_timer_without_delay_runs_after_callbacks_queued_later(out):
    with new_loop() as loop:
        loop.call_later(0, lambda: out("timer without delay"))
        loop.call_later(-1, lambda: out("timer with negative delay"))
        loop.call_soon(lambda: out("callback"))
        run_briefly(loop)
        out("stopped")


@scenario("R-01", "R-03", "EL-22")
def scenario_a_timer_set_by_a_timer_waits_for_the_next_iteration(out):
    with new_loop() as loop:

        def timer():
            out("timer")
            loop.call_later(-1, lambda: out("timer set by the timer"))
            loop.call_soon(lambda: out("callback queued by the timer"))

        loop.call_later(0, timer)
        run_briefly(loop)
        out("next iteration")
        run_briefly(loop)


@scenario("R-09", "EL-140", mirror="both timers are due in the same iteration")
def scenario_a_timer_cancelled_by_an_earlier_callback_of_its_iteration_does_not_run(out):
    with new_loop() as loop:
        base = loop.time()
        handles = []

        def first():
            out("first timer")
            handles[0].cancel()

        loop.call_at(base - 2, first)
        handles.append(loop.call_at(base - 1, lambda: out("second timer")))
        run_briefly(loop)
        attempt(out, "cancelled", handles[0].cancelled)
        run_briefly(loop)


@scenario("R-07", "R-08", "EL-140", mirror="cancelled twice each; the rest must still run in order")
def scenario_many_cancelled_timers_do_not_disturb_the_others(out):
    with new_loop() as loop:
        base = loop.time() - 1000
        ran = []
        handles = [loop.call_at(base + n, ran.append, n) for n in reversed(range(400))]
        for position, handle in enumerate(handles):
            if position % 4 != 0:
                handle.cancel()
                handle.cancel()
        run_briefly(loop)
        out(f"ran {len(ran)}")
        out(f"in order {show(ran == sorted(ran))}")


@scenario("R-07", "R-08", "R-04")
def scenario_a_loop_whose_next_timer_is_cancelled_waits_for_the_one_after_it(out):
    with new_loop() as loop:
        base = loop.time()
        cancelled = loop.call_at(base + 0.01, lambda: out("cancelled timer"))
        loop.call_at(base + 0.03, lambda: out("timer"))
        loop.call_at(base + 0.04, loop.stop)
        cancelled.cancel()
        loop.run_forever()
        out("stopped")


@scenario("EL-24", "EL-22")
def scenario_time_does_not_go_back(out):
    with new_loop() as loop:
        times = [loop.time() for _ in range(1000)]
        out(f"in order {show(times == sorted(times))}")
        seen = []
        start = loop.time()
        loop.call_later(0.02, lambda: (seen.append(loop.time()), loop.stop()))
        loop.run_forever()
        out(f"a delay passes {show(seen[0] - start > 0.019)}")


@scenario("EL-22", "EL-140")
def scenario_a_cancelled_timer_never_runs(out):
    with new_loop() as loop:
        handle = loop.call_later(0, lambda: out("timer"))
        handle.cancel()
        run_briefly(loop)
        run_briefly(loop)
        attempt(out, "cancelled", handle.cancelled)
