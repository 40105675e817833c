# SPDX-License-Identifier: Apache-2.0
"""Threads beside the loop."""

import asyncio
import concurrent.futures
import contextvars
import threading

from scenario import scenario
from support import in_thread, new_loop, settle
from words import Boom, attempt, attempt_await, show

value = contextvars.ContextVar("value", default="default")


@scenario("EL-115")
async def scenario_an_executor_call_has_a_result_or_an_error(out):
    loop = asyncio.get_running_loop()

    def fail():
        raise Boom("boom")

    await attempt_await(out, "result", loop.run_in_executor(None, lambda: 1))
    await attempt_await(out, "error", loop.run_in_executor(None, fail))


@scenario("EL-115", "EL-01")
async def scenario_an_executor_call_runs_in_another_thread_without_the_loop(out):
    loop = asyncio.get_running_loop()
    here = threading.get_ident()

    def call():
        attempt(out, "running loop", asyncio.get_running_loop)
        return threading.get_ident() != here

    await attempt_await(out, "another thread", loop.run_in_executor(None, call))


@scenario("EL-115")
async def scenario_the_loop_goes_on_while_an_executor_call_blocks(out):
    loop = asyncio.get_running_loop()
    gate = threading.Event()

    def block():
        gate.wait()
        return "unblocked"

    future = loop.run_in_executor(None, block)
    await asyncio.sleep(0.01)
    out(f"done {show(future.done())}")
    gate.set()
    out(await future)


@scenario("EL-115", mirror="the call is inside its block when the future is cancelled")
async def scenario_cancelling_an_executor_future_does_not_stop_a_running_call(out):
    loop = asyncio.get_running_loop()
    started, gate, ended = threading.Event(), threading.Event(), threading.Event()

    def block():
        started.set()
        gate.wait()
        ended.set()

    future = loop.run_in_executor(None, block)
    started.wait()
    attempt(out, "cancel", future.cancel)
    await attempt_await(out, "future", future)
    out(f"call ended {show(ended.is_set())}")
    gate.set()
    ended.wait()
    out(f"call ended {show(ended.is_set())}")


@scenario("EL-115")
async def scenario_an_executor_of_ones_own_can_be_used(out):
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="own") as executor:
        name = await loop.run_in_executor(executor, lambda: threading.current_thread().name)
        out(f"own thread {show(name.startswith('own'))}")


@scenario("EL-17", "EL-115")
async def scenario_the_default_executor_is_refused_after_its_shutdown(out):
    loop = asyncio.get_running_loop()
    await attempt_await(out, "before", loop.run_in_executor(None, lambda: 1))
    await attempt_await(out, "shutdown", loop.shutdown_default_executor())
    attempt(out, "after", lambda: loop.run_in_executor(None, lambda: 2))
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        await attempt_await(out, "own executor", loop.run_in_executor(executor, lambda: 3))


@scenario("EL-17")
async def scenario_shutting_down_an_executor_that_was_never_used_returns_at_once(out):
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: out("callback"))
    await attempt_await(out, "shutdown", loop.shutdown_default_executor())
    await asyncio.sleep(0)
    attempt(out, "run_in_executor", lambda: loop.run_in_executor(None, lambda: 1))


@scenario("EL-17", mirror="the loop goes on while the shutdown waits")
async def scenario_executor_shutdown_waits_for_running_calls(out):
    loop = asyncio.get_running_loop()
    gate = threading.Event()

    def block():
        gate.wait()
        out("call ends")

    def release():
        out("release")
        gate.set()

    call = loop.run_in_executor(None, block)
    loop.call_later(0.01, release)
    await loop.shutdown_default_executor()
    out("shut down")
    await call


@scenario("TC-10", mirror="a CompletableFuture; the posting thread is not the loop's")
async def scenario_a_coroutine_can_be_run_from_another_thread(out):
    loop = asyncio.get_running_loop()

    async def succeed():
        return asyncio.get_running_loop() is loop

    async def fail():
        raise Boom("boom")

    def from_thread(body):
        return asyncio.run_coroutine_threadsafe(body(), loop).result(30)

    await attempt_await(out, "on the loop", loop.run_in_executor(None, from_thread, succeed))
    await attempt_await(out, "error", loop.run_in_executor(None, from_thread, fail))


@scenario("TC-10", "TK-02")
async def scenario_cancelling_the_threads_future_cancels_the_task(out):
    loop = asyncio.get_running_loop()
    started, cleaned = loop.create_future(), loop.create_future()

    async def body():
        try:
            started.set_result(None)
            await asyncio.sleep(3600)
        finally:
            out("clean up")
            cleaned.set_result(None)

    future = in_thread(lambda: asyncio.run_coroutine_threadsafe(body(), loop))
    await started
    attempt(out, "cancel", lambda: in_thread(future.cancel))
    await cleaned
    attempt(out, "cancelled", future.cancelled)


@scenario("TC-10", "EL-15", mirror="the body never runs")
def scenario_a_coroutine_cannot_be_run_in_a_closed_loop(out):
    async def body():
        out("body")

    with new_loop() as loop:
        pass
    attempt(out, "run", lambda: show(asyncio.run_coroutine_threadsafe(body(), loop) is not None))


@scenario("TC-10", mirror="the time is over long before the task ends")
async def scenario_a_thread_that_gives_up_waiting_leaves_the_task_running(out):
    loop = asyncio.get_running_loop()
    gate = loop.create_future()

    async def body():
        return await gate

    def wait_in_vain():
        future = asyncio.run_coroutine_threadsafe(body(), loop)
        attempt(out, "in time", lambda: future.result(0.01))
        return future

    future = await loop.run_in_executor(None, wait_in_vain)
    out(f"done {show(future.done())}, cancelled {show(future.cancelled())}")
    gate.set_result("value")
    await attempt_await(out, "later", loop.run_in_executor(None, future.result, 30))


@scenario("EL-115", mirror="the value is that of the thread's own context")
async def scenario_an_executor_call_does_not_see_the_context_of_its_caller(out):
    loop = asyncio.get_running_loop()
    value.set("caller's")
    await attempt_await(out, "executor", loop.run_in_executor(None, value.get))
    await attempt_await(out, "to_thread", asyncio.to_thread(value.get))


@scenario("EL-115", "R-124", mirror="one thread, which the first call holds")
async def scenario_an_executor_call_that_is_cancelled_before_its_start_never_runs(out):
    loop = asyncio.get_running_loop()
    gate = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        first = loop.run_in_executor(executor, gate.wait)
        second = loop.run_in_executor(executor, lambda: out("never"))
        third = loop.run_in_executor(executor, lambda: "third")
        attempt(out, "cancel", second.cancel)
        await attempt_await(out, "second", second)
        await settle()
        gate.set()
        await first
        await attempt_await(out, "third", third)


@scenario("EL-115")
async def scenario_calls_of_one_thread_run_in_their_order(out):
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        calls = [loop.run_in_executor(executor, out, f"call {i}") for i in range(3)]
        for call in calls:
            await call


@scenario("EL-116", "EL-115")
async def scenario_the_default_executor_can_be_replaced(out):
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1, "own") as executor:
        loop.set_default_executor(executor)

        def call():
            return threading.current_thread().name.startswith("own")

        await attempt_await(out, "own thread", loop.run_in_executor(None, call))


@scenario("EL-17", "EL-116")
async def scenario_a_default_executor_of_ones_own_is_shut_down_too(out):
    loop = asyncio.get_running_loop()
    executor = concurrent.futures.ThreadPoolExecutor(1)
    loop.set_default_executor(executor)
    await loop.run_in_executor(None, out, "call")
    attempt(out, "before", lambda: executor.submit(lambda: None) is not None)
    await loop.shutdown_default_executor()
    attempt(out, "after", lambda: loop.run_in_executor(None, out, "never"))


@scenario("EL-17")
async def scenario_a_second_shutdown_of_the_executor_returns(out):
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, out, "call")
    await attempt_await(out, "first", loop.shutdown_default_executor())
    await attempt_await(out, "second", loop.shutdown_default_executor())


@scenario("EL-17", mirror="the thread is left alone, and a warning is logged")
async def scenario_a_shutdown_of_the_executor_gives_up_when_the_time_is_over(out):
    loop = asyncio.get_running_loop()
    started, gate = threading.Event(), threading.Event()

    def block():
        started.set()
        gate.wait()
        return "call"

    call = loop.run_in_executor(None, block)
    started.wait()
    await attempt_await(out, "shutdown", loop.shutdown_default_executor(0.02))
    attempt(out, "done", call.done)
    gate.set()
    await attempt_await(out, "call", call)


@scenario("EL-115", "EL-15")
def scenario_a_closed_loop_makes_no_executor_call(out):
    loop = asyncio.new_event_loop()
    loop.close()
    attempt(out, "call", lambda: loop.run_in_executor(None, out, "never"))
