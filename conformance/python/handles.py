# SPDX-License-Identifier: Apache-2.0
"""Handles and timer handles."""

import contextvars

from scenario import scenario
from support import new_loop, run_briefly
from words import attempt, show


@scenario("EL-140", "EL-141")
def scenario_a_cancelled_callback_is_skipped(out):
    with new_loop() as loop:
        loop.call_soon(lambda: out("a"))
        handle = loop.call_soon(lambda: out("b"))
        loop.call_soon(lambda: out("c"))
        attempt(out, "cancelled before", handle.cancelled)
        handle.cancel()
        handle.cancel()
        attempt(out, "cancelled after", handle.cancelled)
        run_briefly(loop)


@scenario("EL-140", "R-01")
def scenario_a_callback_can_cancel_a_later_one_of_its_own_batch(out):
    with new_loop() as loop:
        handles = []
        loop.call_soon(lambda: handles[0].cancel())
        handles.append(loop.call_soon(lambda: out("cancelled callback")))
        loop.call_soon(lambda: out("last"))
        run_briefly(loop)


@scenario("EL-140", "EL-141")
def scenario_cancelling_a_handle_that_ran_changes_nothing_but_its_state(out):
    with new_loop() as loop:
        handle = loop.call_soon(lambda: out("ran"))
        run_briefly(loop)
        attempt(out, "cancelled after the run", handle.cancelled)
        handle.cancel()
        attempt(out, "cancelled after cancel", handle.cancelled)
        run_briefly(loop)


@scenario("EL-141", "R-24")
def scenario_a_handle_knows_its_context(out):
    with new_loop() as loop:
        context = contextvars.copy_context()
        given = loop.call_soon(lambda: None, context=context)
        copied = loop.call_soon(lambda: None)
        timer = loop.call_later(1, lambda: None, context=context)
        out(f"given: {show(given.get_context() is context)}")
        out(f"copied: {show(copied.get_context() is context)}")
        out(f"timer: {show(timer.get_context() is context)}")


@scenario("EL-142", "EL-23", "EL-22")
def scenario_a_timer_handle_tells_when_it_is_due(out):
    with new_loop() as loop:
        when = loop.time() + 60
        at = loop.call_at(when, lambda: None)
        out(f"call_at keeps the time: {show(at.when() == when)}")
        before = loop.time()
        later = loop.call_later(60, lambda: None)
        after = loop.time()
        out(f"call_later adds the delay: {show(before + 60 <= later.when() <= after + 60)}")
        at.cancel()
        out(f"a cancelled timer still tells: {show(at.when() == when)}")
        attempt(out, "cancelled", at.cancelled)
