# SPDX-License-Identifier: Apache-2.0
"""Cancelled consumers and the bodies of their generators: two cases by hand, and games drawn by the same dice in both
halves."""

import asyncio

from scenario import scenario
from words import Boom, show

GAMES = 150


class Dice:
    """Numbers that are the same in both languages."""

    def __init__(self, seed):
        self.state = seed * 7919 + 17

    def roll(self, sides):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % sides


class Game:
    """One generator, two consumers one after the other, and who cancels them."""

    def __init__(self, seed):
        self.loop = asyncio.get_running_loop()
        self.dice = Dice(seed)
        self.trace = []
        self.moves = 40

    def say(self, text):
        self.trace.append(text)

    def after(self, iterations, call):
        if iterations == 0:
            call()
        else:
            self.loop.call_soon(self.after, iterations - 1, call)

    async def pause(self):
        future = self.loop.create_future()
        self.after(1 + self.dice.roll(4), lambda: future.done() or future.set_result(None))
        await future
        self.say("p")

    async def child(self):
        turns = self.dice.roll(4)
        fails = self.dice.roll(2) == 0
        for _ in range(turns):
            await asyncio.sleep(0)
        if fails:
            raise Boom("child")

    # What both a body and a consumer may do, none of which yields.
    async def move(self, depth):
        self.moves -= 1
        if self.moves < 0:
            return
        kind = self.dice.roll(10)
        if kind < 2 or depth > 3:
            await self.pause()
        elif kind == 2:
            await asyncio.sleep(0)
            self.say("z")
        elif kind == 3:
            self.say(f"n{asyncio.current_task().cancelling()}")
        elif kind == 4:
            if self.dice.roll(3) == 0:
                asyncio.current_task().cancel()
                self.say("C")
        elif kind == 5:
            if asyncio.current_task().cancelling() > 0:
                self.say(f"u{asyncio.current_task().uncancel()}")
        elif kind == 6:
            await self.swallow(depth)
        elif kind == 7:
            await self.group(depth)
        elif kind == 8:
            await self.deadline(depth)
        else:
            await self.limited(depth)

    async def moves_of(self, depth):
        for _ in range(1 + self.dice.roll(3)):
            await self.move(depth + 1)

    async def swallow(self, depth):
        try:
            await self.moves_of(depth)
        except asyncio.CancelledError:
            self.say("s")

    async def group(self, depth):
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.child())
                await self.moves_of(depth)
            self.say("g")
        except ExceptionGroup as error:
            self.say(f"G{len(error.exceptions)}n{asyncio.current_task().cancelling()}")

    async def deadline(self, depth):
        delay = None if self.dice.roll(2) == 0 else 0
        try:
            async with asyncio.timeout(delay):
                await self.moves_of(depth)
            self.say("d")
        except TimeoutError:
            self.say("D")

    async def limited(self, depth):
        try:
            await asyncio.wait_for(asyncio.create_task(self.child()), 3600)
            self.say("w")
        except Boom:
            self.say("W")

    async def body(self, depth):
        for i in range(2 + self.dice.roll(4)):
            kind = self.dice.roll(6)
            if kind == 0 and depth < 2:
                inner = self.body(depth + 1)
                try:
                    async for value in inner:
                        self.say(f"i{value}")
                        yield value
                        await self.move(depth)
                finally:
                    await inner.aclose()
            elif kind == 1:
                try:
                    await self.move(depth)
                    yield i
                    await self.move(depth)
                except asyncio.CancelledError:
                    self.say("S")
            else:
                await self.move(depth)
                yield i

    async def consume(self, name, generator):
        self.say(name)
        try:
            for _ in range(1 + self.dice.roll(3)):
                if self.dice.roll(3) == 0:
                    await self.move(1)
                self.say(f"={await anext(generator, 'end')}")
            self.say("o")
        except asyncio.CancelledError:
            self.say("c")
        self.say(f"n{asyncio.current_task().cancelling()}")
        await asyncio.sleep(0)
        self.say("e")

    async def play(self):
        generator = self.body(0)
        for name in ("A", "B"):
            consumer = asyncio.create_task(self.consume(name, generator))
            for _ in range(self.dice.roll(3)):
                self.after(self.dice.roll(9), consumer.cancel)
            await asyncio.wait([consumer])
            self.say("X" if consumer.cancelled() else "Y")
            if not consumer.cancelled() and consumer.exception() is not None:
                self.say(type(consumer.exception()).__name__)
        try:
            await generator.aclose()
            self.say("closed")
        except RuntimeError:
            self.say("ignored")
        except asyncio.CancelledError:
            self.say("cancelled")
        # What is left of the children.
        for _ in range(10):
            await asyncio.sleep(0)
        return " ".join(self.trace)


async def failing():
    raise Boom("child")


async def fail_in_a_group(out):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing())
            await asyncio.sleep(3600)
    except ExceptionGroup:
        out(f"group failed, requests {asyncio.current_task().cancelling()}")


@scenario("EL-16", "R-42")
async def scenario_a_cancel_that_is_pending_at_anext_outlives_a_failed_group_of_the_body(out):
    async def body():
        await fail_in_a_group(out)
        yield 1

    generator = body()

    async def consume():
        asyncio.current_task().cancel()
        out(f"value {await anext(generator)}, requests {asyncio.current_task().cancelling()}")
        await asyncio.sleep(0)
        out("not reached")

    consumer = asyncio.create_task(consume())
    await asyncio.wait([consumer])
    out(f"cancelled {show(consumer.cancelled())}")
    await generator.aclose()


@scenario("EL-16", "R-42", "TK-05")
async def scenario_a_cancel_that_the_body_swallows_does_not_reach_the_next_consumer(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out("swallowed")
        yield 1
        await fail_in_a_group(out)
        await asyncio.sleep(0)
        yield 2

    generator = body()

    async def first():
        asyncio.current_task().cancel()
        out(f"first {await anext(generator)}, requests {asyncio.current_task().cancelling()}")

    async def second():
        out(f"second {await anext(generator)}, requests {asyncio.current_task().cancelling()}")

    await asyncio.create_task(first())
    await asyncio.create_task(second())
    await generator.aclose()


@scenario("EL-16", "TK-05")
async def scenario_the_body_takes_back_what_its_consumer_was_cancelled_by(out):
    async def body():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            out(f"left {asyncio.current_task().uncancel()}")
        yield 1

    generator = body()

    async def consume():
        asyncio.current_task().cancel()
        out(f"value {await anext(generator)}, requests {asyncio.current_task().cancelling()}")
        asyncio.current_task().cancel()
        out(f"left {asyncio.current_task().uncancel()}")
        await asyncio.sleep(0)
        out("goes on")

    await asyncio.create_task(consume())
    await generator.aclose()


@scenario("EL-16", "R-37", "R-38", "R-41", "R-42", "R-43", "R-45", "TK-05")
async def scenario_requests_to_cancel_count_the_same_on_both_sides_of_a_yield(out):
    for seed in range(GAMES):
        out(f"{seed}: {await Game(seed).play()}")
