# SPDX-License-Identifier: Apache-2.0
"""Generators whose bodies may suspend, and how they are closed."""

import asyncio
import contextvars

from scenario import scenario
from support import print_to, settle
from words import Boom, attempt, attempt_await, show, word


async def attempt_next(out, label, generator):
    """Prints the next value of a generator, `end`, or the word for what it raises."""
    try:
        value = await anext(generator)
    except StopAsyncIteration:
        out(f"{label}: end")
    except BaseException as error:
        out(f"{label}: {word(error)}")
    else:
        out(f"{label}: {show(value)}")


def counting(out, end):
    async def body():
        try:
            for i in range(end):
                out(f"make {i}")
                yield i
        except GeneratorExit:
            out("exit")
            raise
        finally:
            out("clean up")

    return body()


@scenario("EL-16")
async def scenario_a_generator_makes_a_value_when_it_is_asked_for(out):
    generator = counting(out, 2)
    await settle()
    out("ask")
    await attempt_next(out, "first", generator)
    await settle()
    out("ask")
    await attempt_next(out, "second", generator)
    out("ask")
    await attempt_next(out, "third", generator)
    await attempt_next(out, "fourth", generator)


@scenario("EL-16", "R-35")
async def scenario_a_generator_that_does_not_suspend_costs_no_iteration(out):
    asyncio.get_running_loop().call_soon(out, "next iteration")
    async for i in counting(out, 3):
        out(f"take {i}")
    await asyncio.sleep(0)


@scenario("EL-16", "R-33")
async def scenario_a_value_made_after_a_wait_arrives_in_the_same_iteration(out):
    loop = asyncio.get_running_loop()
    gates = [loop.create_future() for _ in range(3)]

    async def body():
        for gate in gates:
            yield await gate

    async def consume():
        async for value in body():
            out(f"take {value}")

    def follow(n):
        out(f"iteration {n}")
        if n < 5:
            loop.call_soon(follow, n + 1)

    task = asyncio.create_task(consume())
    await settle()
    for i, gate in enumerate(gates):
        out(f"set {i}")
        gate.set_result(i)
        follow(0)
        await settle(8)
    await task


@scenario("EL-16", "R-36")
async def scenario_two_consumers_of_two_generators_take_turns(out):
    async def body(name):
        for i in range(3):
            await asyncio.sleep(0)
            out(f"{name} makes {i}")
            yield i

    async def consume(name):
        async for i in body(name):
            out(f"{name} takes {i}")
            await asyncio.sleep(0)

    await asyncio.gather(consume("a"), consume("b"))


@scenario("EL-16")
async def scenario_an_exception_of_the_body_ends_the_generator(out):
    async def body():
        yield 1
        raise Boom("body")

    generator = body()
    for label in ["first", "second", "third"]:
        await attempt_next(out, label, generator)
    await attempt_await(out, "close", generator.aclose())


@scenario("EL-16", mirror="StopAsyncIteration is NoSuchElementException")
async def scenario_a_body_cannot_feign_its_end_by_an_exception(out):
    async def body():
        yield 1
        raise StopAsyncIteration

    generator = body()
    await attempt_next(out, "first", generator)
    await attempt_next(out, "second", generator)
    await attempt_next(out, "third", generator)


@scenario("EL-16")
async def scenario_anext_takes_a_value_for_the_end(out):
    generator = counting(out, 1)
    await attempt_await(out, "first", anext(generator, 9))
    await attempt_await(out, "second", anext(generator, 9))
    await attempt_await(out, "third", anext(generator, 9))


@scenario("EL-16")
async def scenario_closing_a_generator_ends_its_body_at_the_yield(out):
    generator = counting(out, 5)
    await attempt_next(out, "first", generator)
    await attempt_await(out, "close", generator.aclose())
    await attempt_next(out, "second", generator)
    await attempt_await(out, "close again", generator.aclose())


@scenario("EL-16")
async def scenario_closing_a_generator_that_never_started_runs_nothing(out):
    generator = counting(out, 5)
    await attempt_await(out, "close", generator.aclose())
    await attempt_next(out, "next", generator)


@scenario("EL-16")
async def scenario_a_loop_that_is_left_goes_on_where_it_was(out):
    generator = counting(out, 4)
    async for i in generator:
        out(f"take {i}")
        if i == 1:
            break
    out("between")
    async for i in generator:
        out(f"take {i}")
        if i == 2:
            break
    await attempt_await(out, "close", generator.aclose())


@scenario("EL-16")
async def scenario_the_clean_up_of_a_closed_generator_may_wait(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        try:
            yield 1
        finally:
            out("waits")
            out(f"got {await gate}")

    generator = body()
    await attempt_next(out, "first", generator)
    asyncio.get_running_loop().call_soon(gate.set_result, 7)
    await attempt_await(out, "close", generator.aclose())


@scenario("EL-16")
async def scenario_a_generator_that_ignores_its_end_is_refused(out):
    async def body():
        try:
            yield 1
        except GeneratorExit:
            out("ignored")
            yield 2

    generator = body()
    await attempt_next(out, "first", generator)
    await attempt_await(out, "close", generator.aclose())


@scenario("EL-16")
async def scenario_a_body_may_end_quietly_when_it_is_closed(out):
    async def body():
        try:
            yield 1
        except GeneratorExit:
            out("swallowed")

    generator = body()
    await attempt_next(out, "first", generator)
    await attempt_await(out, "close", generator.aclose())
    await attempt_next(out, "second", generator)


@scenario("EL-16")
async def scenario_close_raises_what_the_clean_up_raises(out):
    async def body():
        try:
            yield 1
        finally:
            raise Boom("clean up")

    generator = body()
    await attempt_next(out, "first", generator)
    await attempt_await(out, "close", generator.aclose())
    await attempt_await(out, "close again", generator.aclose())


@scenario("EL-16", "TK-02", "R-37")
async def scenario_cancelling_a_consumer_cancels_the_body_where_it_waits(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        try:
            yield await gate
        except asyncio.CancelledError:
            out("body cancelled")
            raise
        finally:
            await asyncio.sleep(0)
            out("clean up")

    generator = body()

    async def consume():
        await attempt_next(out, "next", generator)
        out(f"requests {asyncio.current_task().cancelling()}")

    task = asyncio.create_task(consume())
    await settle()
    task.cancel()
    out(f"future cancelled {show(gate.cancelled())}")
    await task
    await attempt_next(out, "next", generator)


@scenario("EL-16", "R-40", "TK-04")
async def scenario_a_body_that_swallows_a_cancel_goes_on_with_its_consumer(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            yield "swallowed"
        yield "more"

    async def consume():
        async for value in body():
            out(value)
        out(f"requests {asyncio.current_task().cancelling()}")

    task = asyncio.create_task(consume())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("EL-16", "TC-02", "TC-03")
async def scenario_a_time_limit_of_the_consumer_reaches_into_the_body(out):
    async def body():
        try:
            yield 1
            await asyncio.sleep(3600)
        finally:
            out("clean up")

    generator = body()
    await attempt_next(out, "first", generator)
    await attempt_await(out, "second", asyncio.wait_for(anext(generator), 0.001))
    await attempt_next(out, "third", generator)


@scenario("EL-16", "TK-02")
async def scenario_cancelling_who_closes_cancels_the_clean_up(out):
    async def body():
        try:
            yield 1
        finally:
            try:
                await asyncio.sleep(3600)
            finally:
                out("clean up ends")

    generator = body()
    await attempt_next(out, "first", generator)
    task = asyncio.create_task(generator.aclose())
    await settle()
    task.cancel()
    await attempt_await(out, "close", task)
    await attempt_next(out, "second", generator)


@scenario("EL-16")
async def scenario_a_generator_has_one_consumer_at_a_time(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        yield await gate
        yield 2

    generator = body()
    task = asyncio.create_task(attempt_next(out, "first", generator))
    await settle()
    await attempt_next(out, "second", generator)
    await attempt_await(out, "close", generator.aclose())
    gate.set_result(1)
    await task
    await attempt_next(out, "third", generator)
    await attempt_await(out, "close", generator.aclose())


@scenario("EL-16")
async def scenario_a_generator_cannot_be_used_by_its_own_body(out):
    generators = []

    async def body():
        await attempt_next(out, "own next", generators[0])
        await attempt_await(out, "own close", generators[0].aclose())
        yield 1

    generators.append(body())
    await attempt_next(out, "next", generators[0])
    await attempt_await(out, "close", generators[0].aclose())


@scenario("EL-16")
async def scenario_closing_a_chain_of_generators_goes_from_the_last_to_the_first(out):
    async def stage(name, source):
        try:
            async for i in source:
                yield i * 10
        except GeneratorExit:
            out(f"{name} exit")
            raise
        finally:
            await source.aclose()
            out(f"{name} clean up")

    generator = stage("outer", stage("inner", counting(out, 5)))
    await attempt_next(out, "first", generator)
    await attempt_next(out, "second", generator)
    await attempt_await(out, "close", generator.aclose())


@scenario("EL-16", "R-24", mirror="VALUE is a ContextVar with the default `default`")
async def scenario_a_body_runs_in_the_context_of_its_consumer(out):
    var = contextvars.ContextVar("VALUE", default="default")

    async def body():
        out(f"body {var.get()}")
        var.set("by the body")
        yield 1
        out(f"body {var.get()}")
        await asyncio.sleep(0)
        yield 2
        out(f"body {var.get()}")

    generator = body()
    var.set("main")
    await attempt_next(out, "first", generator)
    out(f"main {var.get()}")
    var.set("main again")
    await attempt_next(out, "second", generator)

    async def other():
        var.set("other")
        await attempt_next(out, "third", generator)

    await asyncio.create_task(other())
    out(f"main {var.get()}")


@scenario("EL-16", mirror="in which order they begin is not said")
async def scenario_shutdown_closes_every_generator_at_the_same_time(out):
    async def body(name, pauses):
        try:
            yield name
        finally:
            out("begins")
            for _ in range(pauses):
                await asyncio.sleep(0)
            out(f"{name} ends")

    generators = [body("slow", 6), body("fast", 1), body("done", 1)]
    async for _ in generators[2]:
        pass
    for generator in generators[:2]:
        await attempt_next(out, "next", generator)
    await attempt_await(out, "shutdown", asyncio.get_running_loop().shutdown_asyncgens())
    for generator in generators:
        await attempt_next(out, "after", generator)


@scenario("EL-16", "EL-123")
async def scenario_shutdown_reports_a_clean_up_that_fails(out):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(print_to(out))

    async def body():
        try:
            yield 1
        finally:
            raise Boom("late")

    generator = body()
    await attempt_next(out, "first", generator)
    await attempt_await(out, "shutdown", loop.shutdown_asyncgens())


@scenario("EL-16", "EL-123")
async def scenario_shutdown_leaves_a_generator_alone_whose_consumer_waits(out):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(print_to(out))
    gate = loop.create_future()

    async def body():
        yield await gate

    generator = body()
    task = asyncio.create_task(attempt_next(out, "first", generator))
    await settle()
    await attempt_await(out, "shutdown", loop.shutdown_asyncgens())
    gate.set_result(1)
    await task
    await attempt_next(out, "second", generator)


@scenario("EL-16")
async def scenario_shutdown_with_nothing_to_close_does_not_suspend(out):
    loop = asyncio.get_running_loop()
    loop.call_soon(out, "next iteration")
    await loop.shutdown_asyncgens()
    out("shut down")
    await asyncio.sleep(0)


@scenario("EL-16", "TC-11")
def scenario_run_closes_the_generators_that_are_left_after_the_tasks(out):
    async def body():
        try:
            yield 1
        except GeneratorExit:
            out("exit")
            raise
        finally:
            await asyncio.sleep(0)
            out("clean up")

    kept = []

    async def left():
        try:
            await asyncio.sleep(3600)
        finally:
            out("task clean up")

    async def main():
        generator = body()
        kept.append(generator)
        await attempt_next(out, "next", generator)
        kept.append(asyncio.create_task(left()))
        await asyncio.sleep(0)
        return "main"

    attempt(out, "run", lambda: asyncio.run(main()))
