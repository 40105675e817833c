#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python half of the conformance scenarios and keeps what they print.

record.py                   writes expected/*.txt
record.py --check           compares and exits 1 on any difference
record.py --show NAME..     prints the lines of some scenarios
record.py --twins [THEME..] prints what the author of the Java half has to know of each scenario
"""

import argparse
import asyncio
import contextvars
import difflib
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
SHARED = {"certificates", "scenario", "support", "waiters", "words"}
HEADER = "# "
SECONDS_PER_SCENARIO = 60


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
    for line in lines:
        assert line and not line.startswith(HEADER), f"{scenario.name} printed {line!r}, which is no line of a record"
    return lines


def section(scenario, lines):
    """Returns the text of one scenario: its name and ids, then its lines."""
    return "".join(line + "\n" for line in [f"{HEADER}{scenario.name}: {' '.join(scenario.ids)}", *lines])


def themes(scenarios):
    """Returns the scenarios of each theme, in the order of their declarations."""
    by_theme = {}
    for scenario in scenarios:
        by_theme.setdefault(scenario.theme, []).append(scenario)
    return by_theme


def twins(scenarios):
    """Returns the table of the twins of each theme."""
    parts = []
    for theme, members in themes(scenarios).items():
        parts.append(f"## {theme}\n\n| scenario | kind | ids | how to mirror it |\n|---|---|---|---|\n")
        for s in members:
            kind = "task" if s.is_task else "loop"
            parts.append(f"| {s.name} | {kind} | {' '.join(s.ids)} | {s.mirror} |\n")
        parts.append("\n")
    return "".join(parts).removesuffix("\n")


def record(files):
    EXPECTED.mkdir(exist_ok=True)
    for path in EXPECTED.glob("*.txt"):
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.write_text(text)


def check(files):
    """Prints how what is kept differs from what was printed now; returns the number of files."""
    wrong = 0
    for path in sorted({*EXPECTED.glob("*.txt"), *files}):
        kept = path.read_text() if path.exists() else ""
        printed = files.get(path, "")
        if kept != printed:
            wrong += 1
            name = str(path.relative_to(HERE))
            sys.stdout.writelines(
                difflib.unified_diff(kept.splitlines(True), printed.splitlines(True), name, "printed now")
            )
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 on a difference")
    parser.add_argument("--show", nargs="+", metavar="NAME", help="print some scenarios only")
    parser.add_argument("--twins", nargs="*", metavar="THEME", help="print the list for the Java half")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 13):
        parser.error(f"needs CPython 3.13, this is {sys.version.split()[0]}")
    os.environ.pop("PYTHONASYNCIODEBUG", None)
    warnings.simplefilter("ignore")
    logging.getLogger("asyncio").propagate = False
    scenarios = load()
    if options.show:
        print("\n".join(section(scenarios[name], run(scenarios[name])) for name in options.show), end="")
        return 0
    if options.twins is not None:
        print(twins([s for s in scenarios.values() if not options.twins or s.theme in options.twins]), end="")
        return 0
    files = {
        EXPECTED / f"{theme}.txt": "\n".join(section(s, run(s)) for s in members)
        for theme, members in themes(scenarios.values()).items()
    }
    if options.check:
        wrong = check(files)
        print(f"{len(scenarios)} scenarios checked, {wrong} files differ")
        return 1 if wrong else 0
    record(files)
    print(f"{len(scenarios)} scenarios recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
