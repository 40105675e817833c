# SPDX-License-Identifier: Apache-2.0
"""mosquitto_pub and mosquitto_sub on Mosquitto; dnsperf on dnsmasq."""

import contextlib
import re
import subprocess
import time

from pairs import Pair, require
from tools import figure, free_port, output, serving

PACKAGES = {
    "mosquitto": "mosquitto",
    "mosquitto_pub": "mosquitto-clients",
    "dnsmasq": "dnsmasq-base",
    "dnsperf": "dnsperf",
}
MESSAGES = 20_000


@contextlib.contextmanager
def mosquitto(directory, files):
    port, tls_port = free_port(), free_port()
    conf = directory / "mosquitto.conf"
    conf.write_text(f"""
user root
allow_anonymous true
max_queued_messages 0
listener {port} 127.0.0.1
listener {tls_port} 127.0.0.1
certfile {files.server}
keyfile {files.server_key}
""")
    with serving(port, "mosquitto", "-c", conf):

        def run(through, tls):
            lines = "".join(f"message {number} {'x' * (number % 500)}\n" for number in range(MESSAGES))
            to = ["-h", "localhost", "-p", str(through), *(["--cafile", str(files.ca)] if tls else [])]
            start = time.monotonic()
            # A session of its own, which the broker keeps: what is published from now on waits for it.
            session = ["mosquitto_sub", *to, "-t", "t", "-q", "1", "-i", "sub", "-c"]
            output(*session, "-E")
            subscriber = subprocess.Popen([*session, "-C", str(MESSAGES), "-W", "60"], stdout=subprocess.PIPE, text=True)
            output("mosquitto_pub", *to, "-t", "t", "-q", 1, "-l", input=lines)
            got = subscriber.communicate(timeout=60)[0]
            require(got == lines, f"{len(got)} of {len(lines)} characters came")
            return MESSAGES / (time.monotonic() - start)

        yield Pair(port, run, tls_port, client_tls=True)


@contextlib.contextmanager
def dnsperf(directory, files):
    port = free_port()
    queries = directory / "queries"
    queries.write_text("".join(f"name{number}.test {kind}\n" for number in range(500) for kind in ("A", "AAAA")))
    with serving(port, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port", port, "--user=root", "--pid-file",
                 "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts", "--cache-size=0",
                 "--address=/test/192.0.2.1", "--address=/test/2001:db8::1"):

        def run(through, tls):
            said = output("dnsperf", "-s", "127.0.0.1", "-p", through, "-d", queries, "-c", 20, "-l", 5)
            require(figure(r"Queries lost: +(\d+)", said) == 0, said)
            require(re.search(r"Response codes: +NOERROR \d+ \(100.00%\)", said), said)
            return figure(r"Queries per second: +([\d.]+)", said)

        yield Pair(port, run, udp=True)
