# SPDX-License-Identifier: Apache-2.0
"""Servers that others wrote, each with a client that others wrote.

Each function runs its server until the block ends, and yields a Pair. It is given a directory of its own and the
certificates.
"""

import collections.abc
import dataclasses


@dataclasses.dataclass
class Pair:
    """A running server, and its client.

    port: where it is served without TLS
    run: has the client work through a port, under TLS or not; checks what the client can tell, and returns a throughput
    tls_port: where the server speaks TLS, or None
    client_tls: whether the client can speak TLS from the first byte on
    agrees: whether client and server agree on TLS in the course of their conversation
    alpn: what must be agreed on under TLS
    udp: whether they talk by datagrams
    """

    port: int
    run: collections.abc.Callable[[int, bool], float]
    tls_port: int | None = None
    client_tls: bool = False
    agrees: bool = False
    alpn: str | None = None
    udp: bool = False


def require(holds, text):
    if not holds:
        raise AssertionError(str(text)[-3000:])
