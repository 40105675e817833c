# SPDX-License-Identifier: Apache-2.0
"""Futures."""

import asyncio
import concurrent.futures
import threading

from scenario import scenario
from support import new_loop, print_to, run_briefly
from words import Boom, attempt, attempt_await, show


@scenario("FT-01", "FT-02", "FT-03", "EL-30")
def scenario_a_future_goes_from_pending_to_finished(out):
    with new_loop() as loop:
        future = loop.create_future()
        out(f"of its loop: {show(future.get_loop() is loop)}")
        out(f"done {show(future.done())}, cancelled {show(future.cancelled())}")
        attempt(out, "result", future.result)
        attempt(out, "exception", future.exception)
        future.set_result(1)
        out(f"done {show(future.done())}, cancelled {show(future.cancelled())}")
        attempt(out, "result", future.result)
        attempt(out, "exception", future.exception)


@scenario("FT-02", "FT-03", mirror="the very same exception object each time")
def scenario_a_failed_future_rethrows_its_exception(out):
    with new_loop() as loop:
        future = loop.create_future()
        boom = Boom("boom")
        future.set_exception(boom)
        out(f"done {show(future.done())}, cancelled {show(future.cancelled())}")
        attempt(out, "result", future.result)
        attempt(out, "exception", future.exception)
        out(f"same exception: {show(future.exception() is boom)}")


@scenario("FT-02", "FT-04", "FT-01")
def scenario_a_cancelled_future_answers_with_cancelled(out):
    with new_loop() as loop:
        future = loop.create_future()
        attempt(out, "cancel", future.cancel)
        attempt(out, "cancel again", future.cancel)
        out(f"done {show(future.done())}, cancelled {show(future.cancelled())}")
        attempt(out, "result", future.result)
        attempt(out, "exception", future.exception)


@scenario("FT-03", "FT-04")
def scenario_a_future_is_completed_once(out):
    with new_loop() as loop:
        finished = loop.create_future()
        finished.set_result(1)
        attempt(out, "finished: set_result", lambda: finished.set_result(2))
        attempt(out, "finished: set_exception", lambda: finished.set_exception(Boom("late")))
        attempt(out, "finished: cancel", finished.cancel)
        attempt(out, "finished: result", finished.result)
        cancelled = loop.create_future()
        cancelled.cancel()
        attempt(out, "cancelled: set_result", lambda: cancelled.set_result(2))
        attempt(out, "cancelled: set_exception", lambda: cancelled.set_exception(Boom("late")))
        attempt(out, "cancelled: result", cancelled.result)


@scenario("FT-05", "R-33")
def scenario_done_callbacks_run_in_order_one_iteration_later(out):
    with new_loop() as loop:
        future = loop.create_future()

        def complete():
            future.add_done_callback(lambda f: out(f"first {f.result()}"))
            future.add_done_callback(lambda f: out(f"second {f.result()}"))
            loop.call_soon(lambda: out("queued before"))
            future.set_result(1)
            loop.call_soon(lambda: out("queued after"))
            out("set")

        loop.call_soon(complete)
        run_briefly(loop)
        out("next iteration")
        run_briefly(loop)


@scenario("FT-05", "R-33")
def scenario_a_callback_added_to_a_done_future_is_queued_at_once(out):
    with new_loop() as loop:
        future = loop.create_future()
        future.set_result(1)
        loop.call_soon(lambda: out("queued before"))
        future.add_done_callback(lambda f: out(f"result {f.result()}"))
        loop.call_soon(lambda: out("queued after"))
        out("added")
        run_briefly(loop)


@scenario("FT-04", "FT-05", "R-33")
def scenario_cancelling_a_future_queues_its_callbacks(out):
    with new_loop() as loop:
        future = loop.create_future()
        future.add_done_callback(lambda f: out(f"cancelled {show(f.cancelled())}"))
        future.cancel()
        out("cancel returned")
        run_briefly(loop)


@scenario("FT-05", mirror="the same callback object is added twice")
def scenario_removing_a_done_callback_removes_all_equal_ones(out):
    with new_loop() as loop:
        future = loop.create_future()

        def callback(f):
            out("removed callback")

        future.add_done_callback(callback)
        future.add_done_callback(lambda f: out("other callback"))
        future.add_done_callback(callback)
        attempt(out, "remove", lambda: future.remove_done_callback(callback))
        attempt(out, "remove again", lambda: future.remove_done_callback(callback))
        future.set_result(None)
        run_briefly(loop)


@scenario("R-34", "FT-05", "R-16")
def scenario_a_done_callback_that_raises_is_reported_and_the_others_run(out):
    with new_loop() as loop:
        loop.set_exception_handler(print_to(out))

        def fail(f):
            raise Boom("boom")

        future = loop.create_future()
        future.add_done_callback(lambda f: out("first"))
        future.add_done_callback(fail)
        future.add_done_callback(lambda f: out("last"))
        future.set_result(None)
        run_briefly(loop)


@scenario("R-35", "FT-07")
async def scenario_awaiting_a_done_future_does_not_suspend(out):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result(1)
    loop.call_soon(lambda: out("callback"))
    for _ in range(3):
        out(f"awaited {await future}")
    await asyncio.sleep(0)
    out("end")


@scenario("R-33", "FT-07")
async def scenario_an_awaiting_task_resumes_one_iteration_after_the_result(out):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def complete():
        loop.call_soon(lambda: out("queued before the result"))
        future.set_result(1)
        loop.call_soon(lambda: out("queued after the result"))
        out("result set")

    loop.call_soon(complete)
    out(f"awaited {await future}")
    await asyncio.sleep(0)


@scenario("R-33", "FT-05", "FT-07")
async def scenario_all_who_await_a_future_resume_in_the_order_they_came(out):
    future = asyncio.get_running_loop().create_future()

    async def wait(name):
        out(f"{name} waits")
        out(f"{name} got {await future}")

    tasks = [asyncio.create_task(wait(name)) for name in ["a", "b", "c"]]
    await asyncio.sleep(0)
    future.set_result(7)
    out("set")
    await asyncio.gather(*tasks)


@scenario("R-55", "FT-07")
def scenario_awaiting_a_future_of_another_loop_fails_in_the_task(out):
    with new_loop() as loop, new_loop() as other:
        foreign = other.create_future()

        async def body():
            out("await")
            await attempt_await(out, "foreign", foreign)
            await asyncio.sleep(0)
            out("the task goes on")

        loop.run_until_complete(body())
        attempt(out, "foreign is done", foreign.done)


@scenario("FT-07")
async def scenario_a_task_cannot_await_itself(out):
    async def body():
        await attempt_await(out, "itself", asyncio.current_task())
        return "finished"

    task = asyncio.create_task(body())
    out(await task)


@scenario("FT-08", mirror="concurrent.futures.Future is CompletableFuture; the wrapper is a Future of the loop")
async def scenario_a_wrapped_concurrent_future_completes_on_the_loop(out):
    source = concurrent.futures.Future()
    failing = concurrent.futures.Future()
    wrapper = asyncio.wrap_future(source)
    failing_wrapper = asyncio.wrap_future(failing)

    def complete():
        source.set_result("from a thread")
        failing.set_exception(Boom("boom"))

    thread = threading.Thread(target=complete)
    thread.start()
    await attempt_await(out, "result", wrapper)
    await attempt_await(out, "failure", failing_wrapper)
    thread.join()


@scenario("FT-08", mirror="CompletableFuture for the concurrent future")
async def scenario_cancelling_the_wrapper_cancels_the_concurrent_future(out):
    source = concurrent.futures.Future()
    wrapper = asyncio.wrap_future(source)
    wrapper.cancel()
    await attempt_await(out, "wrapper", wrapper)
    await asyncio.sleep(0)
    out(f"source cancelled {show(source.cancelled())}")
    other = concurrent.futures.Future()
    wrapper = asyncio.wrap_future(other)
    other.cancel()
    await attempt_await(out, "wrapper of a cancelled source", wrapper)


@scenario("FT-08", mirror="CompletableFuture for the concurrent future")
def scenario_the_result_of_a_concurrent_future_is_dropped_when_the_loop_is_closed(out):
    with new_loop() as loop:
        source = concurrent.futures.Future()
        wrapper = asyncio.wrap_future(source, loop=loop)
    attempt(out, "set", lambda: source.set_result(1))
    attempt(out, "wrapper is done", wrapper.done)


@scenario("FT-06", "EL-123", mirror="reading exception() marks it as retrieved, so closing the loop reports nothing")
def scenario_a_failed_future_is_not_reported_when_it_fails(out):
    with new_loop() as loop:
        loop.set_exception_handler(print_to(out))

        async def fail():
            raise Boom("task boom")

        future = loop.create_future()
        future.set_exception(Boom("future boom"))
        task = loop.create_task(fail())
        run_briefly(loop)
        run_briefly(loop)
        out("nothing reported")
        attempt(out, "future", future.exception)
        attempt(out, "task", task.exception)
