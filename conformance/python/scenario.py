# SPDX-License-Identifier: Apache-2.0
"""How a scenario is declared."""

import asyncio
import dataclasses
import inspect
import re
from collections.abc import Callable

PREFIX = "scenario_"
ID = re.compile(r"(EL|FT|TK|TC|SY|QU|ST|SP|TP|R)-\d\d+")


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    theme: str
    ids: tuple[str, ...]
    mirror: str
    logs_errors: bool
    body: Callable

    @property
    def is_task(self):
        """Whether the body is the main task of a loop, else it makes its loops itself."""
        return asyncio.iscoroutinefunction(self.body)


ALL: dict[str, Scenario] = {}


def scenario(*ids, mirror="", logs_errors=False):
    """Declares a scenario.

    ids: the rows and rules of the specification that it pins.
    mirror: a remark for the author of the Java twin.
    logs_errors: the scenario lets the default exception handler log; otherwise that is a failure.
    """

    def register(body):
        assert body.__name__.startswith(PREFIX), body.__name__
        name = body.__name__.removeprefix(PREFIX)
        assert name not in ALL, f"two scenarios of one name: {name}"
        assert ids and all(ID.fullmatch(i) for i in ids), f"{name}: bad ids {ids}"
        assert list(inspect.signature(body).parameters) == ["out"], name
        ALL[name] = Scenario(name, body.__module__, ids, mirror, logs_errors, body)
        return body

    return register
