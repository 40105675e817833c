# SPDX-License-Identifier: Apache-2.0
"""wrk, curl and h2load on nginx."""

import contextlib
import hashlib
import os
import re
import subprocess

from pairs import Pair, require
from tools import figure, free_port, output, serving

PACKAGES = {"nginx": "nginx-light", "wrk": "wrk", "h2load": "nghttp2-client", "curl": "curl"}


@contextlib.contextmanager
def nginx(directory, files, protocol):
    """Serves the same files in the clear and under TLS; yields both ports and the directory."""
    plain, tls = free_port(), free_port()
    root = directory / "root"
    root.mkdir()
    directory.chmod(0o755)
    (root / "small").write_bytes(os.urandom(600))
    (root / "large").write_bytes(os.urandom(30_000_000))
    conf = directory / "nginx.conf"
    conf.write_text(f"""
daemon off; pid {directory}/pid; error_log stderr; worker_processes 1;
events {{ worker_connections 1000; }}
http {{ access_log off; keepalive_requests 1000000; client_body_temp_path {directory}; proxy_temp_path {directory};
  fastcgi_temp_path {directory}; uwsgi_temp_path {directory}; scgi_temp_path {directory};
  ssl_certificate {files.server}; ssl_certificate_key {files.server_key}; ssl_protocols TLSv1.2 TLSv1.3; root {root};
  server {{ listen 127.0.0.1:{plain} {protocol}; }}
  server {{ listen 127.0.0.1:{tls} ssl {protocol}; }} }}
""")
    with serving(plain, "nginx", "-c", conf):
        yield plain, tls, root


@contextlib.contextmanager
def wrk(directory, files):
    with nginx(directory, files, "") as (port, tls_port, root):
        digest = hashlib.sha256((root / "large").read_bytes()).hexdigest()

        def run(through, tls):
            site = f"http{'s' * tls}://localhost:{through}"
            said = output("wrk", "-c", 50, "-t", 1, "-d", 4, "--timeout", "15s", f"{site}/small")
            require("Socket errors" not in said and "Non-2xx" not in said, said)
            large = subprocess.run(["curl", "-4sS", "--cacert", str(files.ca), f"{site}/large"], check=True,
                                   capture_output=True).stdout
            require(hashlib.sha256(large).hexdigest() == digest, "the large file has changed on its way")
            return figure(r"Requests/sec:\s+([\d.]+)", said)

        yield Pair(port, run, tls_port, client_tls=True)


@contextlib.contextmanager
def h2load(directory, files):
    with nginx(directory, files, "http2") as (port, tls_port, _):

        def run(through, tls):
            said = output("h2load", "-n", 40000, "-c", 20, "-m", 10, f"http{'s' * tls}://127.0.0.1:{through}/small")
            require(re.search(r"40000 done, 40000 succeeded, 0 failed, 0 errored, 0 timeout", said), said)
            require("Application protocol: h2" in said, said)
            return figure(r"([\d.]+) req/s", said)

        yield Pair(port, run, tls_port, client_tls=True, alpn="h2")
