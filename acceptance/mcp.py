# SPDX-License-Identifier: Apache-2.0
"""The Model Context Protocol over standard input and output, with programs that are not ours.

sdk: the protocol's TypeScript SDK as the client of McpServer: every tool, errors, progress, cancel,
2,000 calls in flight, closed.
everything: its reference server under McpClient: every tool, progress, cancel, 1,000 calls in flight.
errors: McpServer answers what is no message, or no request that it knows, by the error for it.
bad: servers that do not end as they should, see mcp/bad_server.py, under mcp/Rounds.java, which counts
what is left in its own process; and under McpClient, which ends by itself.

With flags and without. Needs Node 20 or newer; npm installs what mcp/package.json names, once.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import uuid

from server import ROOT, check, library

HERE = ROOT / "acceptance" / "mcp"
INSTALLED = ROOT / "acceptance" / "target" / "mcp"
ASYNCIO = ROOT / "bin" / "asyncio"
EVERYTHING = INSTALLED / "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
KINDS = {
    # What ends it, with flags: its whole process group has to end.
    "deaf": "TERMINATED",
    "stubborn": "KILLED",
    "noisy": "INPUT_CLOSED",
    "dying": "ENDED",
    "forking": "KILLED",
}


def install():
    """Has npm install the SDK and the server, unless that is done."""
    package = (HERE / "package.json").read_text()
    done = INSTALLED / "installed.json"
    if not done.exists() or done.read_text() != package:
        if shutil.which("npm") is None:
            raise SystemExit("npm is not installed, and with it neither the SDK nor its server")
        INSTALLED.mkdir(parents=True, exist_ok=True)
        (INSTALLED / "package.json").write_text(package)
        words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
        npm = subprocess.run(words, cwd=INSTALLED, capture_output=True, text=True)
        if npm.returncode != 0:
            raise SystemExit(f"npm cannot install what {HERE / 'package.json'} names:\n{npm.stderr[-2000:]}")
        done.write_text(package)
    # A module is looked for from where the file that wants it lies.
    shutil.copy(HERE / "sdk_client.mjs", INSTALLED)


def command(portable, *words):
    return [str(word) for word in [ASYNCIO, *["--portable"] * portable, *words]]


def label(what, portable):
    return f"{what}{' --portable' * portable}"


def left_of(mark, but=None):
    """Returns the processes that have a mark in their command line, but for one."""
    found = []
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if directory.name != str(but) and mark.encode() in (directory / "cmdline").read_bytes():
                found.append(int(directory.name))
        except OSError:
            # It has ended meanwhile.
            continue
    return found


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue


# The SDK as the client.


def sdk(portable, rounds, calls):
    words = ["node", "sdk_client.mjs", rounds, calls // 2, *command(portable, "McpServer")]
    done = subprocess.run(
        [str(word) for word in words], cwd=INSTALLED, capture_output=True, text=True, timeout=600)
    for line in done.stdout.splitlines():
        check(label("sdk", portable) + ", " + line, True)
    if done.returncode != 0:
        check(label("sdk", portable), False, done.stderr[-3000:])


# Its server under our client.


def client(portable, *words, stderr=subprocess.PIPE):
    """Runs McpClient; returns its status, its output, its errors, and for how long it ran."""
    start = time.monotonic()
    done = subprocess.run(
        command(portable, "McpClient", *words), stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr or "", time.monotonic() - start


# Of a plain call it wants a task instead, which is an experiment of the protocol.
WANTS_TASK = "requires task augmentation"
# By default it wants to fetch something from far away.
ZIP = ["--call", "gzip-file-as-resource", '{"name": "x.gz", "data": "data:text/plain;base64,aGVsbG8="}']


def everything(portable, calls):
    # One of its tools shows the environment: that is to have nothing of ours.
    server = ["--", "env", "-i", f"PATH={os.environ['PATH']}", "node", str(EVERYTHING), "stdio"]
    _, out, err, _ = client(portable, "--all", *ZIP, *server)
    lines = out.splitlines()
    tools = [line.split()[1].rstrip(":") for line in lines if line.startswith("tool ")]
    answers = [line for line in lines if line.split(":")[0] in tools]
    answered = {line.split(":")[0] for line in answers}
    failed = [line for line in answers[:-1] if re.match(r"[^:]+: (failed|error|cancelled)", line)]
    unexpected = [line for line in failed if WANTS_TASK not in line and not line.startswith(ZIP[1])]
    # Tools that begin to send notifications keep it from ending with its input.
    ended = lines[-1] if lines else err[-3000:]
    check(label("everything, every tool called", portable),
          len(tools) > 5 and answered == set(tools) and not unexpected and answers[-1].startswith(f"{ZIP[1]}: <")
          and ended.startswith("server ended by ") and "SIGKILL" not in ended,
          f"{len(tools)} tools, {lines[0]}, {ended}" if tools else (lines[-5:], err[-3000:]))

    call = ["--call", "trigger-long-running-operation", '{"duration": 1, "steps": 5}']
    status, out, err, _ = client(portable, *call, *server)
    seen = [line for line in err.splitlines() if ": progress " in line]
    check(label("everything, progress", portable), status == 0 and len(seen) == 5, seen)

    call = ["--timeout", "3", "--call", "trigger-long-running-operation", '{"duration": 60, "steps": 60}']
    status, out, err, seconds = client(portable, *call, *server)
    check(label("everything, cancelled", portable),
          status == 1 and "cancelled after PT3S" in out and seconds < 30, out.splitlines()[-2:])

    status, out, err, _ = client(portable, "--times", calls, "--call", "echo", '{"message": "x"}', *server)
    check(label(f"everything, {calls} calls in flight", portable),
          status == 0 and f"echo: {calls} answers, 0 failures" in out, out.splitlines()[-2:])


# What is no message.


ERRORS = [
    ("{", -32700, None),
    ('{"jsonrpc": "2.0", "id": 1', -32700, None),
    ("\xff", -32700, None),
    ("[" * 1000, -32700, None),
    ("[]", -32600, None),
    ("1", -32600, None),
    ('{"id": 2, "method": "ping"}', -32600, 2),
    ('{"jsonrpc": "2.0", "id": 3, "method": 4}', -32600, 3),
    ('{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600, None),
    ('{"jsonrpc": "2.0", "id": "before", "method": "tools/list"}', -32600, "before"),
    ('{"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": {}}', -32602, 5),
    ('{"jsonrpc": "2.0", "id": 6, "method": "ping", "params": []}', -32602, 6),
    ('{"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": {"protocolVersion": "1999"}}', None, 7),
    ('{"jsonrpc": "2.0", "method": "notifications/initialized"}', None, None),
    ('{"jsonrpc": "2.0", "id": 8, "method": "none"}', -32601, 8),
    ('{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "none"}}', -32602, 9),
    ('{"jsonrpc": "2.0", "id": 10, "method": "tools/call", "params": {"name": "fail", "arguments":'
     ' {"message": "m", "internal": true}}}', -32603, 10),
    ('{"jsonrpc": "2.0", "id": "grün", "method": "ping"}', None, "grün"),
]


def errors(portable):
    lines = b"".join(text.encode("latin-1" if text == "\xff" else "utf-8") + b"\n" for text, _, _ in ERRORS)
    done = subprocess.run(command(portable, "McpServer"), input=lines, capture_output=True, timeout=120)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    got = [(answer.get("error", {}).get("code"), answer["id"]) for answer in answers]
    wanted = [(code, number) for text, code, number in ERRORS if "notifications/" not in text]
    # Requests are answered in tasks of their own, which may overtake what is refused at once.
    key = str
    check(label("errors", portable), done.returncode == 0 and sorted(got, key=key) == sorted(wanted, key=key),
          f"{len(got)} answers" if sorted(got, key=key) == sorted(wanted, key=key) else (got, done.stderr))

    # A line that never ends is not kept: it is refused at its 16 MiB.
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command(portable, "McpServer"), stdin=subprocess.PIPE, stdout=log, stderr=subprocess.PIPE)
        sent = 0
        try:
            while sent < 1 << 30:
                sent += process.stdin.write(b"x" * 65536)
        except BrokenPipeError:
            pass
        said = process.stderr.read().decode()
        status = process.wait(30)
        log.seek(0)
        answer = json.loads(log.read())
        for pipe in process.stdin, process.stderr:
            try:
                pipe.close()
            except BrokenPipeError:
                pass
    check(label("errors, a line without end", portable),
          status == 1 and "a line of more than 16777216 bytes" in said and sent < 20 << 20
          and answer["error"]["code"] == -32600,
          f"{sent >> 20} MiB taken, {said.splitlines()[-1]}")


# Servers that do not end as they should.


def compile_rounds(classes):
    """Compiles the driver with what the examples share."""
    home = subprocess.run([ASYNCIO, "--java-home"], check=True, capture_output=True, text=True)
    tools = pathlib.Path(home.stdout.strip()) / "bin"
    path = os.pathsep.join(str(file) for file in [library(), *(ROOT / "core" / "target" / "lib").glob("*.jar")])
    sources = ROOT / "examples" / "src" / "main" / "java"
    words = [tools / "javac", "-cp", path, "-sourcepath", sources, "-d", classes, HERE / "Rounds.java"]
    subprocess.run(words, check=True)
    return tools / "java"


def rounds_of(kind, portable, java, classes, options):
    mark = f"mark-{uuid.uuid4()}"
    words = [java, *([] if portable else [f"@{ROOT / 'bin' / 'asyncio4j.args'}"])]
    words += ["-cp", f"{library()}{os.pathsep}{classes}", "Rounds", options.rounds, options.at_once]
    words += [options.grace, "python3", HERE / "bad_server.py", kind, mark]
    start = time.monotonic()
    # Without flags there are no process groups: what a server has started is its own affair, and while it holds
    # the pipes it holds the threads that read them.
    alone = portable and kind == "forking"
    survivors = []
    out = ""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            for line in process.stdout:
                if line.startswith("look "):
                    survivors = left_of(mark, process.pid)
                    if alone:
                        kill(survivors)
                    process.stdin.write("\n")
                    process.stdin.flush()
                else:
                    out += line
            printed = time.monotonic()
            status = process.wait(10)
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
            kill(left_of(mark))
        log.seek(0)
        said = log.read()
    found = dict(line.split(" ", 1) for line in out.splitlines())
    what = label(f"bad, {kind}, {options.rounds} rounds", portable)
    if status != 0 or "children" not in found:
        check(what, False, (status, out[-3000:], said[-3000:]))
    longest = int(found["longest_ms"])
    before_after = [tuple(map(int, found[name].split())) for name in ("threads", "descriptors", "children")]
    step = "INPUT_CLOSED" if portable and kind == "forking" else KINDS[kind]
    # Two steps that wait take their grace each; what the machine adds is its own.
    allowed = 2 * options.grace + 3000
    holds = all(after <= before for before, after in before_after) and longest <= allowed
    # Of one that dies the end of its output may be seen first, and its input is closed before its end.
    ways = ["ENDED", "INPUT_CLOSED"] if kind == "dying" else [step]
    counts = dict(pair.split("=") for pair in found["steps"].strip("{}").split(", "))
    holds &= set(counts) <= set(ways) and sum(map(int, counts.values())) == options.rounds
    holds &= len(survivors) == (options.rounds if alone else 0)
    figure = f"{found['steps']}, {found['answers']} answers, {found['failures']} failures, "
    figure += f"longest {longest} ms with a grace of {options.grace} ms, "
    figure += ", ".join(f"{name} {before} then {after}" for name, (before, after) in zip(
        ("threads", "descriptors", "children"), before_after))
    figure += f", survivors {len(survivors)}, the JVM ended by itself {(time.monotonic() - printed) * 1000:.0f} ms later"
    figure += f", all in {time.monotonic() - start:.0f} s"
    check(what, holds, figure if holds else (figure, found["more"], said[-3000:]))


def bad(portable, options):
    with tempfile.TemporaryDirectory() as classes:
        java = compile_rounds(classes)
        for kind in options.kinds:
            rounds_of(kind, portable, java, classes, options)
    for kind in options.kinds:
        longest = 0
        for number in range(options.processes):
            mark = f"mark-{uuid.uuid4()}"
            words = ["--grace", "0.3", "--call", "echo", "--", "python3", HERE / "bad_server.py", kind, mark]
            # Noise is not worth keeping.
            errors_to = subprocess.DEVNULL if kind == "noisy" else subprocess.PIPE
            status, out, err, seconds = client(portable, *words, stderr=errors_to)
            survivors = left_of(mark)
            kill(survivors)
            longest = max(longest, seconds)
            ended = out.splitlines()[-1] if out else ""
            failed = kind == "dying"
            if (status, not survivors) != (int(failed), not (portable and kind == "forking")) or "ended by" not in ended:
                check(label(f"bad, {kind} under McpClient, round {number}", portable), False,
                      (status, survivors, out, err[-2000:]))
        check(label(f"bad, {kind} under McpClient", portable), True,
              f"{options.processes} processes, gone after at most {longest:.1f} s, start included; {ended}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=10, help="how many bad servers at a time")
    parser.add_argument("--grace", type=int, default=300, help="of the rounds, in milliseconds")
    parser.add_argument("--processes", type=int, default=3, help="how often McpClient runs each bad server")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--parts", nargs="+", default=["sdk", "everything", "errors", "bad"])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--tier", choices=["native", "portable"])
    options = parser.parse_args()
    subprocess.run([ASYNCIO, "--check"], check=True, capture_output=True)
    if {"sdk", "everything"} & set(options.parts):
        install()
    for portable in [options.tier == "portable"] if options.tier else [False, True]:
        if "sdk" in options.parts:
            sdk(portable, options.rounds, 2 * options.calls)
        if "everything" in options.parts:
            everything(portable, options.calls)
        if "errors" in options.parts:
            errors(portable)
        if "bad" in options.parts:
            bad(portable, options)


if __name__ == "__main__":
    main()
