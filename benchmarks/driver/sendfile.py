# SPDX-License-Identifier: Apache-2.0
"""Files over HTTP on one core: StaticFiles beside nginx with sendfile(2), wrk on a second core.

Every server answers the same GET on connections that stay. Needs wrk and nginx (Debian: wrk, nginx-light).
"""

import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
from echo import Server, numbers
from machine import ROOT, Missing

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
TICKS = os.sysconf("SC_CLK_TCK")


class Nginx(Server):
    """One worker, and the options that its manual has for files."""

    def __init__(self, root, cpus):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.chosen = free.getsockname()[1]
        self.directory = tempfile.TemporaryDirectory()
        own = self.directory.name
        os.chmod(own, 0o755)
        temporary = " ".join(f"{name}_temp_path {own};" for name in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        configuration = Path(own, "nginx.conf")
        configuration.write_text(f"""
            daemon off; pid {own}/pid; error_log stderr; worker_processes 1;
            events {{ worker_connections 1000; }}
            http {{ access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; open_file_cache max=10;
              {temporary} root {root}; server {{ listen 127.0.0.1:{self.chosen}; }} }}
        """)
        super().__init__(["nginx", "-c", configuration], cpus)

    def _port(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.chosen)):
                return self.chosen
            time.sleep(0.05)
        raise Missing("the server does not start: " + self._last_error())

    def __exit__(self, *reason):
        super().__exit__(*reason)
        self.directory.cleanup()


def servers(root, cpus):
    """{name: what starts it}: the first is the peer of the others."""
    launcher = ROOT / "bin" / "asyncio"
    files = [ROOT / "examples" / "src" / "main" / "java" / "StaticFiles.java", "--root", root, "--port", "0"]
    return {
        "nginx": lambda: Nginx(root, cpus),
        "asyncio4j": lambda: Server([launcher, *files], cpus),
        "asyncio4j-portable": lambda: Server([launcher, "--portable", *files], cpus),
    }


def cpu_seconds(pids):
    """What these processes have used, in user and kernel mode."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def wrk(port, size, connections, seconds, cpus):
    """Returns how many requests were answered, how many bytes came, and in how many seconds."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "60s", f"http://127.0.0.1:{port}/file{size}"],
        capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m), ([\d.]+)([KMG]?)B read", done.stdout)
    if not found or "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
        raise Missing("wrk: " + (done.stdout + done.stderr).strip())
    span = float(found[2]) * {"ms": 1e-3, "s": 1, "m": 60}[found[3]]
    return int(found[1]), float(found[4]) * UNITS[found[5]], span


def measure(server, size, options):
    wrk(server.port, size, options.connections, options.warmup, options.load_cpu)
    before = cpu_seconds(server.pids())
    requests, received, span = wrk(server.port, size, options.connections, options.seconds, options.load_cpu)
    used = cpu_seconds(server.pids()) - before
    return {"requests_per_second": requests / span, "bytes_per_second": received / span,
            "cpu_seconds_per_gib": used / received * UNITS["G"], "server_busy": used / span}


def parse():
    parser = argparse.ArgumentParser(prog="benchmarks/sendfile", description=__doc__)
    parser.add_argument("--sizes", type=numbers, default=[4096, 1 << 20, 1 << 24], metavar="N,N", help="bytes of a file")
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=5, help="measured, per cell")
    parser.add_argument("--warmup", type=float, default=5, help="seconds before, per cell")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE", help="write the raw data there")
    options = parser.parse_args()
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        parser.error("two cores are needed: one for the server, one for the load")
    options.server_cpu, options.load_cpu = cpus[:1], cpus[1:2]
    return options


def print_table(results, options):
    print(f"\n{options.connections} connections, {options.seconds:g} s after {options.warmup:g} s of warm-up, "
          f"median of {options.rounds} round(s)\n")
    print(f"{'':22}{'file':>10}{'requests/s':>12}{'MiB/s':>8}{'CPU s/GiB':>11}{'busy':>6}{'rate x nginx':>14}{'per CPU s':>11}")
    medians = {cell: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for cell, runs in results.items()}
    for (name, size), row in medians.items():
        peer = medians.get(("nginx", size), row)
        print(f"{name:22}{size:10,}{row['requests_per_second']:12,.0f}{row['bytes_per_second'] / UNITS['M']:8,.0f}"
              f"{row['cpu_seconds_per_gib']:11.3f}{row['server_busy']:6.0%}"
              f"{row['bytes_per_second'] / peer['bytes_per_second']:14.2f}"
              f"{peer['cpu_seconds_per_gib'] / row['cpu_seconds_per_gib']:11.2f}")


def main():
    options = parse()
    found, results, missing = machine.facts(), {}, {}
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        for size in options.sizes:
            Path(root, f"file{size}").write_bytes(os.urandom(size))
        for number in range(1, options.rounds + 1):
            for name, start in servers(root, options.server_cpu).items():
                try:
                    with start() as server:
                        for size in options.sizes:
                            print(f"round {number}: {name}, {size} bytes", file=sys.stderr)
                            results.setdefault((name, size), []).append(measure(server, size, options))
                except (Missing, OSError) as reason:
                    missing[name] = str(reason)
    machine.print_facts(found)
    print_table(results, options)
    for name, reason in missing.items():
        print(f"missing: {name}: {reason}")
    if options.json:
        rows = [{"peer": name, "size": size, "runs": runs} for (name, size), runs in results.items()]
        Path(options.json).write_text(json.dumps({**found, "results": rows, "missing": missing}, indent=1))


if __name__ == "__main__":
    main()
