# SPDX-License-Identifier: Apache-2.0
"""Programs that others wrote, through Proxy: each tool's own checks must pass, and no byte may differ.

Each pair of a server and its client works directly, and then through Proxy in every way that the two can go, with flags
and --portable: in the clear; with TLS between two proxies; with TLS on the client's side, where the client speaks it; on
the server's, where the server does; on both; with a TLS that Proxy does not see. Datagrams go through its relay. Printed
is the throughput as a share of the direct connection, which is under TLS where the client is. Installs from Debian what
is missing (as root).
"""

import argparse
import contextlib
import pathlib
import tempfile

import server as ours
import tools
from certificates import Files
from pairs import databases, messages, transfer, web

STRANGERS = [databases.redis, databases.postgres, web.wrk, web.h2load, transfer.iperf3, transfer.rsync, messages.mosquitto,
             messages.dnsperf]
PACKAGES = {"openssl": "openssl"} | databases.PACKAGES | web.PACKAGES | transfer.PACKAGES | messages.PACKAGES


class Proxies:
    """Starts proxies, which end with it."""

    def __init__(self, stack, files, portable):
        self.stack = stack
        self.portable = portable
        self.inner = ["--tls-in", "--cert", files.server, "--key", files.server_key]
        self.outer = ["--tls-out", "--ca", files.ca]
        self.started = []

    def start(self, to, *options):
        """Returns the port of a proxy to a port."""
        relay = self.stack.enter_context(
            ours.running("Proxy", "--listen", "127.0.0.1:0", "--to", f"localhost:{to}", *[str(word) for word in options],
                         portable=self.portable, port=None))
        self.started.append(relay)
        return relay.port

    def said(self):
        return "".join(relay.standard_error() for relay in self.started)


# The ways: a name, whether the client speaks TLS, and (proxies, pair) -> port.


def ways(pair):
    alpn = ["--alpn", pair.alpn] if pair.alpn else []
    if pair.udp:
        yield "UDP", False, lambda proxies: proxies.start(pair.port, "--udp")
        yield "UDP twice", False, lambda proxies: proxies.start(proxies.start(pair.port, "--udp"), "--udp")
        return
    yield "TCP", False, lambda proxies: proxies.start(pair.port)
    yield "TLS between", False, lambda proxies: proxies.start(proxies.start(pair.port, *proxies.inner), *proxies.outer)
    if pair.client_tls:
        yield "TLS in", True, lambda proxies: proxies.start(pair.port, *proxies.inner, *alpn)
    if pair.tls_port:
        yield "TLS out", False, lambda proxies: proxies.start(pair.tls_port, *proxies.outer, *alpn)
    if pair.client_tls and pair.tls_port:
        yield "TLS in and out", True, lambda proxies: proxies.start(pair.tls_port, *proxies.inner, *proxies.outer, *alpn)
        yield "TLS unseen", True, lambda proxies: proxies.start(pair.tls_port)
    if pair.agrees:
        yield "TLS unseen", True, lambda proxies: proxies.start(pair.port)


def play(name, pair, files, tiers):
    direct = {False: pair.run(pair.port, False)}
    if pair.agrees or (pair.client_tls and pair.tls_port):
        direct[True] = pair.run(pair.tls_port or pair.port, True)
    print(f"     {name}, directly: {direct[False]:.4g}/s{f', under TLS {direct[True]:.4g}/s' if True in direct else ''}")
    for way, under_tls, start in ways(pair):
        for portable in tiers:
            with contextlib.ExitStack() as stack:
                proxies = Proxies(stack, files, portable)
                port = start(proxies)
                # The first time is also there for the JVM to compile what it runs.
                pair.run(port, under_tls)
                throughput = pair.run(port, under_tls)
                said = proxies.said()
                share = throughput / direct.get(under_tls, direct[False])
                ours.check(f"{name}, {way}{', --portable' * portable}", said == "", said or f"{share:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these: " + ", ".join(f.__name__ for f in STRANGERS))
    parser.add_argument("--tier", choices=["native", "portable"], help="only this")
    options = parser.parse_args()
    tiers = {"native": [False], "portable": [True], None: [False, True]}[options.tier]
    unknown = set(options.names) - {f.__name__ for f in STRANGERS}
    if unknown:
        parser.error(f"no such stranger: {', '.join(unknown)}")
    tools.install(PACKAGES)
    for stranger in STRANGERS:
        if options.names and stranger.__name__ not in options.names:
            continue
        with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as keys:
            files = Files(pathlib.Path(keys))
            with stranger(pathlib.Path(directory), files) as pair:
                play(stranger.__name__, pair, files, tiers)


if __name__ == "__main__":
    main()
