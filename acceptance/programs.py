# SPDX-License-Identifier: Apache-2.0
"""That bin/asyncio runs what was written, however often and by whom it ran before."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASYNCIO = ROOT / "bin" / "asyncio"
CACHE = ROOT / "target" / "asyncio"

HELLO = 'void main() { IO.println("%s"); }\n'
EVERYTHING = """import module java.base;
import io.github.asyncio4j.*;

String greeting = "hello ";

void main(String[] arguments) throws Exception {
  String line = IO.readln();
  Asyncio.run(() -> Asyncio.sleep(Duration.ofMillis(1)));
  IO.println(greeting + line + " " + List.of(arguments));
  if (arguments.length == 0) {
    throw new IllegalStateException("no arguments");
  }
  System.exit(7);
}
"""
FIRST_CLASS = """record Point(int x, int y) {
  static void main(String[] arguments) {
    System.out.println(new Point(1, 2) + " " + new Other());
  }
}

class Other {
  public String toString() {
    return "other";
  }

  static void main(String[] arguments) {}
}
"""


def check(holds, text):
    print(("ok   " if holds else "FAIL ") + text, flush=True)
    if not holds:
        sys.exit(1)


def run(*command, stdin="", **environment):
    done = subprocess.run(
        [ASYNCIO, *command],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout, done.stderr


def main():
    run("--check")
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        what_it_runs(work)
        what_it_compiles(work)
        debug_mode(work)
        what_runs_is_looked_at(work)
        the_build_is_told(work)
        several_at_once(work)
        without_a_cache(work)


def what_it_runs(work):
    program = work / "Everything.java"
    program.write_text(EVERYTHING)
    for time in "the first time", "the second time":
        for flags in (), ("--portable",):
            got = run(*flags, program, "a b", "*", stdin="world\nrest")
            check(got == (7, "hello world [a b, *]\n", ""), f"input, arguments, status {time}")
            status, out, err = run(*flags, program, stdin="world\n")
            check((status, out) == (1, "hello world []\n"), f"the status of a failure {time}")
            check("at Everything.main(Everything.java:11)" in err, f"the line of a failure {time}")

    program = work / "FirstClass.java"
    program.write_text(FIRST_CLASS)
    for time in "the first time", "the second time":
        got = run(program)
        check(got == (0, "Point[x=1, y=2] other\n", ""), f"the first of several classes {time}")

    (work / "a b").mkdir()
    program = work / "a b" / "Spaced.java"
    program.write_text(HELLO % "spaced")
    check(run(program) == run(program) == (0, "spaced\n", ""), "a directory with a space")

    package = work / "org" / "example"
    package.mkdir(parents=True)
    program = package / "Packaged.java"
    program.write_text(
        "package org.example;\nclass Packaged { public static void main(String[] a) {"
        ' System.out.println(Packaged.class); } }\n'
    )
    got = (0, "class org.example.Packaged\n", "")
    check(run(program) == run(program) == got, "a class of a package")


def what_it_compiles(work):
    program = work / "Edited.java"
    for text in "one", "two", "owt", "one", "drei":
        stamp = program.stat().st_mtime_ns if program.exists() else 0
        program.write_text(HELLO % text)
        if stamp:
            os.utime(program, ns=(stamp, stamp))
        check(run(program) == (0, text + "\n", ""), f"an edit that leaves the time alone: {text}")

    program.write_text("void main() { int x = missing; }\n")
    for _ in range(2):
        status, out, err = run(program)
        check(
            (status, out) == (1, "")
            and "Edited.java:1: error: cannot find symbol" in err
            and err.endswith("error: compilation failed\n"),
            "an error is reported each time",
        )

    program.write_text("import io.github.asyncio4j.*;\nvoid main() { Helper.help(); }\n")
    helper = work / "Helper.java"
    for text in "helps", "helps again":
        helper.write_text(f'class Helper {{ static void help() {{ IO.println("{text}"); }} }}\n')
        check(run(program) == (0, text + "\n", ""), f"a program of several files {text}")
    helper.unlink()
    check(run(program)[0] == 1, "a file that is gone is missed")

    parts = work / "parts"
    parts.mkdir()
    program = work / "Parted.java"
    program.write_text("import parts.Part;\nvoid main() { new Part().tell(); }\n")
    part = "package parts;\npublic class Part { public void tell() { IO.println(%s); } }\n"
    for text in '"one"', '"two"', "new Other()", '"one"':
        (parts / "Other.java").write_text('package parts;\nclass Other { public String toString() { return "three"; } }\n')
        (parts / "Part.java").write_text(part % text)
        got = (0, ("three" if "Other" in text else text.strip('"')) + "\n", "")
        check(run(program) == run(program) == got, f"a program with a package of its own {text}")
        check(any(CACHE.glob("*/programs/Parted-*")), "whose classes are kept")
    (parts / "Part.java").write_text(part % "missing")
    for _ in range(2):
        status, out, err = run(program)
        check((status, out) == (1, "") and "Part.java:2: error:" in err, "whose errors are reported each time")
    (parts / "Part.java").unlink()
    check(run(program)[0] == 1, "whose file that is gone is missed")

    program = work / "Edited.java"
    program.write_text(
        "import io.github.asyncio4j.*;\nvoid main() { IO.println(Outcome.class.getName()); }\n"
    )
    hidden = "io.github.asyncio4j.Outcome\n"
    check(run(program) == (0, hidden, ""), "a class of the library")
    (work / "Outcome.java").write_text("class Outcome {}\n")
    check(run(program) == (0, "Outcome\n", ""), "is hidden by a file that is new beside it")
    (work / "Outcome.java").unlink()
    check(run(program) == (0, hidden, ""), "and is back when that is gone")


def debug_mode(work):
    program = work / "Debugged.java"
    program.write_text(
        "import io.github.asyncio4j.*;\nvoid main() throws Exception {\n"
        "  Asyncio.run(() -> IO.println(Asyncio.getRunningLoop().getDebug()));\n}\n"
    )
    for time in "the first time", "the second time":
        for flags in (), ("--portable",):
            check(run(*flags, program) == (0, "false\n", ""), f"no debug mode {time} {flags}")
            got = run(*flags, "--debug", program)
            check(got == (0, "true\n", ""), f"debug mode {time} {flags}")
    got = run("--debug", program, JDK_JAVA_OPTIONS="-XX:+UseSerialGC")[:2]
    check(got == (0, "true\n"), "debug mode of what the launcher of the JDK compiles")
    status, out, _ = run("--debug", "--check")
    check(status == 0 and " debug=true " in out, "a check in debug mode")


def what_runs_is_looked_at(work):
    program = work / "Stuck.java"
    program.write_text(
        """import io.github.asyncio4j.*;
        void main() throws Exception {
          Asyncio.run(() -> {
            EventLoop loop = Asyncio.getRunningLoop();
            loop.createTask(() -> loop.createFuture().await(), "stuck");
            loop.callSoon(() -> IO.println("here"));
            return loop.createFuture().await();
          });
        }
        """
    )
    for flags in (), ("--portable",):
        with subprocess.Popen(
            [ASYNCIO, *flags, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as running:
            running.stdout.readline()
            for command in "ps", "pstree":
                status, out, err = run(command, str(running.pid))
                check((status, err) == (0, ""), f"{command} of a program {flags}")
                check("stuck " in out and "Future.await" in out, "it names the task and its call")
            running.kill()
    status, out, err = run("ps", str(os.getpid()))
    check((status, out) == (2, ""), "ps of what is no JVM")
    check("is not a JVM" in err, "it says so")


def the_build_is_told(work):
    checkout = work / "checkout"
    for name in "bin", "core/src/main", "examples/src/main/java":
        (checkout / name).mkdir(parents=True)
    shutil.copy(ASYNCIO, checkout / "bin")
    (checkout / "pom.xml").touch()
    (checkout / "core" / "pom.xml").touch()
    tools = work / "maven"
    tools.mkdir()
    (tools / "mvn").write_text("#!/bin/sh\necho broken; exit 1\n")
    (tools / "mvn").chmod(0o755)
    done = subprocess.run(
        [checkout / "bin" / "asyncio", "--check"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
    )
    said = ["asyncio: building the library, which is done once", "broken"]
    said.append("asyncio: the build failed")
    check((done.returncode, done.stdout) == (1, ""), "a build that fails ends it")
    check(done.stderr.splitlines() == said, "a build is told where there is no terminal")


def several_at_once(work):
    program = work / "AtOnce.java"
    program.write_text(HELLO % os.getpid())
    runs = [
        subprocess.Popen(
            [ASYNCIO, program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(8)
    ]
    outputs = [each.communicate()[0] for each in runs]
    check(outputs == [f"{os.getpid()}\n"] * 8, "eight at once, none of which has run before")
    check(not list(CACHE.glob("*/programs/.new*")), "nothing half done is left")


def without_a_cache(work):
    program = work / "Plain.java"
    program.write_text(HELLO % "plain")
    status, out, _ = run(program, JDK_JAVA_OPTIONS="-XX:+UseSerialGC -Xshare:off")
    check((status, out) == (0, "plain\n"), "options for the JVM that exclude a cache")
    program.write_bytes(b"// \0\n" + (HELLO % "zero").encode())
    status, out, err = run(program)
    check("UnboundVariable" not in err and "asyncio:" not in err, "a byte 0 is javac's affair")

    kept = {file: file.read_bytes() for file in CACHE.glob("*/*.aot")}
    program.write_text(HELLO % "plain")
    try:
        for damage in "empty", "not a cache", "cut":
            for file, content in kept.items():
                left = {"empty": b"", "cut": content[:1000]}
                file.write_bytes(left.get(damage, damage.encode()))
            for flags in (), ("--portable",):
                got = run(*flags, program)
                check(got == (0, "plain\n", ""), f"a cache that is {damage} is not used")
    finally:
        for file, content in kept.items():
            file.write_bytes(content)

    tools = work / "tools"
    tools.mkdir()
    for name in "bash find cksum java readlink".split():
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    got = run(program, PATH=str(tools))
    check(got == (0, "plain\n", ""), "neither flock nor Maven is needed to run")


if __name__ == "__main__":
    main()
