# SPDX-License-Identifier: Apache-2.0
"""How long Hello World takes by `bin/asyncio`, by `java -cp` with the same flags, and by asyncio."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import server

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASYNCIO = ROOT / "bin" / "asyncio"
HELLO = ROOT / "examples" / "src" / "main" / "java" / "HelloWorld.java"
TWIN = """import asyncio


def hello_world(loop):
    print("Hello World")
    loop.stop()


loop = asyncio.new_event_loop()
loop.call_soon(hello_world, loop)
try:
    loop.run_forever()
finally:
    loop.close()
"""
# By how much bin/asyncio may be slower than each.
LIMITS = {"java -cp": 1.5, "python": 4.0}


def seconds(command):
    start = time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True)
    end = time.perf_counter()
    if (run.returncode, run.stdout, run.stderr) != (0, "Hello World\n", ""):
        sys.exit(f"{command}: {run}")
    return end - start


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--python", default=sys.executable, help="a CPython with asyncio")
    arguments.add_argument("--rounds", type=int, default=20)
    options = arguments.parse_args()

    # Whatever is done once is done now.
    subprocess.run([ASYNCIO, HELLO], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([ASYNCIO, "--portable", HELLO], check=True, stdout=subprocess.DEVNULL)
    home = subprocess.run([ASYNCIO, "--java-home"], check=True, capture_output=True, text=True)
    jdk = pathlib.Path(home.stdout.strip())
    jar = server.library()

    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([jdk / "bin" / "javac", "-cp", jar, "-d", directory, HELLO], check=True)
        twin = pathlib.Path(directory) / "hello_world.py"
        twin.write_text(TWIN)
        java = [jdk / "bin" / "java"]
        hello = ["-cp", f"{jar}{os.pathsep}{directory}", "HelloWorld"]
        commands = {
            "bin/asyncio": [ASYNCIO, HELLO],
            "java -cp": [*java, f"@{ROOT / 'bin' / 'asyncio4j.args'}", *hello],
            "bin/asyncio --portable": [ASYNCIO, "--portable", HELLO],
            "java -cp, no flags": [*java, *hello],
            "java, source file": [*java, "-cp", jar, HELLO],
            "python": [options.python, twin],
        }
        # Side by side, so that what else the machine does falls on all of them.
        times = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                times[name].append(seconds(command))

    best = {name: min(taken) for name, taken in times.items()}
    for name, taken in times.items():
        middle = sorted(taken)[len(taken) // 2]
        print(f"{name:24} {best[name] * 1e3:6.0f} ms at best, {middle * 1e3:6.0f} ms in the middle")
    kept = True
    for name, limit in LIMITS.items():
        ratio = best["bin/asyncio"] / best[name]
        kept &= ratio <= limit
        print(f"bin/asyncio takes {ratio:.2f} x {name}, at most {limit} x")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
