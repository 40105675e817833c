# SPDX-License-Identifier: Apache-2.0
"""Programs that others wrote, through Proxy: each tool's own checks must pass.

Each pair of a server and its client is run directly and then through Proxy, native and portable; printed is
the throughput of the second as a share of the first. Installs from Debian what is missing (as root).
"""

import argparse
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import server as ours

PACKAGES = {
    "redis-server": "redis-server",
    "redis-benchmark": "redis-tools",
    "/usr/lib/postgresql/15/bin/pgbench": "postgresql-15",
    "nginx": "nginx-light",
    "wrk": "wrk",
    "h2load": "nghttp2-client",
    "iperf3": "iperf3",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "rsync": "rsync",
    "mosquitto": "mosquitto",
    "mosquitto_pub": "mosquitto-clients",
}
os.environ["PATH"] += ":/usr/sbin:/usr/lib/postgresql/15/bin"


def install(packages=PACKAGES):
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
    log = tempfile.TemporaryFile("w+")
    process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, **keywords)
    try:
        await_port(port)
        yield
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


# Each of these runs its server until the block ends and yields (port, function of a port -> throughput).


@contextlib.contextmanager
def redis(directory):
    port = free_port()
    with serving(port, "redis-server", "--port", port, "--save", "", "--dir", directory, "--bind", "127.0.0.1"):

        def run(through):
            got = output("redis-benchmark", "-h", "127.0.0.1", "-p", through, "-q", "-n", 60000, "-c", 50,
                         "-d", 512, "-P", 4, "-t", "set,get,lrange_100")
            rates = [float(rate) for rate in re.findall(r"([\d.]+) requests per second", got)]
            if len(rates) < 3 or "Error" in got:
                raise AssertionError(got)
            return min(rates)

        yield port, run


@contextlib.contextmanager
def postgres(directory):
    port, data = free_port(), directory / "pg"
    shutil.chown(directory, "postgres")
    directory.chmod(0o755)

    def command(*words):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]

    output(*command("initdb", "-D", data, "-A", "trust", "-N"), cwd=directory)
    with serving(port, *command("postgres", "-D", data, "-p", port, "-k", directory, "-h", "127.0.0.1",
                                "-c", "fsync=off"), cwd=directory):
        output("pgbench", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-i", "-s", 2, "-q", "postgres")

        def run(through):
            got = output("pgbench", "-h", "127.0.0.1", "-p", through, "-U", "postgres", "-c", 8, "-T", 4, "-S", "postgres")
            if figure(r"number of failed transactions: (\d+)", got) != 0:
                raise AssertionError(got)
            # Copies 200,000 rows out and back in, and counts them.
            psql = ["psql", "-h", "127.0.0.1", "-p", through, "-U", "postgres", "-qAtX", "postgres", "-c"]
            rows = output(*psql, "copy pgbench_accounts to stdout")
            output(*psql, "create temp table t (like pgbench_accounts); copy t from stdin", input=rows)
            if rows.count("\n") != 200_000:
                raise AssertionError(f"{rows.count(chr(10))} rows")
            return figure(r"tps = ([\d.]+)", got)

        yield port, run


@contextlib.contextmanager
def nginx(directory):
    plain, h2 = free_port(), free_port()
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
  server {{ listen 127.0.0.1:{plain}; root {root}; }}
  server {{ listen 127.0.0.1:{h2} http2; root {root}; }} }}
""")
    with serving(plain, "nginx", "-c", conf):
        yield plain, h2, root


@contextlib.contextmanager
def wrk(directory):
    with nginx(directory) as (port, _, root):
        digest = hashlib.sha256((root / "large").read_bytes()).hexdigest()

        def run(through):
            got = output("wrk", "-c", 50, "-t", 1, "-d", 4, f"http://127.0.0.1:{through}/small")
            if "Socket errors" in got or "Non-2xx" in got:
                raise AssertionError(got)
            large = subprocess.run(
                ["curl", "-sS", f"http://127.0.0.1:{through}/large"], check=True, capture_output=True).stdout
            if hashlib.sha256(large).hexdigest() != digest:
                raise AssertionError("the large file has changed on its way")
            return figure(r"Requests/sec:\s+([\d.]+)", got)

        yield port, run


@contextlib.contextmanager
def h2load(directory):
    with nginx(directory) as (_, port, _):

        def run(through):
            got = output("h2load", "-n", 40000, "-c", 20, "-m", 10, f"http://127.0.0.1:{through}/small")
            if not re.search(r"40000 done, 40000 succeeded, 0 failed, 0 errored, 0 timeout", got):
                raise AssertionError(got)
            return figure(r"([\d.]+) req/s", got)

        yield port, run


@contextlib.contextmanager
def iperf3(directory):
    port = free_port()
    with serving(port, "iperf3", "-s", "-p", port, "-B", "127.0.0.1"):

        def run(through):
            rates = []
            for reverse in ([], ["-R"], ["-P", "4"]):
                got = when_free("iperf3", "-c", "127.0.0.1", "-p", through, "-t", 2, "-f", "m", *reverse)
                rates.append(float(re.findall(r"([\d.]+) Mbits/sec.*receiver", got)[-1]))
            return min(rates)

        yield port, run


def when_free(*command):
    """The server ends a test a little later than its client does, and takes no other until then."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return output(*command)
        except AssertionError as e:
            if "server is busy" not in str(e) or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


@contextlib.contextmanager
def rsync(directory):
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

        def run(through):
            target = directory / f"target-{time.monotonic_ns()}"
            start = time.monotonic()
            output("rsync", "-a", "-e",
                   f"ssh -p {through} -i {key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
                   f"{source}/", f"root@127.0.0.1:{target}/")
            seconds = time.monotonic() - start
            output("diff", "-r", source, target)
            shutil.rmtree(target)
            return 1 / seconds

        yield port, run


@contextlib.contextmanager
def mosquitto(directory):
    port = free_port()
    conf = directory / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    with serving(port, "mosquitto", "-c", conf):

        def run(through):
            lines = "".join(f"message {number} {'x' * (number % 500)}\n" for number in range(20_000))
            start = time.monotonic()
            # A session of its own, which the broker keeps: what is published from now on waits for it.
            session = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(through), "-t", "t", "-q", "1", "-i", "sub", "-c"]
            output(*session, "-E")
            subscriber = subprocess.Popen([*session, "-C", "20000", "-W", "60"], stdout=subprocess.PIPE, text=True)
            output("mosquitto_pub", "-h", "127.0.0.1", "-p", through, "-t", "t", "-q", 1, "-l", input=lines)
            got = subscriber.communicate(timeout=60)[0]
            if got != lines:
                raise AssertionError(f"{len(got)} of {len(lines)} characters came")
            return 20_000 / (time.monotonic() - start)

        yield port, run


STRANGERS = [redis, postgres, wrk, h2load, iperf3, rsync, mosquitto]


@contextlib.contextmanager
def proxy(port, portable):
    with ours.running("Proxy", "--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{port}", portable=portable, port=None) as it:
        yield it


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these: " + ", ".join(f.__name__ for f in STRANGERS))
    names = parser.parse_args().names
    install()
    for stranger in STRANGERS:
        if names and stranger.__name__ not in names:
            continue
        with tempfile.TemporaryDirectory() as directory, stranger(pathlib.Path(directory)) as (port, run):
            direct = run(port)
            for portable in (False, True):
                with proxy(port, portable) as relay:
                    share = run(relay.port) / direct
                    said = relay.standard_error()
                ours.check(
                    f"{stranger.__name__} through Proxy{' --portable' if portable else ''}",
                    not said, said or f"{share:.2f} of the direct connection")


if __name__ == "__main__":
    main()
