# SPDX-License-Identifier: Apache-2.0
"""What somebody is told who makes a mistake of `mistakes/`, by bin/asyncio and by Maven."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MISTAKES = sorted((ROOT / "acceptance" / "mistakes").glob("*.java"))
MAIN = "\n  public static void main(String[] arguments) {}\n}\n"
CRASH = "exception has occurred in the compiler"
NULL_POINTER = "NullPointerException"

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>25</maven.compiler.release>
    <maven.compiler.fork>%s</maven.compiler.fork>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>%s</dependencies>
</project>
"""
# The version that the library itself is built with; the default of Maven 3.8 knows no Java 25.
COMPILE = "org.apache.maven.plugins:maven-compiler-plugin:3.15.0:compile"


def check(holds, text, output=""):
    print(("ok   " if holds else "FAIL ") + text, flush=True)
    if not holds:
        sys.exit(output or 1)


def line_of_the_mistake(text):
    return text[: text.index("// mistake")].count("\n") + 1


def mended(text):
    return re.sub(r"// instead: (.*)\n.*// mistake", r"\1", text)


def by_bin_asyncio(work):
    for file in MISTAKES:
        text = file.read_text().rstrip().removesuffix("}") + MAIN
        program = work / file.name

        program.write_text(text)
        run = asyncio(program)
        expected = f"{file.name}:{line_of_the_mistake(text)}: error: "
        check(
            run.returncode == 1 and expected in run.stderr and NULL_POINTER not in run.stderr,
            f"bin/asyncio names the line of {file.stem}",
            run.stderr,
        )

        program.write_text(mended(text))
        run = asyncio(program)
        check(
            (run.returncode, run.stdout, run.stderr) == (0, "", ""),
            f"bin/asyncio runs {file.stem} when it is mended",
            run.stderr,
        )
        program.unlink()


def asyncio(*command):
    return subprocess.run([ROOT / "bin" / "asyncio", *command], capture_output=True, text=True)


def by_maven(work):
    """Installs into a repository of its own, which takes its plugins from the user's."""
    settings = work / "settings.xml"
    usual = pathlib.Path.home() / ".m2" / "repository"
    settings.write_text(
        "<settings><profiles><profile><id>usual</id><activation><activeByDefault>true"
        "</activeByDefault></activation><pluginRepositories><pluginRepository><id>usual</id>"
        f"<url>{usual.as_uri()}</url></pluginRepository></pluginRepositories><repositories>"
        f"<repository><id>usual</id><url>{usual.as_uri()}</url></repository></repositories>"
        "</profile></profiles></settings>"
    )
    jdk = asyncio("--java-home").stdout.strip()
    maven = ["mvn", "-B", "-q", "-s", settings, f"-Dmaven.repo.local={work / 'repository'}"]

    def run(directory, *goals):
        return subprocess.run(
            [*maven, *goals],
            cwd=directory,
            env={**os.environ, "JAVA_HOME": jdk},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    install = run(ROOT, "-pl", "core", "-am", "-Dmaven.test.skip=true", "install")
    check(install.returncode == 0, "mvn install", install.stdout)

    readme = (ROOT / "README.md").read_text()
    dependency = re.search(r"```xml\n(<dependency>.*?)```", readme, re.DOTALL)[1]
    for modular in (False, True):
        for fork in (False, True):
            project = work / f"consumer-{modular}-{fork}"
            how = ("module path" if modular else "class path") + (", forked" if fork else "")
            sources = project / "src" / "main" / "java"
            (sources / "app").mkdir(parents=True)
            (project / "pom.xml").write_text(POM % (str(fork).lower(), dependency))
            if modular:
                (sources / "module-info.java").write_text(
                    "module app { requires io.github.asyncio4j; }"
                )
            consumer(sources / "app", how, lambda: run(project, COMPILE))


def consumer(package, how, compile):
    for file in MISTAKES:
        (package / file.name).write_text("package app;\n" + file.read_text())
    run = compile()
    check(
        run.returncode != 0 and CRASH not in run.stdout and NULL_POINTER not in run.stdout,
        f"{how}: javac refuses the mistakes",
        run.stdout,
    )
    for file in MISTAKES:
        line = 1 + line_of_the_mistake(file.read_text())
        check(f"{file.name}:[{line}," in run.stdout, f"{how}: {file.stem} is named with its line")

    for file in MISTAKES:
        (package / file.name).write_text("package app;\n" + mended(file.read_text()))
    run = compile()
    check(run.returncode == 0, f"{how}: compiles when the mistakes are mended", run.stdout)


with tempfile.TemporaryDirectory() as directory:
    work = pathlib.Path(directory)
    by_bin_asyncio(work)
    by_maven(work)
