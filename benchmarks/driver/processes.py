# SPDX-License-Identifier: Apache-2.0
"""Child processes: starting them, and lines to one and back.

Each program measures twice: soon after its start, when a JVM still interprets most of what runs, and
after many more, as in a server. A figure is the median of the rounds, which go over all peers in turn.
`C` has nothing in between and shows what the system itself needs. The children inherit the standard
streams, `/bin/true` uses none. `ProcessBuilder` starts one after the other; two threads write to its
child and read from it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

import machine
from machine import BENCHMARKS, Missing

JAVA_OPTIONS = ["-XX:+UseSerialGC", "-Xms256m", "-Xmx256m"]
FLAGS = [
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
]
MAIN_CLASS = "io.github.asyncio4j.benchmarks.Processes"


def commands():
    """[(name, command)], one after the other."""
    path = os.environ.get("BENCHMARKS_CLASS_PATH") or machine.class_path(MAIN_CLASS)
    java = [machine.find_java(), *JAVA_OPTIONS]
    main = ["-cp", path, MAIN_CLASS]
    return [
        ("C", [machine.compile_c("processes")]),
        ("asyncio", [sys.executable, BENCHMARKS / "peers" / "processes.py"]),
        ("ProcessBuilder", [*java, *main, "builder"]),
        ("asyncio4j", [*java, *FLAGS, *main, "asyncio4j"]),
        ("asyncio4j, no flags", [*java, *main, "asyncio4j"]),
    ]


def measure(command, what):
    process = subprocess.run([*command, *what], stdout=subprocess.PIPE, text=True)
    if process.returncode != 0:
        raise Missing("the program stops, see above")
    return json.loads(process.stdout)


def rate_table(runs, key, count):
    """A line for each peer: the median of its rounds, and its rate over those of the first ones."""
    rates = {name: count / statistics.median(run[key] for run in found) for name, found in runs.items()}
    for name, rate in rates.items():
        print(f"{name:20} {count / rate:8.4f} {rate:9,.0f} {rate / rates['asyncio']:10.2f}"
              f" {rate / rates.get('ProcessBuilder', rate):17.2f}")


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/processes", description=__doc__)
    parser.add_argument("--spawns", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--round-trips", type=int, default=1000)
    parser.add_argument("--warm-up", type=int, default=20, metavar="N",
                        help="N times as many round trips, and a tenth of N as many spawns, come between (20)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE", help="write the raw data there")
    options = parser.parse_args()
    raw, runs = machine.facts(), {}
    raw["java_options"] = " ".join(JAVA_OPTIONS)
    machine.print_facts(raw)
    counts = {"spawn": options.spawns, "roundtrip": options.round_trips}
    warm_ups = {"spawn": options.spawns * options.warm_up // 10, "roundtrip": options.round_trips * options.warm_up}
    try:
        for _ in range(options.rounds):
            for what, count in counts.items():
                for name, command in commands():
                    result = measure(command, [what, str(count), str(warm_ups[what]), str(options.at_once)])
                    runs.setdefault(what, {}).setdefault(name, []).append(result)
    except (Missing, OSError) as reason:
        print(f"missing: {reason}")
    for what, found in runs.items():
        for key, when in ("first", f"after {counts[what] // 10}"), ("seconds", f"after {warm_ups[what]:,} more"):
            print(f"\n{what + ', ' + when:20} {'seconds':>8} {'a second':>9} {'x asyncio':>10} {'x ProcessBuilder':>17}")
            rate_table(found, key, counts[what])
    if options.json:
        with open(options.json, "w") as file:
            json.dump({**raw, "runs": runs}, file, indent=1)


if __name__ == "__main__":
    main()
