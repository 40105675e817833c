# SPDX-License-Identifier: Apache-2.0
"""What is on this machine: the JDK, the Pythons, the C compiler, the built classes."""

import datetime
import glob
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
BUILD = BENCHMARKS / "target" / "peers"
JDK_NEEDED = 25

# The same for every Java process that is measured, ours included. One collector without helper
# threads, because a server has one core; one heap size, because growing it costs.
JAVA_OPTIONS = "-XX:+UseSerialGC -Xms256m -Xmx256m"


class Missing(Exception):
    """A peer that this machine cannot run, with the reason."""


def output(*command):
    """What a command prints, or None when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout + done.stderr if done.returncode == 0 else None


def find_java():
    """The `java` that bin/asyncio uses, so that all Java processes run on one JVM."""
    home = output(str(ROOT / "bin" / "asyncio"), "--java-home")
    if home is None:
        raise Missing(f"bin/asyncio finds no JDK {JDK_NEEDED} or newer; set JAVA_HOME to one")
    return os.path.join(home.strip(), "bin", "java")


def find_uvloop():
    """A Python that can import uvloop."""
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    others = sorted(glob.glob(f"{pyenv}/versions/3.*/bin/python3"), reverse=True)
    for python in [sys.executable, "/usr/bin/python3", *others]:
        if output(python, "-c", "import asyncio, uvloop; asyncio.Runner") is not None:
            return python
    raise Missing("no Python >= 3.11 has uvloop; --install adds Debian's python3-uvloop")


def install_uvloop():
    """Debian's package serves /usr/bin/python3 alone."""
    command = ["apt-get", "install", "-y", "python3-uvloop"]
    if os.geteuid() != 0:
        command.insert(0, "sudo")
    subprocess.run(command, check=True)


def compile_c(name, program=None, options=()):
    """The program made of peers/NAME.c, compiled again when the source is newer."""
    source = BENCHMARKS / "peers" / f"{name}.c"
    program = BUILD / (program or name)
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return program
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise Missing("no C compiler found; set CC to one")
    BUILD.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", program, source, *options], check=True)
    return program


def certificate():
    """The files of a certificate (P-256, self-signed) and its key for the TLS servers."""
    pem = BUILD / "certificate.pem", BUILD / "key.pem"
    if not all(file.exists() for file in pem):
        BUILD.mkdir(parents=True, exist_ok=True)
        if output("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                  "3650", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                  "-out", str(pem[0]), "-keyout", str(pem[1])) is None:
            raise Missing("no openssl to make a certificate with")
    return pem


def class_path(main_class):
    """The class path that Maven leaves in target/, built when the class is not there."""
    target = BENCHMARKS / "target"
    compiled = target / "classes" / (main_class.replace(".", "/") + ".class")
    if not compiled.exists() or not (target / "lib").exists():
        build = ["-q", "-pl", "benchmarks", "-am", "-DskipTests", "package"]
        for mode in ["-o"], []:
            try:
                if subprocess.run(["mvn", *mode, *build], cwd=ROOT).returncode == 0:
                    break
            except OSError:
                raise Missing("the benchmarks module is not built and there is no mvn") from None
        else:
            raise Missing("the benchmarks module does not build: mvn " + " ".join(build))
    return f"{target}/classes:{target}/lib/*"


def portable(command):
    """A command as it may be published: without this machine's directories."""
    words = [str(word).replace(f"{ROOT}/", "") for word in command]
    return shlex.join([re.sub(r"^/.*/(?=(java|python)[\d.]*$)", "", words[0]), *words[1:]])


def first_line(text):
    return text.strip().splitlines()[0] if text and text.strip() else None


def facts():
    """The machine, as far as figures depend on it."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    try:
        java = first_line("\n".join((output(find_java(), "-version") or "").splitlines()[2:]))
    except Missing:
        java = None
    try:
        uvloop = output(find_uvloop(), "-c", "import platform, uvloop; print("
                        "uvloop.__version__, 'on Python', platform.python_version())")
    except Missing:
        uvloop = None
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": shlex.join([f"benchmarks/{Path(sys.argv[0]).stem}", *sys.argv[1:]]),
        "commit": first_line(output("git", "-C", str(ROOT), "describe", "--always", "--dirty")),
        "cpu": cpu[1] if cpu else platform.processor(),
        "cpus": os.cpu_count(),
        "memory_mib": int(memory[1]) // 1024 if memory else None,
        "virtual_machine": "hypervisor" in Path("/proc/cpuinfo").read_text(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "java": java,
        "java_options": JAVA_OPTIONS,
        "python": platform.python_version(),
        "uvloop": first_line(uvloop),
    }


def print_facts(found):
    print(f"{found['cpu']}, {found['cpus']} CPUs{', virtual machine' * found['virtual_machine']}, "
          f"Linux {found['kernel']}, {found['date']}, commit {found['commit']}")
    print(f"Java: {found['java']}, {found['java_options']}")
    print(f"Python {found['python']}; uvloop: {found['uvloop']}")
