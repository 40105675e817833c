# SPDX-License-Identifier: Apache-2.0
"""Child processes: starting them, and lines to one and back.

Each figure is from a program of its own, after a tenth as many that are not counted; the median of
the rounds, which go over all peers in turn. The children inherit the standard streams, `/bin/true`
uses none. `ProcessBuilder` starts one after the other; two threads write to its child and read from it.
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
    """[(name, command)]: the first two are the peers of the others."""
    path = os.environ.get("BENCHMARKS_CLASS_PATH") or machine.class_path(MAIN_CLASS)
    java = [machine.find_java(), *JAVA_OPTIONS]
    main = ["-cp", path, MAIN_CLASS]
    return [
        ("asyncio", [sys.executable, BENCHMARKS / "peers" / "processes.py"]),
        ("ProcessBuilder", [*java, *main, "builder"]),
        ("asyncio4j", [*java, *FLAGS, *main, "asyncio4j"]),
        ("asyncio4j, no flags", [*java, *main, "asyncio4j"]),
    ]


def measure(command, what):
    process = subprocess.run([*command, *what], stdout=subprocess.PIPE, text=True)
    if process.returncode != 0:
        raise Missing("the program stops, see above")
    return json.loads(process.stdout)["seconds"]


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/processes", description=__doc__)
    parser.add_argument("--spawns", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--round-trips", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE", help="write the raw data there")
    options = parser.parse_args()
    raw, runs = machine.facts(), {}
    raw["java_options"] = " ".join(JAVA_OPTIONS)
    machine.print_facts(raw)
    wanted = {
        "spawn": ["spawn", str(options.spawns), str(options.at_once)],
        "roundtrip": ["roundtrip", str(options.round_trips)],
    }
    try:
        for _ in range(options.rounds):
            for what, arguments in wanted.items():
                for name, command in commands():
                    seconds = measure(command, arguments)
                    runs.setdefault(what, {}).setdefault(name, []).append(seconds)
    except (Missing, OSError) as reason:
        print(f"missing: {reason}")
    print(f"\n{'':20} {'':10} {'seconds':>8} {'a second':>9} {'rate x asyncio':>15} {'x ProcessBuilder':>17}")
    for what, found in runs.items():
        count = int(wanted[what][1])
        rates = {name: count / statistics.median(times) for name, times in found.items()}
        for name, rate in rates.items():
            print(f"{name:20} {what:10} {count / rate:8.3f} {rate:9,.0f} {rate / rates['asyncio']:15.2f}"
                  f" {rate / rates.get('ProcessBuilder', rate):17.2f}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({**raw, "runs": runs}, file, indent=1)


if __name__ == "__main__":
    main()
