# SPDX-License-Identifier: Apache-2.0
"""Echo over TCP, UDP or TLS, or handshakes of TLS, on one core: asyncio4j beside its peers, the load on a second core."""

import argparse
import fnmatch
import json
import os
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import machine
from machine import BENCHMARKS, JAVA_OPTIONS, ROOT, Missing

START_SECONDS = 120
COLOUR = re.compile(r"\x1b\[[\d;]*m")
SERVING = re.compile(rb"serving on \S+:(\d+)")

# Below this share the server was waiting for the load: its requests/s are the load's limit.
SERVER_BUSY = 0.95
# More than this share of a core used by anything else makes a measurement doubtful.
DISTURBED = 0.10


def c_loop(name="echo", *arguments):
    return lambda: [machine.compile_c(name), *arguments]


def over_tls(peer):
    """The same with a certificate and its key for arguments."""
    return lambda: [*peer(), *machine.certificate()]


def java_peer(name, *arguments, options=()):
    def command():
        main_class = f"io.github.asyncio4j.benchmarks.{name}"
        path = os.environ.get("BENCHMARKS_CLASS_PATH") or machine.class_path(main_class)
        return [machine.find_java(), *options, "-cp", path, main_class, *arguments]

    return command


def python_peer(kind, style):
    def command():
        python = machine.find_uvloop() if kind == "uvloop" else sys.executable
        return [python, BENCHMARKS / "peers" / "echo.py", kind, style]

    return command


def ours(example, *options, style=None):
    def command():
        launcher = ROOT / "bin" / "asyncio"
        server = ROOT / "examples" / "src" / "main" / "java" / f"{example}.java"
        for needed in launcher, server:
            if not needed.exists():
                raise Missing(f"no {needed.relative_to(ROOT)}")
        words = [launcher, *options, server, "--host", "127.0.0.1", "--port", "0"]
        return words if style is None else [*words, "--style", style]

    return command


OWN = [
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Dio.netty.leakDetection.level=disabled",
]
NETTY = ["--enable-native-access=ALL-UNNAMED", "-Dio.netty.leakDetection.level=disabled"]
PEERS = {
    "tcp": {
        "c": c_loop(),
        "netty-epoll": java_peer("NettyEcho", "epoll", options=NETTY),
        "netty-nio": java_peer("NettyEcho", "nio", options=NETTY),
        "virtual-threads": java_peer(
            "VirtualThreadEcho", options=["-Djdk.virtualThreadScheduler.parallelism=1"]
        ),
        "asyncio-protocol": python_peer("asyncio", "protocol"),
        "asyncio-streams": python_peer("asyncio", "streams"),
        "uvloop-protocol": python_peer("uvloop", "protocol"),
        "uvloop-streams": python_peer("uvloop", "streams"),
        "asyncio4j-protocol": ours("EchoServer", style="protocol"),
        "asyncio4j-streams": ours("EchoServer", style="streams"),
        "asyncio4j-portable-protocol": ours("EchoServer", "--portable", style="protocol"),
        "asyncio4j-portable-streams": ours("EchoServer", "--portable", style="streams"),
    },
    "udp": {
        "c": c_loop("udp_echo"),
        "c-single": c_loop("udp_echo", "single"),
        "netty-epoll": java_peer("NettyUdpEcho", "epoll", options=NETTY),
        "netty-nio": java_peer("NettyUdpEcho", "nio", options=NETTY),
        "asyncio": python_peer("asyncio", "datagrams"),
        "uvloop": python_peer("uvloop", "datagrams"),
        "asyncio4j": ours("UdpEcho"),
        "asyncio4j-portable": ours("UdpEcho", "--portable"),
    },
    "tls": {
        "netty-epoll": over_tls(java_peer("NettyEcho", "epoll", "jdk", options=NETTY)),
        "netty-tcnative": over_tls(java_peer("NettyEcho", "epoll", "openssl", options=NETTY)),
        "asyncio-protocol": over_tls(python_peer("asyncio", "protocol")),
        "uvloop-protocol": over_tls(python_peer("uvloop", "protocol")),
        "uvloop-streams": over_tls(python_peer("uvloop", "streams")),
        "asyncio4j-protocol": ours("TlsEcho", style="protocol"),
        "asyncio4j-streams": ours("TlsEcho", style="streams"),
        "asyncio4j-portable-protocol": ours("TlsEcho", "--portable", style="protocol"),
        "asyncio4j-tcnative": over_tls(java_peer("TcnativeEcho", "direct", options=OWN)),
        "asyncio4j-tcnative-heap": over_tls(java_peer("TcnativeEcho", "heap", options=OWN)),
    },
}
# A connection for each message; `resumed` shows the ticket of the one before.
PEERS["handshakes"] = PEERS["resumed"] = PEERS["tls"]
# The columns of ratios: the C loop or what is nearest to it, Netty, uvloop.
REFERENCES = {
    "tcp": {"C": "c", "Netty": "netty-epoll", "uvloop": "uvloop-streams"},
    "udp": {"C": "c", "Netty": "netty-epoll", "uvloop": "uvloop"},
    "tls": {"tcnat": "netty-tcnative", "Netty": "netty-epoll", "uvloop": "uvloop-streams"},
}
REFERENCES["handshakes"] = REFERENCES["resumed"] = REFERENCES["tls"]


# asyncio asks for 256 KiB at every read. Whether glibc maps that from the kernel each time, which
# triples the cost of a request, depends on the heap's layout: let it never do so.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "16777216", "MALLOC_TRIM_THRESHOLD_": "16777216"}


class Server:
    """A peer's server process group, pinned to its cores. Use it as a context manager."""

    def __init__(self, command, cpus):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env={**os.environ, **MALLOC, "JDK_JAVA_OPTIONS": JAVA_OPTIONS},
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
            start_new_session=True,
            bufsize=0,
        )

    def __enter__(self):
        try:
            self.port = self._port()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def _port(self):
        printed = b""
        deadline = time.monotonic() + START_SECONDS
        while not (found := SERVING.search(printed)):
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not more:
                raise Missing("the server does not start: " + self._last_error())
            printed += more
        return int(found[1])

    def _last_error(self):
        self.errors.seek(0)
        text = COLOUR.sub("", self.errors.read().decode(errors="replace"))
        lines = text.strip().splitlines()
        lines = [line for line in lines if not line.startswith("NOTE: Picked up")]
        return lines[-1] if lines else "it says nothing"

    def pids(self):
        """Every process of the group: a launcher may have the server as its child."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid:
                found.append(entry)
        return found


def measure(load, server, connections, options, cpus):
    words = [load, *(["--wait"] if options.load_waits else [])]
    words += [options.kind, server.port, connections, options.size, options.warmup, options.seconds]
    done = subprocess.run(
        [str(word) for word in [*words, *server.pids()]],
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
    )
    if done.returncode != 0:
        raise Missing("the load stops: " + done.stderr.strip())
    found = json.loads(done.stdout)
    span = found["seconds"]
    own = found["server_cpu_seconds"] + found["load_cpu_seconds"]
    found["requests_per_second"] = found["requests"] / span
    found["server_us_per_request"] = found["server_cpu_seconds"] / found["requests"] * 1e6
    found["server_busy"] = found["server_cpu_seconds"] / span / len(options.server_cpu)
    found["others_busy"] = max(0, found["machine_cpu_seconds"] - own + found["stolen_seconds"]) / span
    return found


def run_round(number, load, options, results, commands, missing):
    for name in options.names:
        if name in missing:
            continue
        try:
            command = PEERS[options.kind][name]()
            commands[name] = machine.portable(command)
            with Server(command, options.server_cpu) as server:
                for connections in options.connections:
                    print(f"round {number}: {name}, {connections} connections", file=sys.stderr)
                    found = measure(load, server, connections, options, options.load_cpu)
                    results.append(
                        {"peer": name, "connections": connections, "round": number, **found}
                    )
        except (Missing, OSError, subprocess.CalledProcessError) as reason:
            missing[name] = str(reason)


def summary(results, name, connections):
    """The median of the rounds; of the undisturbed ones, when there are any."""
    rows = [r for r in results if r["peer"] == name and r["connections"] == connections]
    calm = [r for r in rows if r["others_busy"] <= DISTURBED]
    if not rows:
        return None
    values = {
        key: statistics.median(r[key] for r in calm or rows)
        for key, value in rows[0].items()
        if isinstance(value, (int, float))
    }
    values["marks"] = "!" if not calm else "~" if values["server_busy"] < SERVER_BUSY else ""
    rates = [r["requests_per_second"] for r in calm or rows]
    values["spread"] = (max(rates) - min(rates)) / values["requests_per_second"]
    return values


def ratio(mine, reference, inverse=False):
    if mine is None or reference is None:
        return "-"
    return f"{reference / mine if inverse else mine / reference:.2f}"


def print_table(results, names, connections, options):
    print(f"\n{connections} connections, {options.size} bytes, {options.seconds:g} s after "
          f"{options.warmup:g} s of warm-up, median of {options.rounds} round(s)\n")
    rows = {name: summary(results, name, connections) for name in PEERS[options.kind]}
    columns = REFERENCES[options.kind]
    references = [rows[peer] for peer in columns.values()]
    heads = "".join(f"{'x ' + name:>{width}}" for name, width in zip(columns, (8, 9, 10)))
    print(f"{'':29}{'requests/s':>11}{'spread':>8}{'p50 us':>8}{'p99 us':>8}{'CPU us':>8}{'busy':>6}"
          f"   requests/s:{heads}   per CPU s:{heads}")
    for name in names:
        row = rows[name]
        if row is None:
            continue
        rates = [ratio(row["requests_per_second"], r and r["requests_per_second"]) for r in references]
        costs = [
            ratio(row["server_us_per_request"], r and r["server_us_per_request"], inverse=True)
            for r in references
        ]
        print(f"{name + ' ' + row['marks']:29}{row['requests_per_second']:11,.0f}"
              f"{row['spread']:8.0%}{row['p50_us']:8.0f}{row['p99_us']:8.0f}"
              f"{row['server_us_per_request']:8.2f}{row['server_busy']:6.0%}"
              f"{rates[0]:>22}{rates[1]:>9}{rates[2]:>10}{costs[0]:>20}{costs[1]:>9}{costs[2]:>10}")


def numbers(text):
    return [int(word) for word in text.split(",")]


def parse(arguments):
    parser = argparse.ArgumentParser(prog="benchmarks/echo", description=__doc__)
    parser.add_argument("--connections", type=numbers, default=[10, 100], metavar="N,N")
    parser.add_argument("--size", type=int, default=1024, help="bytes of a message, up to 65536 (65507 over UDP)")
    parser.add_argument("--seconds", type=float, default=5, help="measured, per cell")
    parser.add_argument("--warmup", type=float, default=5, help="seconds before, per cell")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="*", help="names or patterns; see docs/performance.md")
    parser.add_argument("--kind", choices=list(PEERS), default="tcp")
    parser.add_argument("--server-cpu", type=numbers, metavar="N,N", help="cores of the servers (the first one)")
    parser.add_argument("--load-cpu", type=numbers, metavar="N,N", help="cores of the load (the second one)")
    parser.add_argument("--load-waits", action="store_true", help="the load sleeps while no answer is there")
    parser.add_argument("--json", metavar="FILE", help="write the raw data there")
    parser.add_argument("--install", action="store_true", help="install uvloop with apt-get first")
    options = parser.parse_args(arguments)
    if options.kind in ("handshakes", "resumed"):
        options.size = 1
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        parser.error("two cores are needed: one for the server, one for the load")
    options.server_cpu = cpus[:1] if options.server_cpu is None else options.server_cpu
    options.load_cpu = cpus[1:2] if options.load_cpu is None else options.load_cpu
    patterns = options.peers.split(",")
    for pattern in patterns:
        if not fnmatch.filter(PEERS[options.kind], pattern):
            parser.error(f"no such peer: {pattern}")
    options.names = [n for n in PEERS[options.kind] if any(fnmatch.fnmatch(n, p) for p in patterns)]
    return options


def main():
    options = parse(sys.argv[1:])
    if options.install:
        machine.install_uvloop()
    try:
        load = (
            machine.compile_c("load", "load-tls", ["-DTLS", "-lssl", "-lcrypto"])
            if PEERS[options.kind] is PEERS["tls"]
            else machine.compile_c("load")
        )
    except (Missing, subprocess.CalledProcessError) as reason:
        sys.exit(f"the load generator is written in C: {reason}")
    found = machine.facts()
    results, commands, missing = [], {}, {}
    try:
        for number in range(1, options.rounds + 1):
            run_round(number, load, options, results, commands, missing)
    except KeyboardInterrupt:
        print("interrupted: these are the figures so far", file=sys.stderr)

    machine.print_facts(found)
    for connections in options.connections:
        print_table(results, options.names, connections, options)
    print("\n~ the server was less than 95 % busy: the load is the limit, compare CPU time."
          "\n! something else used more than 10 % of a core in every round: measure again."
          "\nCPU us: the server process's CPU time per request. per CPU s: requests per second of it.")
    for name, reason in missing.items():
        print(f"missing: {name}: {reason}")
    if options.json:
        with open(options.json, "w") as file:
            raw = {**found, "servers": commands, "missing": missing, "results": results}
            json.dump(raw, file, indent=1)


if __name__ == "__main__":
    main()
