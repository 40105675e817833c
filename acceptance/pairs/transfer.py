# SPDX-License-Identifier: Apache-2.0
"""iperf3, and rsync over ssh."""

import contextlib
import os
import pathlib
import re
import shutil
import time

from pairs import Pair
from tools import free_port, output, serving

PACKAGES = {"iperf3": "iperf3", "sshd": "openssh-server", "ssh": "openssh-client", "rsync": "rsync"}


@contextlib.contextmanager
def iperf3(directory, files):
    port = free_port()
    with serving(port, "iperf3", "-s", "-p", port, "-B", "127.0.0.1"):

        def run(through, tls):
            rates = []
            for more in [], ["-R"], ["-P", "4"], ["--bidir"]:
                said = when_free("iperf3", "-c", "127.0.0.1", "-p", through, "-t", 2, "-f", "m", *more)
                rates.append(float(re.findall(r"([\d.]+) Mbits/sec.*receiver", said)[-1]))
            return min(rates[:3])

        yield Pair(port, run)


# How a refusal because it is busy comes; the second when the server has closed before it has read all, which resets.
BUSY = "server is busy", "unable to receive control message: Connection reset by peer"


def when_free(*command):
    """The server ends a test a little later than its client does, and takes no other until then."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return output(*command)
        except AssertionError as e:
            if not any(text in str(e) for text in BUSY) or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


@contextlib.contextmanager
def rsync(directory, files):
    port = free_port()
    key, host_key = directory / "key", directory / "host_key"
    for name in (key, host_key):
        output("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name)
    keys = directory / "authorized_keys"
    shutil.copy(f"{key}.pub", keys)
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    source = directory / "source"
    source.mkdir()
    for number in range(200):
        (source / f"{number}").write_bytes(os.urandom(1 << (number % 19)))
    (source / "big").write_bytes(os.urandom(40_000_000))
    with serving(port, shutil.which("sshd"), "-D", "-e", "-p", port, "-h", host_key, "-o", f"AuthorizedKeysFile={keys}",
                 "-o", "StrictModes=no", "-o", "UsePAM=no", "-o", "PidFile=none", "-o", "ListenAddress=127.0.0.1"):

        def run(through, tls):
            target = directory / f"target-{time.monotonic_ns()}"
            start = time.monotonic()
            output("rsync", "-a", "-e",
                   f"ssh -p {through} -i {key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
                   f"{source}/", f"root@127.0.0.1:{target}/")
            seconds = time.monotonic() - start
            output("diff", "-r", source, target)
            shutil.rmtree(target)
            return 1 / seconds

        yield Pair(port, run)
