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


@scenario("TC-04", mirror="by outcomes; the same task three times")
async def scenario_gather_repeats_the_outcome_of_a_task_that_is_given_twice(out):
    async def fail():
        raise Boom("boom")

    bad = asyncio.create_task(fail())
    good = asyncio.create_task(asyncio.sleep(0))
    result = asyncio.gather(bad, good, bad, return_exceptions=True)
    await attempt_await(out, "gather", result)


@scenario("TC-04", "R-33")
async def scenario_gather_of_done_futures_is_done_at_once(out):
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(2)]
    for value, future in enumerate(futures):
        future.set_result(value)
    result = asyncio.gather(*futures)
    attempt(out, "done", result.done)
    attempt(out, "result", result.result)


@scenario("TC-04", "R-49", mirror="the second argument fails first")
async def scenario_gather_raises_the_error_that_came_first_and_not_that_of_the_first_argument(out):
    async def fail(name, turns):
        await settle(turns)
        raise Boom(name)

    late, early = asyncio.create_task(fail("late", 5)), asyncio.create_task(fail("early", 1))
    await attempt_await(out, "gather", asyncio.gather(late, early))
    await attempt_await(out, "late", late)


@scenario("TC-04", "R-49", mirror="both fail in one iteration")
async def scenario_of_errors_in_one_iteration_gather_raises_that_of_the_task_that_ran_first(out):
    async def fail(name):
        raise Boom(name)

    first, second = asyncio.create_task(fail("first")), asyncio.create_task(fail("second"))
    await attempt_await(out, "gather", asyncio.gather(second, first))
    attempt(out, "second", second.exception)


@scenario("TC-04", "R-50", "TK-04")
async def scenario_a_cancelled_gather_is_cancelled_though_its_children_swallow_it(out):
    async def stubborn():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return "value"

    children = [asyncio.create_task(stubborn()) for _ in range(2)]
    result = asyncio.gather(*children)
    await asyncio.sleep(0)
    attempt(out, "cancel", result.cancel)
    attempt(out, "done", result.done)
    await attempt_await(out, "gather", result)
    attempt(out, "children", lambda: [child.result() for child in children])


@scenario("TC-04", "R-50", "TK-06")
async def scenario_a_child_may_answer_the_cancel_of_gather_with_an_error(out):
    async def fail():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Boom("clean up")

    result = asyncio.gather(asyncio.create_task(fail()))
    await asyncio.sleep(0)
    result.cancel()
    await attempt_await(out, "gather", result)
    result = asyncio.gather(asyncio.create_task(fail()), return_exceptions=True)
    await asyncio.sleep(0)
    result.cancel()
    await attempt_await(out, "with outcomes", result)


@scenario("TC-04", "R-50", mirror="one child has ended before")
async def scenario_a_cancelled_gather_loses_the_results_that_are_there(out):
    async def succeed():
        return 1

    done = asyncio.create_task(succeed())
    sleeping = asyncio.create_task(asyncio.sleep(3600))
    result = asyncio.gather(done, sleeping)
    await settle()
    out(f"first done {show(done.done())}")
    attempt(out, "cancel", result.cancel)
    await attempt_await(out, "gather", result)
    attempt(out, "first", done.result)


@scenario("TC-04", "R-50", "R-39")
async def scenario_children_that_have_not_started_when_gather_is_cancelled_never_run(out):
    async def body():
        out("not reached")

    children = [asyncio.create_task(body()) for _ in range(2)]
    result = asyncio.gather(*children)
    result.cancel()
    await attempt_await(out, "gather", result)
    await settle()
    out(f"children cancelled {show([child.cancelled() for child in children])}")


@scenario("TC-04", "R-37")
async def scenario_a_cancel_goes_through_nested_gathers(out):
    async def sleep(name):
        try:
            await asyncio.sleep(3600)
        finally:
            out(f"{name} cleans up")

    children = [asyncio.create_task(sleep(name)) for name in "abc"]
    inner = asyncio.gather(children[0], children[1])
    outer = asyncio.gather(inner, children[2])
    await settle()
    outer.cancel()
    await attempt_await(out, "outer", outer)
    out(f"inner done {show(inner.done())}")
    attempt(out, "inner", inner.exception)


@scenario("TC-04", "TC-02")
async def scenario_a_timeout_around_gather_cancels_the_children(out):
    async def body():
        async with asyncio.timeout(0.01):
            await asyncio.gather(*children)

    children = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(2)]
    await attempt_await(out, "body", body())
    await settle()
    out(f"children cancelled {show([child.cancelled() for child in children])}")


@scenario("TC-07", "R-51")
async def scenario_shield_of_a_cancelled_future_is_that_future(out):
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    out(f"same {show(asyncio.shield(future) is future)}")
    await attempt_await(out, "shield", asyncio.shield(future))


@scenario("TC-07", "R-33", mirror="the callback of the shield has not run yet")
async def scenario_a_shield_can_be_cancelled_when_the_inner_result_is_on_its_way(out):
    inner = asyncio.get_running_loop().create_future()
    outer = asyncio.shield(inner)
    inner.set_result(1)
    out(f"done {show(outer.done())}")
    attempt(out, "cancel", outer.cancel)
    await attempt_await(out, "shield", outer)
    attempt(out, "inner", inner.result)


@scenario("TC-07")
async def scenario_each_shield_of_a_task_is_a_future_of_its_own(out):
    gate = asyncio.get_running_loop().create_future()
    first, second = asyncio.shield(gate), asyncio.shield(gate)
    first.cancel()
    gate.set_result("value")
    await attempt_await(out, "first", first)
    await attempt_await(out, "second", second)


@scenario("TC-07", "TC-02", "R-37")
async def scenario_a_task_can_await_its_shielded_work_again_after_a_timeout(out):
    gate = asyncio.get_running_loop().create_future()

    async def work():
        return await gate

    async def body():
        async with asyncio.timeout(0):
            await asyncio.shield(worker)

    worker = asyncio.create_task(work())
    await attempt_await(out, "in time", body())
    gate.set_result("value")
    await attempt_await(out, "again", worker)


@scenario("TC-07", "TK-02", mirror="the clean-up is a task, shielded; the cancel comes while it runs")
async def scenario_a_shielded_clean_up_goes_on_through_a_second_cancel(out):
    gate = asyncio.get_running_loop().create_future()

    async def clean_up():
        out("clean up starts")
        await gate
        out("clean up ends")

    async def body():
        try:
            await asyncio.sleep(3600)
        finally:
            cleaning.append(asyncio.create_task(clean_up()))
            await asyncio.shield(cleaning[0])

    cleaning = []
    task = asyncio.create_task(body())
    for _ in range(2):
        await settle()
        task.cancel()
    await attempt_await(out, "task", task)
    gate.set_result(None)
    await attempt_await(out, "clean up", cleaning[0])


@scenario("R-50", "TC-04", mirror="gatherOutcomes; print the message of the error, none for none")
async def scenario_a_cancelled_gather_of_outcomes_has_the_message_of_its_last_child(out):
    async def child(message):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            if message == "swallow":
                return message
            if message:
                raise asyncio.CancelledError(message)
            raise

    for messages in [[None], [None, "b"], ["a", None], [None, "swallow"]]:
        children = [asyncio.create_task(child(message)) for message in messages]
        result = asyncio.gather(*children, return_exceptions=True)
        await settle()
        result.cancel("why")
        try:
            await result
        except asyncio.CancelledError as error:
            out(f"message {show(error.args[0] if error.args else None)}")


@scenario("TC-07", "R-16", mirror="the outer future is completed before the inner; print_to")
async def scenario_a_shield_that_is_completed_by_hand_keeps_its_own_outcome(out):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(print_to(out))
    for outcome in ["result", "error", "cancel"]:
        inner = loop.create_future()
        outer = asyncio.shield(inner)
        outer.set_result("by hand")
        if outcome == "result":
            inner.set_result("inner")
        elif outcome == "error":
            inner.set_exception(Boom("inner"))
        else:
            inner.cancel()
        await settle()
        await attempt_await(out, outcome, outer)
