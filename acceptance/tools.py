# SPDX-License-Identifier: Apache-2.0
"""Runs the programs of others: installs them, starts servers, and looks at what clients say."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

# Where Debian has what is not for everybody.
os.environ["PATH"] += ":/usr/sbin:/usr/lib/postgresql/15/bin"


def install(packages):
    """packages: a Debian package by the name of each tool that is needed."""
    missing = sorted({package for tool, package in packages.items() if shutil.which(tool) is None})
    if missing:
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-q"], check=True, **quiet)
        subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", *missing], check=True, **quiet)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_port(port):
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing listens on {port}")
        time.sleep(0.05)


@contextlib.contextmanager
def serving(port, *command, **keywords):
    """Runs a server until the block ends; what it has said is printed when that fails."""
    log = tempfile.TemporaryFile("w+")
    process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, **keywords)
    try:
        await_port(port)
        yield process
    except BaseException:
        log.seek(0)
        print(log.read()[-2000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def output(*command, **keywords):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=180, **keywords)
    if done.returncode != 0:
        raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
    return done.stdout + done.stderr


def figure(pattern, text):
    match = re.search(pattern, text)
    if match is None:
        raise AssertionError(f"no {pattern} in {text[-1500:]}")
    return float(match[1])
