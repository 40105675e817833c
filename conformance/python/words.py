# SPDX-License-Identifier: Apache-2.0
"""The neutral words that scenarios print, the same in Python and in Java."""

import asyncio


class Boom(Exception):
    """An ordinary failure of the scenario's own: `RuntimeException` or `Exception` in Java."""


class HardBoom(BaseException):
    """A failure that `except Exception` does not catch: a plain `Error` in Java."""


def incomplete_read(error):
    return f"incomplete read partial={show(error.partial)} expected={show(error.expected)}"


# The first row that fits wins, so a subclass stands above its base class.
WORDS = [
    (BaseExceptionGroup, lambda e: f"exception group {show(list(e.exceptions))}"),
    (Boom, lambda e: f"error {e}"),
    (HardBoom, lambda e: f"error {e}"),
    (asyncio.CancelledError, lambda e: "cancelled"),
    (asyncio.InvalidStateError, lambda e: "invalid state"),
    (asyncio.IncompleteReadError, incomplete_read),
    (asyncio.LimitOverrunError, lambda e: f"limit overrun consumed={e.consumed}"),
    (asyncio.BrokenBarrierError, lambda e: "broken barrier"),
    (asyncio.QueueEmpty, lambda e: "queue empty"),
    (asyncio.QueueFull, lambda e: "queue full"),
    (asyncio.QueueShutDown, lambda e: "queue shut down"),
    (KeyboardInterrupt, lambda e: "keyboard interrupt"),
    (SystemExit, lambda e: f"system exit {e.code}"),
    (TimeoutError, lambda e: "timeout"),
    (ConnectionResetError, lambda e: "connection reset"),
    (ConnectionAbortedError, lambda e: "connection reset"),
    (ProcessLookupError, lambda e: "process lookup"),
    (OSError, lambda e: "io error"),
    (ValueError, lambda e: "illegal argument"),
    (RuntimeError, lambda e: "illegal state"),
    (LookupError, lambda e: "no such element"),
]


def word(error):
    """Returns the word for an exception; `none` for None."""
    if error is None:
        return "none"
    for kind, text in WORDS:
        if isinstance(error, kind):
            return text(error)
    raise AssertionError("no word for this exception") from error


def show(value):
    """Returns a value as both languages print it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        return value.decode("ascii").replace("\n", "\\n") or "nothing"
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if isinstance(value, BaseException):
        return word(value)
    assert isinstance(value, (int, str)), value
    return str(value)


def attempt(out, label, call):
    """Prints what a call returns, or the word for what it raises."""
    try:
        value = call()
    except BaseException as error:
        out(f"{label}: {word(error)}")
    else:
        out(f"{label}: {show(value)}")


async def attempt_await(out, label, awaitable):
    """As `attempt` for an awaitable. In Java the two are one method: a suspending call is a call."""
    try:
        value = await awaitable
    except BaseException as error:
        out(f"{label}: {word(error)}")
    else:
        out(f"{label}: {show(value)}")
