# SPDX-License-Identifier: Apache-2.0
"""Tasks."""

import asyncio
import threading

from scenario import scenario
from support import in_thread, new_loop, run_briefly, settle
from words import Boom, HardBoom, attempt, attempt_await, show


@scenario("TK-01", "R-01")
async def scenario_a_task_starts_in_the_next_iteration(out):
    loop = asyncio.get_running_loop()

    async def body():
        out("body")
        loop.call_soon(lambda: out("queued by the body"))

    loop.call_soon(lambda: out("queued before"))
    task = loop.create_task(body())
    loop.call_soon(lambda: out("queued after"))
    out("created")
    await task
    out("awaited")


@scenario("R-36", "TC-08")
async def scenario_sleep_zero_lets_everything_queued_run_once(out):
    loop = asyncio.get_running_loop()

    def callback():
        out("callback")
        loop.call_soon(lambda: out("queued by the callback"))

    loop.call_soon(callback)
    out("before")
    await asyncio.sleep(0)
    out("after the first")
    await asyncio.sleep(0)
    out("after the second")


@scenario("R-36", "TC-08", "R-01")
async def scenario_tasks_that_yield_take_turns(out):
    async def body(name):
        for turn in range(1, 4):
            out(f"{name} {turn}")
            await asyncio.sleep(0)
        return name

    tasks = [asyncio.create_task(body(name)) for name in ["a", "b"]]
    out("created")
    for task in tasks:
        out(f"result {await task}")


@scenario("TC-08", "EL-22")
async def scenario_sleepers_wake_in_the_order_of_their_delays(out):
    async def body(name, delay):
        await asyncio.sleep(delay)
        out(name)

    # Started in this order, so that their deadlines keep it however late they start.
    sleeps = [("short", 0.01), ("middle", 0.02), ("long", 0.03)]
    await asyncio.gather(*[body(name, delay) for name, delay in sleeps])
    out(f"negative delay: {show(await asyncio.sleep(-1))}")


@scenario("TK-01", "FT-02", "FT-05")
async def scenario_a_task_has_the_result_or_the_error_of_its_body(out):
    async def succeed():
        return 42

    async def fail():
        raise Boom("boom")

    good, bad = asyncio.create_task(succeed()), asyncio.create_task(fail())
    attempt(out, "result too early", good.result)
    attempt(out, "exception too early", bad.exception)
    good.add_done_callback(lambda task: out(f"callback {task.result()}"))
    await attempt_await(out, "good", good)
    await attempt_await(out, "bad", bad)
    attempt(out, "good result", good.result)
    attempt(out, "bad result", bad.result)
    attempt(out, "bad exception", bad.exception)
    attempt(out, "bad cancelled", bad.cancelled)


@scenario("TK-06")
async def scenario_any_throwable_of_a_body_is_kept_for_the_one_who_awaits(out):
    async def fail():
        raise HardBoom("hard boom")

    task = asyncio.create_task(fail())
    await attempt_await(out, "awaited", task)
    attempt(out, "exception", task.exception)
    out("the loop goes on")


@scenario("TK-06")
async def scenario_a_body_that_throws_cancelled_is_cancelled_without_a_request(out):
    async def body():
        raise asyncio.CancelledError

    task = asyncio.create_task(body())
    await attempt_await(out, "awaited", task)
    attempt(out, "cancelled", task.cancelled)
    attempt(out, "requests", task.cancelling)
    out(f"requests to the one who awaited: {asyncio.current_task().cancelling()}")


@scenario("TK-06", "TK-02")
async def scenario_a_body_that_ends_before_a_pending_cancel_is_delivered_is_cancelled(out):
    async def body():
        attempt(out, "cancel itself", asyncio.current_task().cancel)
        return "lost"

    task = asyncio.create_task(body())
    await attempt_await(out, "awaited", task)
    attempt(out, "cancelled", task.cancelled)


@scenario("R-37", "TK-06", "FT-07")
async def scenario_an_error_travels_through_a_chain_of_tasks(out):
    async def inner():
        await asyncio.sleep(0)
        raise Boom("boom")

    async def middle():
        try:
            await asyncio.create_task(inner())
        finally:
            out("middle cleans up")

    async def outer():
        try:
            await asyncio.create_task(middle())
        except Boom as error:
            out(f"outer caught {error}")
            return "recovered"

    await attempt_await(out, "chain", asyncio.create_task(outer()))


@scenario("R-53", "TK-01", "EL-31")
async def scenario_tasks_have_names(out):
    async def body():
        return asyncio.current_task().get_name()

    named = asyncio.create_task(body(), name="worker")
    out(f"given {named.get_name()}, inside {await named}")
    renamed = asyncio.create_task(body())
    renamed.set_name("renamed")
    out(f"set {renamed.get_name()}, inside {await renamed}")
    unnamed = asyncio.create_task(body())
    out(f"default starts with Task-: {show(unnamed.get_name().startswith('Task-'))}")
    await unnamed


@scenario("R-53", mirror="the number behind Task- grows by one; the task with a name takes none")
async def scenario_only_tasks_without_a_name_take_a_number(out):
    async def body():
        pass

    def number(task):
        return int(task.get_name().removeprefix("Task-"))

    first = asyncio.create_task(body())
    named = asyncio.create_task(body(), name="worker")
    second = asyncio.create_task(body())
    out(f"difference {number(second) - number(first)}")
    await asyncio.gather(first, named, second)


@scenario("TK-09")
def scenario_the_current_task_is_known_inside_tasks_only(out):
    with new_loop() as loop:
        attempt(out, "no loop runs", asyncio.current_task)
        attempt(out, "given loop", lambda: asyncio.current_task(loop))

        async def body():
            loop.call_soon(lambda: attempt(out, "callback", asyncio.current_task))
            out(f"before a suspension: {show(asyncio.current_task() is task)}")
            await asyncio.sleep(0)
            out(f"after a suspension: {show(asyncio.current_task() is task)}")

        task = loop.create_task(body())
        loop.run_until_complete(task)


@scenario("TK-09")
async def scenario_all_tasks_are_those_that_are_not_done(out):
    gate = asyncio.get_running_loop().create_future()

    async def wait():
        await gate

    main = asyncio.current_task()
    tasks = [asyncio.create_task(wait()) for _ in range(3)]
    out(f"started {len(asyncio.all_tasks())}")
    out(f"main is one of them: {show(main in asyncio.all_tasks())}")
    tasks[0].cancel()
    await asyncio.sleep(0)
    out(f"after a cancel {len(asyncio.all_tasks())}")
    gate.set_result(None)
    await asyncio.gather(*tasks[1:])
    out(f"at the end {len(asyncio.all_tasks())}")


@scenario("TK-09")
def scenario_all_tasks_without_a_running_loop_needs_a_loop(out):
    with new_loop() as loop, new_loop() as other:

        async def body():
            pass

        task = loop.create_task(body())
        attempt(out, "no loop", lambda: len(asyncio.all_tasks()))
        attempt(out, "its loop", lambda: len(asyncio.all_tasks(loop)))
        attempt(out, "another loop", lambda: len(asyncio.all_tasks(other)))
        loop.run_until_complete(task)
        attempt(out, "after the run", lambda: len(asyncio.all_tasks(loop)))


@scenario("TK-01", "EL-31")
def scenario_create_task_outside_of_a_loop_is_refused(out):
    async def body():
        out("body")

    attempt(out, "create_task", lambda: asyncio.create_task(body()))
    attempt(out, "in a thread", lambda: in_thread(lambda: asyncio.create_task(body())))
    with new_loop() as loop:
        task = loop.create_task(body())
        out("the loop's own method works before it runs")
        run_briefly(loop)
        attempt(out, "done", task.done)


@scenario("FT-07", "TK-01", "R-33")
async def scenario_awaiting_a_finished_task_does_not_suspend(out):
    loop = asyncio.get_running_loop()

    async def body():
        return 1

    task = asyncio.create_task(body())
    await task
    loop.call_soon(lambda: out("callback"))
    out(f"awaited {await task}")
    await asyncio.sleep(0)


@scenario("R-36", "R-03", "TC-08")
async def scenario_a_task_that_yields_does_not_starve_a_timer(out):
    loop = asyncio.get_running_loop()
    fired = loop.create_future()
    loop.call_later(0.01, fired.set_result, None)
    while not fired.done():
        await asyncio.sleep(0)
    out("timer fired")


@scenario("TK-01")
async def scenario_only_its_body_completes_a_task(out):
    async def body():
        return 1

    task = asyncio.create_task(body())
    attempt(out, "set_result", lambda: task.set_result(2))
    attempt(out, "set_exception", lambda: task.set_exception(Boom("boom")))
    await attempt_await(out, "task", task)


@scenario("TK-01", "R-33")
async def scenario_all_who_await_a_task_wake_in_the_order_they_came(out):
    async def work():
        await settle()
        return "result"

    async def wait(name):
        await attempt_await(out, name, worker)

    worker = asyncio.create_task(work())
    await asyncio.gather(*[wait(name) for name in "abc"])


@scenario("R-33", "TK-01")
async def scenario_the_end_of_a_task_is_seen_one_iteration_later(out):
    async def work():
        await asyncio.sleep(0)
        out("work ends")
        asyncio.get_running_loop().call_soon(lambda: out("queued by the work"))

    async def wait():
        await worker
        out("waiter")

    worker = asyncio.create_task(work())
    waiter = asyncio.create_task(wait())
    worker.add_done_callback(lambda t: out("callback"))
    await waiter


@scenario("R-55", "TC-04", "FT-07")
def scenario_gather_keeps_to_one_loop(out):
    with new_loop() as loop, new_loop() as other:
        foreign = other.create_future()

        async def main():
            own = loop.create_future()
            attempt(out, "gather", lambda: asyncio.gather(own, foreign))
            await attempt_await(out, "await", foreign)
            await asyncio.sleep(0)
            return "goes on"

        attempt(out, "main", lambda: loop.run_until_complete(main()))


@scenario("R-55", "FT-07", mirror="the error comes back in the next iteration")
def scenario_the_refusal_of_a_foreign_future_costs_an_iteration(out):
    with new_loop() as loop, new_loop() as other:
        foreign = other.create_future()

        async def main():
            loop.call_soon(lambda: out("callback"))
            await attempt_await(out, "await", foreign)
            foreign.cancel()

        loop.run_until_complete(main())


@scenario("TK-01", "EL-31")
async def scenario_a_callback_may_create_tasks(out):
    loop = asyncio.get_running_loop()

    async def body():
        out("body")
        return 1

    def create():
        created.set_result(asyncio.create_task(body()))
        out("created")

    created = loop.create_future()
    loop.call_soon(create)
    task = await created
    await attempt_await(out, "task", task)


@scenario("TK-09", "TC-04")
async def scenario_a_task_is_current_while_it_runs_whoever_created_it(out):
    async def body(name):
        for _ in range(2):
            out(f"{name} is {asyncio.current_task().get_name()}")
            await asyncio.sleep(0)

    first = asyncio.create_task(body("first"), name="first task")
    second = asyncio.create_task(body("second"), name="second task")
    await asyncio.gather(first, second)


@scenario("TK-06", "TC-11", mirror="the loop is run again afterwards")
def scenario_a_system_exit_of_a_task_is_kept_and_leaves_the_loop(out):
    async def leave():
        raise SystemExit(3)

    async def other():
        await settle()
        return "other ends"

    with new_loop() as loop:
        task, others = loop.create_task(leave()), loop.create_task(other())
        attempt(out, "run", lambda: loop.run_until_complete(others))
        attempt(out, "kept", task.exception)
        attempt(out, "run again", lambda: loop.run_until_complete(others))


@scenario("TC-10", "TK-02", mirror="the task is cancelled on the loop")
async def scenario_a_cancelled_task_cancels_the_threads_future(out):
    loop = asyncio.get_running_loop()
    started = loop.create_future()

    async def body():
        started.set_result(asyncio.current_task())
        await asyncio.sleep(3600)

    future = in_thread(lambda: asyncio.run_coroutine_threadsafe(body(), loop))
    task = await started
    task.cancel()
    await attempt_await(out, "task", task)
    await settle()
    out(f"done {show(future.done())}, cancelled {show(future.cancelled())}")


@scenario("TC-09")
async def scenario_a_call_can_be_made_in_another_thread(out):
    here = threading.get_ident()

    def call():
        attempt(out, "running loop", asyncio.get_running_loop)
        attempt(out, "current task", asyncio.current_task)
        return threading.get_ident() != here

    def fail():
        raise Boom("boom")

    await attempt_await(out, "another thread", asyncio.to_thread(call))
    await attempt_await(out, "error", asyncio.to_thread(fail))


@scenario("TC-09")
async def scenario_the_loop_goes_on_while_a_call_blocks_another_thread(out):
    gate = threading.Event()

    def block():
        gate.wait()
        return "unblocked"

    async def release():
        await settle()
        out("release")
        gate.set()

    task = asyncio.create_task(release())
    await attempt_await(out, "to_thread", asyncio.to_thread(block))
    await task


@scenario("TC-09", "TK-02", mirror="the call is inside its block when the task is cancelled, and ignores an interrupt")
async def scenario_cancelling_to_thread_does_not_stop_the_call(out):
    started, gate, ended = threading.Event(), threading.Event(), threading.Event()

    def block():
        started.set()
        gate.wait()
        ended.set()

    async def body():
        await asyncio.to_thread(block)

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    started.wait()
    task.cancel()
    await attempt_await(out, "task", task)
    out(f"call ended {show(ended.is_set())}")
    gate.set()
    ended.wait()
    out(f"call ended {show(ended.is_set())}")


@scenario("TC-08")
async def scenario_sleep_returns_what_it_is_given(out):
    await attempt_await(out, "no delay", asyncio.sleep(0, "first"))
    await attempt_await(out, "a delay", asyncio.sleep(0.001, "second"))
    await attempt_await(out, "a negative delay", asyncio.sleep(-1, "third"))
    await attempt_await(out, "nothing", asyncio.sleep(0.001))
