# SPDX-License-Identifier: Apache-2.0
"""gather and shield."""

import asyncio

from scenario import scenario
from support import new_loop, print_to, settle
from words import Boom, attempt, attempt_await, show


@scenario("TC-04")
async def scenario_gather_returns_results_in_the_order_of_its_arguments(out):
    gates = [asyncio.get_running_loop().create_future() for _ in range(3)]

    async def body(name, gate):
        await gate
        out(f"{name} ends")
        return name

    tasks = [asyncio.create_task(body(name, gate)) for name, gate in zip("abc", gates)]
    result = asyncio.gather(*tasks)
    for position in [2, 0, 1]:
        await settle()
        gates[position].set_result(None)
    await attempt_await(out, "gather", result)


@scenario("TC-04", mirror="a list of no futures")
async def scenario_gather_of_nothing_is_done(out):
    result = asyncio.gather()
    attempt(out, "done at once", result.done)
    out(f"results {len(await result)}")


@scenario("TC-04", mirror="the same task three times")
async def scenario_gather_accepts_the_same_task_more_than_once(out):
    async def body():
        out("body")
        return 1

    task = asyncio.create_task(body())
    await attempt_await(out, "gather", asyncio.gather(task, task, task))


@scenario("TC-04")
async def scenario_gather_starts_its_coroutines_in_order(out):
    async def body(name):
        out(f"{name} starts")
        await asyncio.sleep(0)
        out(f"{name} ends")

    await asyncio.gather(body("a"), body("b"), body("c"))
    out("gathered")


@scenario("TC-04", "R-49")
async def scenario_gather_raises_the_first_error_while_the_others_go_on(out):
    asyncio.get_running_loop().set_exception_handler(print_to(out))
    gate = asyncio.get_running_loop().create_future()

    async def fail():
        raise Boom("first")

    async def go_on():
        await gate
        out("goes on to its end")
        return 1

    async def fail_later():
        await gate
        raise Boom("second")

    slow, late = asyncio.create_task(go_on()), asyncio.create_task(fail_later())
    await attempt_await(out, "gather", asyncio.gather(slow, fail(), late))
    out(f"slow done {show(slow.done())}, late done {show(late.done())}")
    gate.set_result(None)
    await settle()
    attempt(out, "slow", slow.result)
    out(f"late done {show(late.done())}, nothing reported")


@scenario("TC-04")
async def scenario_gather_can_return_errors_as_results(out):
    async def succeed():
        return 1

    async def fail():
        raise Boom("boom")

    async def cancel():
        raise asyncio.CancelledError

    result = asyncio.gather(succeed(), fail(), cancel(), return_exceptions=True)
    await attempt_await(out, "gather", result)


@scenario("TC-04", "R-50")
async def scenario_a_cancelled_child_is_an_error_of_gather_and_not_a_cancel_of_it(out):
    async def sleep():
        await asyncio.sleep(3600)

    child, other = asyncio.create_task(sleep()), asyncio.create_task(sleep())
    result = asyncio.gather(child, other)
    await asyncio.sleep(0)
    child.cancel()
    await attempt_await(out, "gather", result)
    attempt(out, "gather cancelled", result.cancelled)
    attempt(out, "other done", other.done)
    other.cancel()
    await attempt_await(out, "other", other)


@scenario("TC-04", "R-50")
async def scenario_cancelling_gather_cancels_its_children(out):
    async def sleep(name):
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")

    children = [asyncio.create_task(sleep(name)) for name in "ab"]
    result = asyncio.gather(*children, return_exceptions=True)
    await asyncio.sleep(0)
    attempt(out, "cancel", result.cancel)
    await attempt_await(out, "gather", result)
    attempt(out, "gather cancelled", result.cancelled)
    out(f"children cancelled {show([child.cancelled() for child in children])}")


@scenario("R-50")
async def scenario_gather_whose_children_are_done_cannot_be_cancelled(out):
    async def body():
        return 1

    child = asyncio.create_task(body())
    await child
    result = asyncio.gather(child)
    attempt(out, "cancel", result.cancel)
    await attempt_await(out, "gather", result)


@scenario("TC-04", "R-37")
async def scenario_cancelling_a_task_that_gathers_cancels_the_children(out):
    async def sleep(name):
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")

    async def body():
        try:
            await asyncio.gather(sleep("a"), sleep("b"))
        finally:
            out("gatherer cleans up")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)


@scenario("TC-07", "R-51", mirror="the very same object")
async def scenario_shield_of_a_done_future_is_that_future(out):
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    out(f"same {show(asyncio.shield(future) is future)}")


@scenario("TC-07")
async def scenario_a_shielded_task_survives_the_cancel_of_its_shield(out):
    gate = asyncio.get_running_loop().create_future()

    async def body():
        out(f"inner got {await gate}")
        return "inner result"

    inner = asyncio.create_task(body())
    outer = asyncio.shield(inner)
    await asyncio.sleep(0)
    attempt(out, "cancel the shield", outer.cancel)
    await attempt_await(out, "shield", outer)
    out(f"inner done {show(inner.done())}, requests {inner.cancelling()}")
    gate.set_result(1)
    await attempt_await(out, "inner", inner)


@scenario("TC-07", "R-37")
async def scenario_a_cancelled_task_leaves_what_it_shields_running(out):
    gate = asyncio.get_running_loop().create_future()

    async def work():
        await gate
        return "worked"

    async def body():
        await asyncio.shield(worker)

    worker = asyncio.create_task(work())
    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await attempt_await(out, "task", task)
    gate.set_result(None)
    await attempt_await(out, "worker", worker)


@scenario("TC-07")
async def scenario_cancelling_a_shielded_task_cancels_the_shield(out):
    async def sleep():
        await asyncio.sleep(3600)

    inner = asyncio.create_task(sleep())
    outer = asyncio.shield(inner)
    await asyncio.sleep(0)
    inner.cancel()
    await attempt_await(out, "shield", outer)
    out(f"shield cancelled {show(outer.cancelled())}, inner cancelled {show(inner.cancelled())}")


@scenario("TC-07")
async def scenario_a_shield_passes_on_result_and_error(out):
    async def succeed():
        return 1

    async def fail():
        raise Boom("boom")

    await attempt_await(out, "result", asyncio.shield(succeed()))
    await attempt_await(out, "error", asyncio.shield(fail()))


@scenario("FT-08", "EL-10")
def scenario_a_future_of_another_loop_cannot_be_made_ours(out):
    with new_loop() as loop, new_loop() as other:
        future = loop.create_future()
        out(f"own loop: {show(asyncio.ensure_future(future, loop=loop) is future)}")
        attempt(out, "another loop", lambda: asyncio.ensure_future(future, loop=other))
