# SPDX-License-Identifier: Apache-2.0
"""Starts a program of examples/ by bin/asyncio and looks at its process from outside."""

import contextlib
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVING = re.compile(r"serving on (?:.*:(\d+)|[/@].+)")


class Server:
    """A running example that has said where it serves; its port is None when that is no port."""

    def __init__(self, process, port, errors):
        self.process = process
        self.port = port
        self.errors = errors

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def settled_descriptors(self, seconds=1):
        """Waits until the count has not changed for so long, and returns it."""
        count, since = self.descriptors(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.02)
            now = self.descriptors()
            if now != count:
                count, since = now, time.monotonic()
        return count

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def standard_error(self):
        self.errors.seek(0)
        return self.errors.read()


# As sd_listen_fds(3) has it: descriptor 3, for the process that the shell becomes.
PASS_LISTENER = 'exec 3<&"$1"; shift; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'


@contextlib.contextmanager
def running(example, *arguments, portable=False, descriptors=None, port=0, jvm=(), listener=None):
    """Runs an example until the block ends.

    port: what it is told to serve on; None for an example that is told by its other arguments.
    descriptors: a hard limit on how many it may have open.
    jvm: options for the JVM, which then runs the example alone and not its compiler.
    listener: a listening socket that is passed to it: as a supervisor does, or as standard input if portable.
    """
    launcher = ROOT / "bin" / "asyncio"
    # What it says when it builds is not the example's.
    subprocess.run([launcher, "--check"], check=True, capture_output=True)
    line = [*([] if port is None else ["--port", str(port)]), *[str(word) for word in arguments]]
    keywords = {"stdin": subprocess.PIPE}

    def limit():
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    with tempfile.TemporaryFile("w+") as errors, tempfile.TemporaryDirectory() as classes:
        if jvm:
            command = [*java(example, classes, portable), *jvm, example, *line]
        else:
            command = [launcher, *(["--portable"] if portable else []), example, *line]
        if listener is not None and portable:
            keywords["stdin"] = listener
        elif listener is not None:
            keywords["pass_fds"] = [listener.fileno()]
            command = ["bash", "-c", PASS_LISTENER, "bash", str(listener.fileno()), *command]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, preexec_fn=limit, **keywords)
        try:
            line = process.stdout.readline()
            match = SERVING.search(line)
            if match is None:
                errors.seek(0)
                raise AssertionError(f"{example} said {line!r} and {errors.read()!r}")
            yield Server(process, match[1] and int(match[1]), errors)
        finally:
            process.terminate()
            process.wait(30)
            for pipe in process.stdin, process.stdout:
                if pipe is not None:
                    pipe.close()


def library():
    """Returns the jar of the library: the newest, which is neither its sources nor its tests."""
    jars = (ROOT / "core" / "target").glob("asyncio4j-*.jar")
    return max((jar for jar in jars if not re.search("-(sources|javadoc|tests)$", jar.stem)), key=os.path.getmtime)


def java(example, classes, portable):
    """Compiles an example, and returns how it is run without bin/asyncio."""
    home = subprocess.run([ROOT / "bin" / "asyncio", "--java-home"], check=True, capture_output=True, text=True)
    tools = pathlib.Path(home.stdout.strip()) / "bin"
    jar = library()
    path = os.pathsep.join(str(file) for file in [jar, *(ROOT / "core" / "target" / "lib").glob("*.jar")])
    source = ROOT / "examples" / "src" / "main" / "java" / f"{example}.java"
    subprocess.run([tools / "javac", "-cp", path, "-d", classes, source], check=True)
    flags = [] if portable else [f"@{ROOT / 'bin' / 'asyncio4j.args'}"]
    return [tools / "java", *flags, "-cp", f"{jar}{os.pathsep}{classes}"]


def check(what, holds, figure=""):
    """Prints one finding; ends the program when it does not hold."""
    print(f"{'ok  ' if holds else 'FAIL'} {what}{': ' if figure != '' else ''}{figure}", flush=True)
    if not holds:
        raise SystemExit(1)
