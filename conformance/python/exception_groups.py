# SPDX-License-Identifier: Apache-2.0
"""Exception groups."""

import asyncio

from scenario import scenario
from words import Boom, HardBoom, attempt, attempt_await, show, word


def sample():
    """A group of a group: boom a, (boom b, illegal argument, hard boom), timeout."""
    inner = BaseExceptionGroup("inner", [Boom("b"), ValueError("bad"), HardBoom("hard")])
    return BaseExceptionGroup("outer", [Boom("a"), inner, TimeoutError("late")])


class Tagged(ExceptionGroup):
    """A group of the scenario's own that keeps its class when it is divided."""

    def derive(self, exceptions):
        return Tagged(self.message, exceptions)


@scenario("TC-01", mirror="an empty list of exceptions")
def scenario_a_group_needs_an_exception(out):
    attempt(out, "empty", lambda: ExceptionGroup("none", []))


@scenario("TC-01")
def scenario_a_group_keeps_its_exceptions_in_order(out):
    first, second = Boom("a"), ValueError("bad")
    group = ExceptionGroup("several", [first, second, first])
    out(word(group))
    out(f"the same objects {show([e is first for e in group.exceptions])}")


@scenario("TC-01", mirror="split by class")
def scenario_split_keeps_the_shape_of_the_group_on_both_sides(out):
    match, rest = sample().split(Boom)
    out(f"match {word(match)}")
    out(f"rest {word(rest)}")


@scenario("TC-01")
def scenario_a_side_of_split_without_exceptions_is_none(out):
    group = sample()
    match, rest = group.split(ConnectionResetError)
    out(f"match {word(match)}, rest {word(rest)}")
    match, rest = group.split(BaseException)
    out(f"match is the group {show(match is group)}, rest {word(rest)}")
    flat = ExceptionGroup("flat", [Boom("a"), Boom("b")])
    match, rest = flat.split(Boom)
    out(f"match {word(match)}, rest {word(rest)}")


@scenario("TC-01", mirror="a predicate that prints what it is asked")
def scenario_split_asks_for_groups_before_what_is_in_them(out):
    def asked(error):
        out(f"asked {word(error)}")
        return isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 2

    inner = ExceptionGroup("inner", [Boom("b"), Boom("c")])
    group = ExceptionGroup("outer", [Boom("a"), inner, Boom("d")])
    match, rest = group.split(asked)
    out(f"match {word(match)}")
    out(f"rest {word(rest)}")


@scenario("TC-01")
def scenario_subgroup_is_the_matching_side_of_split(out):
    group = sample()
    out(f"hard booms {word(group.subgroup(HardBoom))}")
    out(f"connection resets {word(group.subgroup(ConnectionResetError))}")
    out(f"all {show(group.subgroup(lambda e: True) is group)}")
    boom_or_late = group.subgroup(lambda e: isinstance(e, TimeoutError) or str(e) == "b")
    out(f"by predicate {word(boom_or_late)}")


@scenario("TC-01")
def scenario_dividing_a_group_leaves_it_as_it_was(out):
    group = sample()
    attempt(out, "split", lambda: group.split(Boom) is not None)
    attempt(out, "subgroup", lambda: group.subgroup(TimeoutError) is not None)
    out(word(group))


@scenario("TC-01")
def scenario_the_parts_of_a_group_hold_the_same_exceptions(out):
    boom = Boom("a")
    inner = ExceptionGroup("inner", [boom, ValueError("bad")])
    group = ExceptionGroup("outer", [inner, Boom("b")])
    match = group.subgroup(lambda e: e is boom)
    out(f"same boom {show(match.exceptions[0].exceptions[0] is boom)}")
    out(f"same inner group {show(match.exceptions[0] is inner)}")


@scenario("TC-01", mirror="a subclass that overrides derive")
def scenario_the_parts_of_a_group_are_what_derive_makes(out):
    group = Tagged("tagged", [Boom("a"), ValueError("bad")])
    match, rest = group.split(Boom)
    out(f"match tagged {show(isinstance(match, Tagged))} {word(match)}")
    out(f"rest tagged {show(isinstance(rest, Tagged))} {word(rest)}")
    outer = ExceptionGroup("outer", [group, Boom("b")])
    match = outer.subgroup(Boom)
    out(f"outer tagged {show(isinstance(match, Tagged))}")
    out(f"inner tagged {show(isinstance(match.exceptions[0], Tagged))} {word(match)}")


@scenario("TC-01", mirror="handles the booms of a TaskGroup and passes on the rest")
async def scenario_some_errors_of_a_task_group_can_be_handled_and_the_rest_passed_on(out):
    async def fail(error):
        raise error

    async def group_of_three():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(Boom("a")))
            group.create_task(fail(ValueError("bad")))
            group.create_task(fail(Boom("b")))

    async def body():
        try:
            await group_of_three()
        except ExceptionGroup as group:
            booms, rest = group.split(Boom)
            out(f"handled {word(booms)}")
            raise rest

    await attempt_await(out, "passed on", body())
