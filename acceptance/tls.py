# SPDX-License-Identifier: Apache-2.0
"""TLS with programs that others wrote, through Proxy, in both roles.

TLS 1.2 and 1.3, with and without a client certificate: openssl s_client, gnutls-cli, curl and CPython's asyncio as
clients of Proxy --tls-in; openssl s_server, gnutls-serv and asyncio as servers behind Proxy --tls-out. 100 MB go each
way and must come out with the same SHA-256. Then what must fail does: a server of another name, a stranger's
certificate, a client without one where it is needed. Last testssl.sh and sslscan look at TlsEcho. Installs from Debian
what is missing (as root).
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import http.server
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import server as ours
import tls_scan
import tools
from certificates import Files

PACKAGES = {"openssl": "openssl", "gnutls-cli": "gnutls-bin", "gnutls-serv": "gnutls-bin", "curl": "curl"}
VERSIONS = {
    "1.2": (ssl.TLSVersion.TLSv1_2, "-tls1_2", "NORMAL:-VERS-ALL:+VERS-TLS1.2", ["--tls-max", "1.2"]),
    "1.3": (ssl.TLSVersion.TLSv1_3, "-tls1_3", "NORMAL:-VERS-ALL:+VERS-TLS1.3", ["--tlsv1.3"]),
}


def digest(data):
    return hashlib.sha256(data).hexdigest()


class PlainEcho:
    """An echo server without TLS, a thread for each connection."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._echo, args=(self.listener.accept()[0],), daemon=True).start()

    @staticmethod
    def _echo(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(1 << 18):
                connection.sendall(data)


class HttpEcho(http.server.BaseHTTPRequestHandler):
    """Answers a POST with its own body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def http_echo():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HttpEcho)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def through_pipes(command, data):
    """Writes to a program's standard input and reads as much from its output, at the same time."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)

    def write():
        # An early end is told by the output, which is then too short.
        with contextlib.suppress(OSError):
            process.stdin.write(data)
            process.stdin.flush()

    errors = []
    threading.Thread(target=lambda: errors.append(process.stderr.read()), daemon=True).start()
    threading.Thread(target=write, daemon=True).start()
    got = read_exactly(process.stdout, len(data))
    process.terminate()
    process.wait(10)
    return got, b"".join(errors).decode(errors="replace")


def read_exactly(file, count):
    parts = []
    while count > 0 and (part := file.read1(min(count, 1 << 18))):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


# Clients: (files, version, port, with a certificate?, data) -> what came back.


def openssl_client(files, version, port, certificate, data):
    own = ["-cert", files.client, "-key", files.client_key] if certificate else []
    return through_pipes(["openssl", "s_client", "-quiet", "-nocommands", "-connect", f"localhost:{port}", "-servername",
                          "localhost", VERSIONS[version][1], "-CAfile", files.ca, "-verify_return_error", *own], data)


def gnutls_client(files, version, port, certificate, data):
    own = ["--x509certfile", files.client, "--x509keyfile", files.client_key] if certificate else []
    return through_pipes(["gnutls-cli", "--logfile", files.directory / "gnutls.log", "--x509cafile", files.ca, "--priority",
                          VERSIONS[version][2], "-p", port, *own, "localhost"], data)


def asyncio_client(files, version, port, certificate, data):
    context = ssl.create_default_context(cafile=files.ca)
    context.minimum_version = context.maximum_version = VERSIONS[version][0]
    if certificate:
        context.load_cert_chain(files.client, files.client_key)

    async def run():
        reader, writer = await asyncio.open_connection("localhost", port, ssl=context)

        async def write():
            for at in range(0, len(data), 1 << 18):
                writer.write(data[at : at + (1 << 18)])
                await writer.drain()

        _, got = await asyncio.gather(write(), reader.readexactly(len(data)))
        writer.close()
        await writer.wait_closed()
        return got

    return asyncio.run(run()), ""


def curl(files, version, port, certificate, data):
    own = ["--cert", files.client, "--key", files.client_key] if certificate else []
    done = subprocess.run(
        [str(word) for word in ["curl", "-sS", "--cacert", files.ca, *VERSIONS[version][3], *own, "--data-binary", "@-",
                                "-H", "Expect:", f"https://localhost:{port}/"]],
        input=data, capture_output=True)
    return done.stdout, done.stderr.decode()


# Servers: run until the block ends, and yield a port and what hands over what the client is to get (or None: an echo).


@contextlib.contextmanager
def openssl_server(files, version, certificate):
    port = tools.free_port()
    own = ["-CAfile", files.ca, "-Verify", 1, "-verify_return_error"] if certificate else []
    process = subprocess.Popen(
        [str(word) for word in ["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", files.server, "-key",
                                files.server_key, VERSIONS[version][1], "-naccept", 2, *own]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def echo():
        with contextlib.suppress(OSError, ValueError):
            while data := process.stdout.read1(1 << 18):
                process.stdin.write(data)
                process.stdin.flush()

    threading.Thread(target=echo, daemon=True).start()
    listening(port)
    yield port
    process.terminate()
    process.wait(10)


def listening(port):
    """Waits for a listener without connecting: some servers serve one connection only."""
    deadline = time.monotonic() + 10
    while f":{port:04X} 00000000:0000 0A" not in pathlib.Path("/proc/net/tcp").read_text():
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing listens on {port}")
        time.sleep(0.02)


@contextlib.contextmanager
def gnutls_server(files, version, certificate):
    port = tools.free_port()
    own = ["--x509cafile", files.ca, "--require-client-cert", "--verify-client-cert"] if certificate else ["--disable-client-cert"]
    process = subprocess.Popen(
        [str(word) for word in ["gnutls-serv", "--echo", "--quiet", "-p", port, "--x509certfile", files.server, "--x509keyfile",
                                files.server_key, "--priority", VERSIONS[version][2], *own]],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tools.await_port(port)
    yield port
    process.terminate()
    process.wait(10)


@contextlib.contextmanager
def asyncio_server(files, version, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = VERSIONS[version][0]
    context.load_cert_chain(files.server, files.server_key)
    if certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(files.ca)
    ports = []
    ready = threading.Event()

    async def echo(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 18):
                writer.write(data)
                await writer.drain()
            writer.close()

    async def run():
        async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=context) as server:
            ports.append(server.sockets[0].getsockname()[1])
            ready.set()
            await server.serve_forever()

    loop = asyncio.new_event_loop()
    task = loop.create_task(run())
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])), daemon=True)
    thread.start()
    ready.wait()
    yield ports[0]
    loop.call_soon_threadsafe(task.cancel)
    thread.join()


def plain_client(port, data):
    with socket.create_connection(("127.0.0.1", port)) as connection:

        def write():
            with contextlib.suppress(OSError):
                connection.sendall(data)

        threading.Thread(target=write, daemon=True).start()
        with connection.makefile("rb") as file:
            try:
                return read_exactly(file, len(data))
            except ConnectionResetError:
                return b""


CLIENTS = {"openssl s_client": openssl_client, "gnutls-cli": gnutls_client, "asyncio client": asyncio_client, "curl": curl}
SERVERS = {"openssl s_server": openssl_server, "gnutls-serv": gnutls_server, "asyncio server": asyncio_server}


def proxy(to, *options, portable):
    return ours.running("Proxy", "--listen", "127.0.0.1:0", "--to", f"localhost:{to}", *[str(word) for word in options],
                        portable=portable, port=None)


def interop(files, data, portable):
    wanted = digest(data)
    for version in VERSIONS:
        for certificate in False, True:
            tail = f"TLS {version}{', client certificate' * certificate}{', --portable' * portable}"
            asked = ["--client-ca", files.ca] if certificate else []
            for name, client in CLIENTS.items():
                behind = http_echo if client is curl else PlainEcho
                with behind() as port, proxy(port, "--tls-in", "--cert", files.server, "--key", files.server_key, *asked,
                                             portable=portable) as relay:
                    start = time.monotonic()
                    got, said = client(files, version, relay.port, certificate, data)
                    ours.check(f"{name}, {tail}", digest(got) == wanted,
                               f"{2 * len(data) / (time.monotonic() - start) / 1e6:.0f} MB/s" if got else said[-500:])
            own = ["--cert", files.client, "--key", files.client_key] if certificate else []
            for name, serving in SERVERS.items():
                with serving(files, version, certificate) as port, proxy(port, "--tls-out", "--ca", files.ca, *own,
                                                                         portable=portable) as relay:
                    # gnutls-serv is an echo of lines.
                    given = base64.encodebytes(data) if serving is gnutls_server else data
                    start = time.monotonic()
                    got = plain_client(relay.port, given)
                    ours.check(f"{name}, {tail}", digest(got) == digest(given),
                               f"{2 * len(given) / (time.monotonic() - start) / 1e6:.0f} MB/s" if got
                               else relay.standard_error()[-500:])


def refusals(files, portable):
    tail = ", --portable" * portable
    with PlainEcho() as port:
        with proxy(port, "--tls-in", "--cert", files.server, "--key", files.server_key, "--client-ca", files.ca,
                   portable=portable) as relay:
            for version in VERSIONS:
                got, _ = openssl_client(files, version, relay.port, False, b"x")
                ours.check(f"a client without the certificate it needs gets nothing, TLS {version}{tail}", got == b"")
        with proxy(port, "--tls-in", "--cert", files.server, "--key", files.server_key, portable=portable) as relay:
            for old in "-tls1", "-tls1_1":
                got, _ = through_pipes(["openssl", "s_client", "-quiet", "-connect", f"localhost:{relay.port}", old,
                                        "-cipher", "ALL:@SECLEVEL=0"], b"x")
                ours.check(f"{old} is refused{tail}", got == b"")
    for what, certificate, key in (("another name", files.other, files.other_key),
                                   ("an unknown CA", files.stranger, files.stranger_key)):
        changed = type("Changed", (), {**vars(files), "server": certificate, "server_key": key})
        with asyncio_server(changed, "1.3", False) as port, proxy(port, "--tls-out", "--ca", files.ca, portable=portable) as relay:
            got = plain_client(relay.port, b"x")
            said = relay.standard_error()
            ours.check(f"a server of {what} gets nothing{tail}", got == b"" and said != "", said.strip()[:200])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--scan", action="store_true", help="only testssl.sh and sslscan")
    options = parser.parse_args()
    tools.install(PACKAGES | tls_scan.PACKAGES)
    data = os.urandom(options.megabytes * 1_000_000)
    with tempfile.TemporaryDirectory() as directory:
        files = Files(pathlib.Path(directory))
        for portable in () if options.scan else (False, True):
            refusals(files, portable)
            interop(files, data, portable)
        tls_scan.scan(files)


if __name__ == "__main__":
    main()
