# SPDX-License-Identifier: Apache-2.0
"""Context variables."""

import asyncio
import contextvars

from scenario import scenario
from support import new_loop, run_briefly, socket_pair
from words import Boom, attempt, attempt_await, show

VALUE = contextvars.ContextVar("value", default="default")


@scenario("R-24", "EL-20", mirror="VALUE is a ContextVar with the default `default`")
def scenario_a_callback_runs_in_a_copy_of_the_context_it_was_queued_in(out):
    with new_loop() as loop:

        def change():
            out(f"first callback sees {VALUE.get()}")
            VALUE.set("changed by the first callback")

        VALUE.set("queued")
        loop.call_soon(change)
        loop.call_soon(lambda: out(f"second callback sees {VALUE.get()}"))
        loop.call_soon_threadsafe(lambda: out(f"third callback sees {VALUE.get()}"))
        loop.call_later(0, lambda: out(f"timer sees {VALUE.get()}"))
        VALUE.set("changed later")
        run_briefly(loop)
        out(f"outside {VALUE.get()}")


@scenario("R-24", "EL-20", "EL-22")
def scenario_a_given_context_is_used_as_it_is(out):
    with new_loop() as loop:
        context = contextvars.copy_context()

        def change(value):
            out(f"sees {VALUE.get()}")
            VALUE.set(value)

        loop.call_soon(lambda: change("set by the first"), context=context)
        loop.call_soon_threadsafe(lambda: change("set by the second"), context=context)
        loop.call_at(loop.time() - 1, lambda: change("set by the timer"), context=context)
        run_briefly(loop)
        out(f"left in the context: {context.get(VALUE)}")
        out(f"outside {VALUE.get()}")


@scenario("TK-01", "R-24")
async def scenario_a_task_runs_in_a_copy_of_its_creators_context(out):
    async def body(name):
        out(f"{name} sees {VALUE.get()}")
        VALUE.set(name)
        await asyncio.sleep(0)
        out(f"{name} still has {VALUE.get()}")

    VALUE.set("main")
    first, second = asyncio.create_task(body("first")), asyncio.create_task(body("second"))
    VALUE.set("main, later")
    await asyncio.gather(first, second)
    out(f"main has {VALUE.get()}")


@scenario("TK-01", "EL-31")
async def scenario_a_task_can_be_given_a_context(out):
    async def body(value):
        out(f"sees {VALUE.get()}")
        VALUE.set(value)

    context = contextvars.copy_context()
    task = asyncio.create_task(body("first"), context=context)
    out(f"knows it: {show(task.get_context() is context)}")
    await task
    await asyncio.create_task(body("second"), context=context)
    out(f"left in the context: {context.get(VALUE)}")
    out(f"main has {VALUE.get()}")


@scenario("FT-05", "R-24")
def scenario_a_done_callback_runs_in_the_context_it_was_added_in(out):
    with new_loop() as loop:
        future = loop.create_future()
        context = contextvars.copy_context()
        context.run(VALUE.set, "given")
        VALUE.set("added")
        future.add_done_callback(lambda f: out(f"callback sees {VALUE.get()}"))
        future.add_done_callback(lambda f: out(f"callback sees {VALUE.get()}"), context=context)
        VALUE.set("completed")
        future.set_result(None)
        run_briefly(loop)


@scenario("R-24", "EL-100")
def scenario_a_reader_runs_in_the_context_it_was_added_in(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        VALUE.set("added")
        loop.add_reader(reader, lambda: out(f"reader sees {VALUE.get()}"))
        VALUE.set("later")
        writer.send(b"x")
        run_briefly(loop)
        loop.remove_reader(reader)


@scenario("EL-115", mirror="the context of the task is not there in the executor's thread")
async def scenario_an_executor_does_not_see_the_context(out):
    VALUE.set("task")
    seen = await asyncio.get_running_loop().run_in_executor(None, VALUE.get)
    out(f"executor sees {seen}")


@scenario("R-31", "EL-120", "TK-01")
def scenario_the_exception_handler_runs_in_the_context_of_the_failed_callback(out):
    with new_loop() as loop:
        loop.set_exception_handler(lambda loop, context: out(f"handler sees {VALUE.get()}"))

        def fail():
            VALUE.set("set by the callback")
            raise Boom("boom")

        async def body():
            VALUE.set("set by the task")

        VALUE.set("outside")
        loop.call_soon(fail)
        run_briefly(loop)
        task = loop.create_task(body())
        loop.run_until_complete(task)
        loop.call_exception_handler({"message": "of a task", "task": task})
        loop.call_exception_handler({"message": "of nothing"})


@scenario("R-24", mirror="a token undoes its set")
def scenario_a_token_gives_a_variable_its_old_value_back(out):
    first = VALUE.set("first")
    second = VALUE.set("second")
    out(f"now {VALUE.get()}")
    VALUE.reset(second)
    out(f"second undone: {VALUE.get()}")
    VALUE.reset(first)
    out(f"first undone: {VALUE.get()}")


@scenario("R-24")
def scenario_tokens_may_be_used_in_any_order(out):
    first = VALUE.set("first")
    VALUE.set("second")
    VALUE.reset(first)
    out(f"first undone: {VALUE.get()}")


@scenario("R-24")
def scenario_a_token_is_good_for_once_and_for_its_own_variable_and_context(out):
    other = contextvars.ContextVar("other", default="default")
    token = VALUE.set("set")
    attempt(out, "another variable", lambda: other.reset(token))
    context = contextvars.copy_context()
    attempt(out, "another context", lambda: context.run(VALUE.reset, token))
    attempt(out, "its own", lambda: VALUE.reset(token))
    attempt(out, "again", lambda: VALUE.reset(token))
    out(f"value {VALUE.get()}")


@scenario("R-24", mirror="a variable without a default")
def scenario_a_variable_without_a_value_has_none_to_give(out):
    bare = contextvars.ContextVar("bare")
    attempt(out, "get", bare.get)
    attempt(out, "get or", lambda: bare.get("other"))
    token = bare.set("set")
    attempt(out, "get or", lambda: bare.get("other"))
    bare.reset(token)
    attempt(out, "after the reset", bare.get)


@scenario("R-24")
def scenario_a_copy_of_a_context_goes_its_own_way(out):
    VALUE.set("outside")
    context = contextvars.copy_context()
    copy = context.copy()
    context.run(VALUE.set, "in the context")
    out(f"context {context.get(VALUE)}, copy {copy.get(VALUE)}, outside {VALUE.get()}")
    out(f"empty {show(contextvars.Context().get(VALUE))}")
    out(f"in an empty one {contextvars.Context().run(VALUE.get)}")


@scenario("R-24")
def scenario_a_context_cannot_be_entered_twice(out):
    context = contextvars.copy_context()

    def enter_again():
        VALUE.set("set")
        attempt(out, "again", lambda: context.run(VALUE.get))
        attempt(out, "a copy", lambda: context.copy().run(VALUE.get))

    context.run(enter_again)
    attempt(out, "afterwards", lambda: context.run(VALUE.get))


@scenario("R-24")
def scenario_an_error_leaves_a_context_as_it_goes(out):
    context = contextvars.copy_context()

    def fail():
        VALUE.set("inside")
        raise Boom("boom")

    attempt(out, "run", lambda: context.run(fail))
    out(f"outside {VALUE.get()}, inside {context.get(VALUE)}")


@scenario("R-24", "TK-01", mirror="Context.run inside a task, without a suspension")
async def scenario_a_task_can_run_a_call_in_another_context(out):
    context = contextvars.copy_context()

    async def body():
        out(f"task of the call sees {VALUE.get()}")

    def call():
        VALUE.set("in the context")
        asyncio.get_running_loop().call_soon(lambda: out(f"callback sees {VALUE.get()}"))
        return asyncio.create_task(body())

    VALUE.set("main")
    task = context.run(call)
    out(f"main has {VALUE.get()}")
    await task


@scenario("R-24", "TK-01")
async def scenario_a_token_of_the_creator_is_of_no_use_in_a_task(out):
    async def body():
        attempt(out, "in the task", lambda: VALUE.reset(token))

    token = VALUE.set("main")
    await asyncio.create_task(body())
    attempt(out, "in the creator", lambda: VALUE.reset(token))


@scenario("TC-04", "TK-01", "R-24")
async def scenario_what_gathered_coroutines_set_stays_with_them(out):
    async def body(name):
        VALUE.set(name)
        await asyncio.sleep(0)
        return VALUE.get()

    VALUE.set("main")
    await attempt_await(out, "gather", asyncio.gather(body("a"), body("b")))
    out(f"main has {VALUE.get()}")


@scenario("TC-03", "TC-02", "R-24", mirror="waitFor and timeout run the body in the calling task")
async def scenario_what_is_set_inside_a_time_limit_is_seen_after_it(out):
    async def body(name):
        await asyncio.sleep(0)
        VALUE.set(name)

    await asyncio.wait_for(body("set in wait_for"), 3600)
    out(f"now {VALUE.get()}")
    async with asyncio.timeout(3600):
        await body("set in timeout")
    out(f"now {VALUE.get()}")


@scenario("TC-01", "TK-01", "R-24")
async def scenario_a_task_of_a_group_has_the_context_of_the_moment_it_was_created(out):
    async def body():
        out(f"sees {VALUE.get()}")
        VALUE.set("set by a task")

    given = contextvars.copy_context()
    given.run(VALUE.set, "given")
    async with asyncio.TaskGroup() as group:
        VALUE.set("first")
        group.create_task(body())
        VALUE.set("second")
        group.create_task(body())
        group.create_task(body(), context=given)
        VALUE.set("third")
    out(f"main has {VALUE.get()}, given has {given.get(VALUE)}")


@scenario("TC-09", "R-24")
async def scenario_a_call_in_a_thread_sees_the_context_and_keeps_its_changes(out):
    def call():
        out(f"call sees {VALUE.get()}")
        VALUE.set("set by the call")
        return VALUE.get()

    VALUE.set("task")
    await attempt_await(out, "to_thread", asyncio.to_thread(call))
    out(f"task has {VALUE.get()}")


@scenario("TC-10", "R-24", mirror="the context of the thread that calls, not of the loop")
async def scenario_a_coroutine_from_another_thread_brings_its_context(out):
    loop = asyncio.get_running_loop()

    async def body():
        return VALUE.get()

    def from_thread():
        VALUE.set("thread")
        return asyncio.run_coroutine_threadsafe(body(), loop).result(30)

    VALUE.set("task")
    await attempt_await(out, "body sees", loop.run_in_executor(None, from_thread))
    out(f"task has {VALUE.get()}")
