# SPDX-License-Identifier: Apache-2.0
"""Task factories."""

import asyncio
import contextvars

from scenario import scenario
from words import Boom, attempt, show

VALUE = contextvars.ContextVar("value", default="default")


@scenario("EL-32", "TK-01")
async def scenario_a_task_factory_makes_the_tasks(out):
    loop = asyncio.get_running_loop()

    async def body():
        return VALUE.get()

    def factory(loop, body, **options):
        out("factory")
        return asyncio.Task(body, loop=loop, **options)

    attempt(out, "none at first", loop.get_task_factory)
    loop.set_task_factory(factory)
    out(f"the one that was set {show(loop.get_task_factory() is factory)}")
    context = contextvars.copy_context()
    context.run(VALUE.set, "given")
    task = loop.create_task(body(), name="worker", context=context)
    out(f"name {task.get_name()}, sees {await task}")
    task = asyncio.create_task(body())
    out(f"sees {await task}")
    loop.set_task_factory(None)
    await asyncio.create_task(body())
    attempt(out, "none again", loop.get_task_factory)


@scenario("EL-32", "TC-01", "TC-04")
async def scenario_groups_and_gather_ask_the_task_factory_too(out):
    async def body():
        return asyncio.current_task().get_name()

    def factory(loop, body, **options):
        task = asyncio.Task(body, loop=loop, **options)
        made.append(task)
        return task

    made = []
    asyncio.get_running_loop().set_task_factory(factory)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(body())
    out(f"group {show(made == [task])}")
    await asyncio.gather(body(), body())
    out(f"made {len(made)}")


@scenario("EL-32")
async def scenario_a_task_factory_that_raises_fails_create_task(out):
    async def body():
        out("not reached")

    def factory(loop, body, **options):
        body.close()
        raise Boom("factory")

    asyncio.get_running_loop().set_task_factory(factory)
    attempt(out, "create_task", lambda: asyncio.create_task(body()))
    async with asyncio.TaskGroup() as group:
        attempt(out, "in a group", lambda: group.create_task(body()))
    out("left")
    asyncio.get_running_loop().set_task_factory(None)


@scenario("TK-10", "EL-32", mirror="Asyncio.createEagerTaskFactory of a constructor that prints")
async def scenario_an_eager_factory_can_be_made_for_tasks_of_ones_own(out):
    async def body():
        out("body")
        return 1

    def constructor(body, **options):
        out(f"constructor, eager {show(options['eager_start'])}")
        return asyncio.Task(body, **options)

    asyncio.get_running_loop().set_task_factory(asyncio.create_eager_task_factory(constructor))
    task = asyncio.create_task(body())
    out(f"done {show(task.done())}, result {await task}")
    asyncio.get_running_loop().set_task_factory(None)
