# SPDX-License-Identifier: Apache-2.0
"""redis-benchmark and redis-cli on Redis, pgbench and psql on PostgreSQL."""

import contextlib
import os
import re
import shutil
import subprocess

from pairs import Pair, require
from tools import figure, free_port, output, serving

PACKAGES = {
    "redis-server": "redis-server",
    "redis-benchmark": "redis-tools",
    "pgbench": "postgresql-15",
}


@contextlib.contextmanager
def redis(directory, files):
    port, tls_port = free_port(), free_port()
    value = os.urandom(5_000_000)
    with serving(port, "redis-server", "--port", port, "--save", "", "--dir", directory, "--bind", "127.0.0.1",
                 "--tls-port", tls_port, "--tls-cert-file", files.server, "--tls-key-file", files.server_key,
                 "--tls-ca-cert-file", files.ca, "--tls-auth-clients", "no"):

        def run(through, tls):
            to = ["-h", "127.0.0.1", "-p", through, *(["--tls", "--cacert", files.ca] if tls else [])]
            subprocess.run([str(word) for word in ["redis-cli", *to, "-x", "set", "value"]], input=value, check=True,
                           capture_output=True)
            got = subprocess.run([str(word) for word in ["redis-cli", *to, "--raw", "get", "value"]], check=True,
                                 capture_output=True).stdout
            require(got == value + b"\n", f"{len(got)} bytes came back, other ones than went")
            said = output("redis-benchmark", *to, "-q", "-n", 60000, "-c", 50, "-d", 512, "-P", 4, "-t", "set,get,lrange_100")
            rates = [float(rate) for rate in re.findall(r"([\d.]+) requests per second", said)]
            require(len(rates) >= 3 and "Error" not in said, said)
            return min(rates)

        yield Pair(port, run, tls_port, client_tls=True)


@contextlib.contextmanager
def postgres(directory, files):
    port, data = free_port(), directory / "pg"
    shutil.chown(directory, "postgres")
    directory.chmod(0o755)
    own_key, own = directory / "server.key", directory / "server.pem"
    shutil.copy(files.server_key, own_key)
    shutil.copy(files.server, own)
    for file in own, own_key:
        shutil.chown(file, "postgres")
        file.chmod(0o600)

    def command(*words):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]

    output(*command("initdb", "-D", data, "-A", "trust", "-N"), cwd=directory)
    with serving(port, *command("postgres", "-D", data, "-p", port, "-k", directory, "-h", "127.0.0.1", "-c", "fsync=off", "-c",
                                "ssl=on", "-c", f"ssl_cert_file={own}", "-c", f"ssl_key_file={own_key}"), cwd=directory):
        output("pgbench", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-i", "-s", 2, "-q", "postgres")

        def run(through, tls):
            mode = {"PGSSLMODE": "verify-ca", "PGSSLROOTCERT": str(files.ca)} if tls else {"PGSSLMODE": "disable"}
            how = {"env": os.environ | mode}
            to = ["-h", "127.0.0.1", "-p", through, "-U", "postgres"]
            said = output("pgbench", *to, "-c", 8, "-T", 4, "-S", "postgres", **how)
            require(figure(r"number of failed transactions: (\d+)", said) == 0, said)
            # 200,000 rows go out, back in and out again.
            psql = ["psql", *to, "-qAtX", "postgres", "-c"]
            rows = output(*psql, "copy pgbench_accounts to stdout", **how)
            again = output(*psql, "create temp table t (like pgbench_accounts); copy t from stdin; copy t to stdout",
                           input=rows, **how)
            require(rows.count("\n") == 200_000 and again == rows, f"{rows.count(chr(10))} rows, then {again.count(chr(10))}")
            return figure(r"tps = ([\d.]+)", said)

        yield Pair(port, run, tls_port=None, agrees=True)
