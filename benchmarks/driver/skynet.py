# SPDX-License-Identifier: Apache-2.0
"""A tree of tasks, ten below each, that adds up the numbers of its leaves: time and peak memory.

Each figure is from a process of its own: the seconds are those of the tree alone, the processor
seconds and the memory those of the whole process.
"""

import argparse
import json
import os
import subprocess
import sys

import machine
from machine import BENCHMARKS, Missing

JAVA_OPTIONS = ["-XX:+UseSerialGC"]
FLAGS = [
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
]
MAIN_CLASS = "io.github.asyncio4j.benchmarks.Skynet"


def measure(command, leaves, style):
    """One process: what it prints, and the processor's time."""
    process = subprocess.Popen([*command, str(leaves), style], stdout=subprocess.PIPE, text=True)
    with process.stdout:
        line = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Missing("the program stops, see above")
    found = json.loads(line)
    expected = leaves * (leaves - 1) // 2
    if found["sum"] != expected:
        raise SystemExit(f"{found['sum']} is not the sum, {expected} is")
    return {**found, "leaves": leaves, "style": style, "cpu": usage.ru_utime + usage.ru_stime}


def commands(options):
    """{name: command, how many leaves}: the peer comes first."""
    yield "asyncio", [sys.executable, BENCHMARKS / "peers" / "skynet.py"], [options.python_leaves]
    path = os.environ.get("BENCHMARKS_CLASS_PATH") or machine.class_path(MAIN_CLASS)
    java = [machine.find_java(), *JAVA_OPTIONS, f"-Xms{options.heap}", f"-Xmx{options.heap}"]
    for name, flags in ("asyncio4j", FLAGS), ("asyncio4j, no flags", []):
        yield name, [*java, *flags, "-cp", path, MAIN_CLASS], options.leaves


def print_row(name, row, peer):
    tasks = sum(row["leaves"] // 10**n for n in range(len(str(row["leaves"]))))
    each = {
        "us": row["seconds"] * 1e6 / tasks,
        "cpu": row["cpu"] * 1e6 / tasks,
        "bytes": row["peak_kib"] * 1024 / tasks,
    }
    cells = f"{name:20} {row['style']:6} {row['leaves']:9,} {row['sum']:15,} {row['seconds']:8.2f}"
    cells += f" {row['cpu']:8.2f} {row['peak_kib'] / 1024:9.0f}"
    cells += f" {each['us']:8.2f} {each['cpu']:8.2f} {each['bytes']:8.0f}"
    if peer:
        cells += "".join(f" {each[what] / peer[what]:8.2f}" for what in each)
    print(cells, flush=True)
    return each


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/skynet", description=__doc__)
    parser.add_argument("--leaves", type=int, nargs="+", default=[100_000, 1_000_000],
                        help="powers of ten")
    parser.add_argument("--python-leaves", type=int, default=100_000, help="a power of ten")
    parser.add_argument("--styles", nargs="+", default=["gather", "group"])
    parser.add_argument("--heap", default="1g", help="of the JVM, from the start")
    parser.add_argument("--json", metavar="FILE", help="write the raw data there")
    options = parser.parse_args()
    raw, rows, peers = machine.facts(), [], {}
    raw["java_options"] = " ".join([*JAVA_OPTIONS, f"-Xms{options.heap} -Xmx{options.heap}"])
    machine.print_facts(raw)
    print("\n" + " " * 80 + "for each task".ljust(27) + "asyncio = 1")
    print(f"{'':20} {'style':6} {'leaves':>9} {'sum':>15} {'seconds':>8} {'CPU s':>8} {'peak MiB':>9}"
          f" {'us':>8} {'CPU us':>8} {'bytes':>8} {'time':>8} {'CPU':>8} {'memory':>8}")
    try:
        for name, command, sizes in commands(options):
            for style in options.styles:
                for leaves in sizes:
                    row = measure(command, leaves, style)
                    rows.append({"name": name, **row})
                    each = print_row(name, row, peers.get(style))
                    if name == "asyncio":
                        peers[style] = each
    except (Missing, OSError) as reason:
        print(f"missing: {reason}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({**raw, "runs": rows}, file, indent=1)


if __name__ == "__main__":
    main()
