# SPDX-License-Identifier: Apache-2.0
"""The loop's own costs in nanoseconds: asyncio4j (JMH) beside asyncio and uvloop, in one run."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
from machine import BENCHMARKS, JAVA_OPTIONS, Missing

JAVA_FLAGS = [
    *JAVA_OPTIONS.replace("256m", "1g").split(),
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
]
# asyncio's time must be this many times ours.
GOALS = {"callSoon": 40, "futureRoundTrip": 15, "createTaskAwait": 15}
GOAL_TIER = "loop-thread epoll"


def java_results(options, raw):
    """{tier: {measurement: nanoseconds}} of every engine and selector."""
    main_class = "io.github.asyncio4j.benchmarks.CallbackBenchmark"
    path = os.environ.get("BENCHMARKS_CLASS_PATH") or machine.class_path(main_class)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "jmh.json")
        command = [machine.find_java(), "-cp", path, "org.openjdk.jmh.Main"]
        command += ["-rf", "json", "-rff", str(file), "-jvmArgs", " ".join(JAVA_FLAGS), "-to", "2m"]
        command += ["-f", str(options.forks), "-w", f"{options.seconds}s", "-r", f"{options.seconds}s"]
        if options.tiers:
            engines, selectors = zip(*(tier.split() for tier in options.tiers))
            command += ["-p", "engine=" + ",".join(dict.fromkeys(engines))]
            command += ["-p", "selector=" + ",".join(dict.fromkeys(selectors))]
        command += [options.only or ".*"]
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            raise Missing("JMH stops, see above")
        raw["jmh"] = json.loads(file.read_text())
    results = {}
    for run in raw["jmh"]:
        parameters = run["params"]
        name = run["benchmark"].rpartition(".")[2]
        if parameters.get("pending", "0") != "0":
            name += f", {parameters['pending']} pending"
        tier = f"{parameters['engine']} {parameters['selector']}"
        results.setdefault(tier, {})[name] = run["primaryMetric"]["score"]
    return results


def python_results(kind, options):
    python = machine.find_uvloop() if kind == "uvloop" else sys.executable
    command = [python, BENCHMARKS / "peers" / "micro.py", kind, str(options.python_seconds)]
    print(f"measuring {kind}", file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Missing("the measurement stops, see above")
    return json.loads(done.stdout)


def print_table(columns):
    # What failed or was not asked for is a dash; JMH says why on stderr.
    names = dict.fromkeys(name for column in columns.values() for name in column)
    print(f"\n{'nanoseconds':34}" + "".join(f"{column:>19}" for column in columns))
    for name in names:
        cells = [column.get(name) for column in columns.values()]
        print(f"{name:34}" + "".join("-".rjust(19) if c is None else f"{c:19,.1f}" for c in cells))


def print_ratios(columns, peer):
    ours = {name: column for name, column in columns.items() if " " in name}
    if peer not in columns or not ours:
        return
    print(f"\n{peer + ' = 1':34}" + "".join(f"{tier:>19}" for tier in ours) + "  goal")
    for name, reference in columns[peer].items():
        cells = [column.get(name) for column in ours.values()]
        if not any(cells):
            continue
        print(f"{name:34}" + "".join(
            "-".rjust(19) if c is None else f"1/{reference / c:.1f}".rjust(19) for c in cells
        ), end="")
        goal = GOALS.get(name) if peer == "asyncio" else None
        mine = ours.get(GOAL_TIER, {}).get(name)
        if goal and mine:
            print(f"  1/{goal} " + ("met" if reference / mine >= goal else "not met"), end="")
        print()


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/micro", description=__doc__)
    parser.add_argument("--seconds", type=int, default=1, help="of each JMH iteration, 5 + 5 of them")
    parser.add_argument("--python-seconds", type=float, default=2, help="warm-up, then measured")
    parser.add_argument("--forks", type=int, default=1, help="JVMs for each JMH measurement")
    parser.add_argument("--tiers", type=lambda text: text.split(","), metavar="'ENGINE SELECTOR',...",
                        help=f"of loop-thread and baton with epoll and nio, such as '{GOAL_TIER}'")
    parser.add_argument("--only", metavar="REGEX", help="which JMH methods")
    parser.add_argument("--json", metavar="FILE", help="write the raw data there")
    parser.add_argument("--install", action="store_true", help="install uvloop with apt-get first")
    options = parser.parse_args()
    if options.install:
        machine.install_uvloop()
    raw, columns, missing = machine.facts(), {}, {}
    raw["java_options"] = " ".join(JAVA_FLAGS)
    for kind in "asyncio", "uvloop":
        try:
            columns[kind] = python_results(kind, options)
        except (Missing, OSError) as reason:
            missing[kind] = str(reason)
    try:
        columns.update(java_results(options, raw))
    except (Missing, OSError) as reason:
        missing["asyncio4j"] = str(reason)

    machine.print_facts(raw)
    print_table(columns)
    print_ratios(columns, "asyncio")
    print_ratios(columns, "uvloop")
    for name, reason in missing.items():
        print(f"missing: {name}: {reason}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({**raw, "missing": missing, "nanoseconds": columns}, file, indent=1)


if __name__ == "__main__":
    main()
