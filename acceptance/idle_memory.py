# SPDX-License-Identifier: Apache-2.0
"""What an idle connection holds: served by a protocol, by a task with streams, by a protocol under TLS.

IdleConnections by what its live heap has grown after a full collection, with flags and --portable;
CPython's asyncio, doing the same, by what its resident memory has grown. Under TLS at most 24 KB.
"""

import argparse
import contextlib
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import time

from idle_connections import PROGRAM, ask, clients, live_heap, raise_descriptor_limit, wait_for
from server import SERVING, Server, check, running

KINDS = "plain", "stream", "tls"
MOST_UNDER_TLS = 24 * 1024
ASYNCIO = pathlib.Path(__file__).resolve().parent / "idle_asyncio.py"


def certificate(directory):
    """Makes a certificate that has signed itself; returns its file and that of its key."""
    files = [os.path.join(directory, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
         "2", "-subj", "/CN=localhost", "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True)
    return files


def trusting():
    """A context of a client that verifies nobody."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def resident(server):
    """Returns the bytes that are resident."""
    with open(f"/proc/{server.process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def asyncio_running(*arguments):
    process = subprocess.Popen(
        [sys.executable, str(ASYNCIO), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(process, int(SERVING.search(process.stdout.readline())[1]), None)
    finally:
        process.terminate()
        process.wait(10)
        process.stdin.close()
        process.stdout.close()


def measure(server, kind, count, size):
    """Returns by how many bytes a server has grown for each connection, as `size` tells."""
    context = trusting() if kind == "tls" else None
    # A few first: what is made once is not theirs.
    with clients(server.port, 100, context) as child:
        wait_for(server, 100)
        os.kill(child, signal.SIGKILL)
        wait_for(server, 0)
    before = size(server)
    with clients(server.port, count, context) as child:
        wait_for(server, count)
        time.sleep(1)
        ask(server)
        grown = size(server) - before
        os.kill(child, signal.SIGKILL)
        wait_for(server, 0)
    return grown / count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connections", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    arguments = parser.parse_args()
    raise_descriptor_limit(arguments.connections + 300)
    found = {}
    with tempfile.TemporaryDirectory() as directory:
        pem = certificate(directory)
        print(f"KB for each of {arguments.connections} idle connections")
        print(f"{'kind':8}{'native':>10}{'portable':>10}{'asyncio ' + sys.version.split()[0]:>18}")
        for kind in arguments.kinds:
            row = []
            for portable in False, True:
                files = ["--cert", pem[0], "--key", pem[1]] if kind == "tls" else []
                with running(PROGRAM, "--kind", kind, *files, portable=portable) as server:
                    row.append(measure(server, kind, arguments.connections, live_heap))
            with asyncio_running(kind, *(pem if kind == "tls" else [])) as server:
                row.append(measure(server, kind, arguments.connections, resident))
            found[kind] = row
            print(f"{kind:8}" + "".join(f"{b / 1024:{w}.1f}" for b, w in zip(row, (10, 10, 18))), flush=True)
    if "tls" in found:
        check("TLS, KB each", max(found["tls"][:2]) <= MOST_UNDER_TLS, f"{max(found['tls'][:2]) / 1024:.1f}")


if __name__ == "__main__":
    main()
