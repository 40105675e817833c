#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The faults of docs/reliability.md, in full: as much of each as its pass figure says.

Runs the tests that the table names, by Maven, with `-Dio.github.asyncio4j.load=full`. Prints one line
for each fault; exits with 1 when one did not pass, or was not run.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "reliability.md"
REPORTS = ROOT / "core" / "target" / "surefire-reports"
# | fault | what is done | `Class.method` and others | pass figure |
ROW = re.compile(r"\| ([A-Z]\d+) \|")
TEST = re.compile(r"`(\w+Test)\.(\w+)`")


def faults():
    """Returns the tests of each fault."""
    found = {}
    for line in TABLE.read_text().splitlines():
        row = ROW.match(line)
        if row:
            found[row[1]] = TEST.findall(line)
    return found


def results():
    """Returns how often each test was run, and how often it failed."""
    counts = {}
    for report in REPORTS.glob("TEST-*.xml"):
        for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
            # Each kind of loop has a number behind the names.
            simple = re.match(r"\w+", case.get("classname").rpartition(".")[2])[0]
            method = re.match(r"\w+", case.get("name"))[0]
            runs, failed = counts.get((simple, method), (0, 0))
            bad = case.find("failure") is not None or case.find("error") is not None
            counts[simple, method] = runs + 1, failed + bad
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", help="ids, such as B7; all by default")
    parser.add_argument("--usual", action="store_true", help="the counts of every build")
    arguments = parser.parse_args()
    wanted = {f: t for f, t in faults().items() if not arguments.faults or f in arguments.faults}
    if not wanted:
        sys.exit(f"no such fault in {TABLE.name}: {' '.join(arguments.faults)}")
    for report in REPORTS.glob("TEST-*.xml"):
        report.unlink()
    methods = {}
    for tests in wanted.values():
        for simple, method in tests:
            methods.setdefault(simple, set()).add(method)
    chosen = ",".join(f"{c}#{'+'.join(sorted(m))}" for c, m in sorted(methods.items()))
    command = ["mvn", "-B", "-q", "-pl", "core", "test", f"-Dtest={chosen}"]
    command.append("-Dmaven.test.failure.ignore=true")
    if not arguments.usual:
        command.append("-Dio.github.asyncio4j.load=full")
    subprocess.run(command, cwd=ROOT, check=True)
    counts = results()
    passed = True
    for fault, tests in wanted.items():
        runs = [counts.get(test, (0, 0)) for test in tests]
        good = bool(runs) and all(count > 0 and failed == 0 for count, failed in runs)
        passed &= good
        print(f"{fault}: {'passed' if good else 'FAILED'}, {sum(count for count, _ in runs)} runs")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
