#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python half of the conformance scenarios and keeps what they print.

record.py               writes expected/*.txt and TWINS.md
record.py --check       compares and exits 1 on any difference
record.py --show NAME.. prints the lines of some scenarios
"""

import argparse
import asyncio
import contextvars
import faulthandler
import gc
import importlib
import logging
import os
import pathlib
import sys
import threading
import warnings

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / "python"
EXPECTED = HERE / "expected"
TWINS = HERE / "TWINS.md"
SHARED = {"scenario", "support", "waiters", "words"}
SECONDS_PER_SCENARIO = 60

TWINS_HEAD = """# Twins

For the author of the Java half. Each scenario has a twin of the same name in camelCase that prints the lines in
`expected/NAME.txt`, line for line. Written by `record.py` from the declarations in `python/`; do not edit.

Kind `task`: the body is the main task of a fresh loop (`Asyncio.run(() -> ...)`). Kind `loop`: the body makes its loops
itself and runs them. `attempt` and `attempt_await` are one method in Java. What both halves share is described in README.md.
"""


class Errors(logging.Handler):
    """Keeps what asyncio logs at ERROR: a scenario that does not expect it has failed."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.texts = []

    def emit(self, record):
        self.texts.append(self.format(record))


def load():
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(SOURCES))
    for path in sorted(SOURCES.glob("*.py")):
        if path.stem not in SHARED:
            importlib.import_module(path.stem)
    return sys.modules["scenario"].ALL


def run(scenario):
    """Returns the lines of one scenario, run in a loop, a context and a default policy of its own."""
    lines = []
    errors = Errors()
    logger = logging.getLogger("asyncio")
    logger.addHandler(errors)
    faulthandler.dump_traceback_later(SECONDS_PER_SCENARIO, exit=True)
    try:
        if scenario.is_task:
            contextvars.copy_context().run(asyncio.run, scenario.body(lines.append), debug=False)
        else:
            contextvars.copy_context().run(scenario.body, lines.append)
        gc.collect()
    finally:
        faulthandler.cancel_dump_traceback_later()
        logger.removeHandler(errors)
        asyncio.set_event_loop(None)
        asyncio.set_event_loop_policy(None)
    assert scenario.logs_errors or not errors.texts, f"{scenario.name} logged: {errors.texts}"
    assert threading.active_count() == 1, f"{scenario.name} left threads: {threading.enumerate()}"
    assert lines, f"{scenario.name} printed nothing"
    assert not any("\n" in line for line in lines), f"{scenario.name} printed a line feed"
    return "".join(line + "\n" for line in ["# " + " ".join(scenario.ids), *lines])


def twins(scenarios):
    parts = [TWINS_HEAD]
    for theme in sorted({s.theme for s in scenarios}):
        parts.append(f"\n## {theme}\n\n| scenario | kind | ids | how to mirror it |\n|---|---|---|---|\n")
        for s in scenarios:
            if s.theme == theme:
                kind = "task" if s.is_task else "loop"
                parts.append(f"| {s.name} | {kind} | {' '.join(s.ids)} | {s.mirror} |\n")
    return "".join(parts)


def record(files):
    EXPECTED.mkdir(exist_ok=True)
    for path in EXPECTED.glob("*.txt"):
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.write_text(text)
    print(f"{len(files) - 1} scenarios recorded")


def check(files):
    stale = [path for path in EXPECTED.glob("*.txt") if path not in files]
    wrong = stale + [p for p, text in files.items() if not p.exists() or p.read_text() != text]
    for path in wrong:
        print(f"differs: {path.relative_to(HERE)}\n{files.get(path, 'no such scenario')}")
    print(f"{len(files) - 1} scenarios checked, {len(wrong)} files differ")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 on a difference")
    parser.add_argument("--show", nargs="+", metavar="NAME", help="print some scenarios only")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 13):
        parser.error(f"needs CPython 3.13, this is {sys.version.split()[0]}")
    os.environ.pop("PYTHONASYNCIODEBUG", None)
    warnings.simplefilter("ignore")
    logging.getLogger("asyncio").propagate = False
    scenarios = load()
    if options.show:
        for name in options.show:
            print(f"{name}\n{run(scenarios[name])}")
        return 0
    files = {EXPECTED / f"{s.name}.txt": run(s) for s in scenarios.values()}
    files[TWINS] = twins(list(scenarios.values()))
    if options.check:
        return check(files)
    record(files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
