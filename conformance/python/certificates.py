# SPDX-License-Identifier: Apache-2.0
"""What scenarios of TLS share: contexts of the same files as in the Java half, and connections."""

import asyncio
import pathlib
import ssl

from support import LOCALHOST, Quiet, Recorder, port_of
from words import word

FILES = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/io/github/asyncio4j/ssl"

# Whom the server's certificate is for.
HOST = "localhost"


def server_context(version=None, needs_client=False):
    """The context of a server; `version` is the only one that it speaks."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(FILES / "p256.chain.pem", FILES / "p256.pkcs8.pem")
    if needs_client:
        context.load_verify_locations(FILES / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def client_context(has_certificate=False, authority="ca.pem"):
    """The context of a client."""
    context = ssl.create_default_context(cafile=FILES / authority)
    if has_certificate:
        context.load_cert_chain(FILES / "rsa.chain.pem", FILES / "rsa.pkcs8.pem")
    return context


def kept(kind=Recorder):
    """Makes a recorder that keeps its lines, as the two sides of a connection are told in no certain order."""
    lines = []
    return kind(lines.append), lines


class Caller(Recorder):
    """Who closes the connection: of the peer's goodbye after that it is told here, and not in Java."""

    def eof_received(self):
        return False


def nothing(line):
    """Prints nothing."""


def silent():
    """A recorder that prints nothing."""
    return Quiet(nothing)


def tell(out, side, lines):
    """Prints what one side has heard."""
    for line in lines:
        out(f"{side}: {line}")


async def serve(factory, context=None, **options):
    """Starts a server under TLS."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(factory, LOCALHOST, 0, ssl=context or server_context(), **options)


async def call(server, protocol, context=None, **options):
    """Connects a protocol to a server by TLS; returns the transport."""
    loop = asyncio.get_running_loop()
    words = {"ssl": context or client_context(), "server_hostname": HOST, **options}
    transport, _ = await loop.create_connection(lambda: protocol, LOCALHOST, port_of(server), **words)
    return transport


async def join(client, accepted, version=None):
    """Connects two protocols of the loop by TLS; returns the client's transport."""
    server = await serve(lambda: accepted, server_context(version))
    transport = await call(server, client)
    await accepted.made
    server.close()
    return transport


async def attempt_connect(out, label, connecting):
    """Prints how a connect ends; a transport that came out of it is closed."""
    try:
        made = await connecting
    except BaseException as error:
        out(f"{label}: {word(error)}")
    else:
        out(f"{label}: connected")
        (made[0] if isinstance(made, tuple) else made).close()
