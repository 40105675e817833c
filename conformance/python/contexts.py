# SPDX-License-Identifier: Apache-2.0
"""Context variables."""

import asyncio
import contextvars

from scenario import scenario
from support import new_loop, run_briefly, socket_pair
from words import Boom, show

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
