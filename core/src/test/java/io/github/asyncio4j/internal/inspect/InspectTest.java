// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm;
import io.github.asyncio4j.internal.inspect.LookedAt.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an operator sees of a program that hangs, and was not prepared for it.
final class InspectTest {
  private static final List<String> NO_FLAGS = List.of();

  @TempDir private Path directory;

  private static List<String> flags(boolean granted) {
    return granted ? ChildJvm.GRANTED : NO_FLAGS;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theTableTellsWhereEachTaskIsWhatItAwaitsAndWhoAwaitsIt(boolean granted) throws Exception {
    try (LookedAt program = LookedAt.start(flags(granted), "waits")) {
      Seen seen = program.look("ps");

      assertThat(seen.errors()).isEqualTo("[]");
      assertThat(seen.status()).isZero();
      assertThat(seen.output())
          .startsWith("! stock and prices wait for each other\n")
          .contains(granted ? " engine=loop-thread " : " engine=baton ")
          .contains(granted ? " selector=EpollSelector " : " selector=NioSelector ")
          .containsPattern(
              "stock +suspended +task prices +inspected.HungProgram.waitFor\\(.* prices")
          .containsPattern("locker +suspended +Lock.acquire +inspected.HungProgram.lockIt\\(.* -")
          .containsPattern("future +suspended +Future.await +inspected.HungProgram.neverDone\\(")
          .containsPattern("Task-1 +suspended +TaskGroup.run: sleeper, gatherer +")
          .containsPattern("sleeper +suspended +Asyncio.sleep +inspected.* Task-1\n")
          .containsPattern("gatherer +suspended +Future.await: gathered +")
          .containsPattern("gathered +suspended +Asyncio.sleep +.* gatherer\n");
    }
  }

  @Test
  void theTreeHasWhoWaitsAboveWhatItWaitsFor() throws Exception {
    try (LookedAt program = LookedAt.start(ChildJvm.GRANTED, "waits")) {
      Seen seen = program.look("pstree");

      assertThat(seen.status()).as("there is a circle").isEqualTo(1);
      assertThat(seen.output())
          .startsWith("! stock and prices wait for each other\n")
          .containsPattern(
              """

              Task-1  awaits TaskGroup.run: sleeper, gatherer, at .*
              ├── sleeper  awaits Asyncio.sleep, at .*
              └── gatherer  awaits Future.await: gathered, at .*
                  └── gathered  awaits Asyncio.sleep, at .*
              """)
          .containsPattern(
              """

              stock  awaits task prices, at .*
              └── prices  awaits task stock, at .*
                  └── stock  \\(above\\)
              """);
    }
  }

  @Test
  void whereATaskBlocksTheLoopTheTaskAndItsCallAreNamed() throws Exception {
    try (LookedAt program = LookedAt.start(NO_FLAGS, "blocks")) {
      Seen seen = program.look("ps");

      assertThat(seen.status()).isZero();
      assertThat(seen.output())
          .containsPattern(
              "! loop 0x\\w+ stands still in task orders, which blocks in SynchronousQueue.take, at"
                  + " inspected.HungProgram.takeOrders\\(HungProgram.java:\\d+\\)\n")
          .containsPattern("orders +blocks +SynchronousQueue.take +inspected.")
          .containsPattern("sleeper +suspended +Asyncio.sleep +inspected.");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks", "monitor"})
  void withFlagsATaskBlocksAndItsLoopDoesNot(String how) throws Exception {
    try (LookedAt program = LookedAt.start(ChildJvm.GRANTED, how)) {
      assertThat(program.look("ps").output())
          .doesNotContain("stands still")
          .containsPattern("orders +blocks +");
    }
  }

  @Test
  void aTaskThatWaitsForAMonitorStopsItsLoopWithoutFlags() throws Exception {
    try (LookedAt program = LookedAt.start(NO_FLAGS, "monitor")) {
      assertThat(program.look("ps").output())
          .containsPattern("stands still in task orders, at inspected.HungProgram.enter\\(");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTaskThatComputesForEverIsNamed(boolean granted) throws Exception {
    try (LookedAt program = LookedAt.start(flags(granted), "computes")) {
      assertThat(program.look("ps").output())
          .containsPattern("! loop 0x\\w+ stands still in task orders, at inspected.")
          .containsPattern("orders +runs +- +inspected.HungProgram.compute\\(");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCallbackThatBlocksIsShown(boolean granted) throws Exception {
    try (LookedAt program = LookedAt.start(flags(granted), "callback")) {
      assertThat(program.look("ps").output())
          .containsPattern(
              "! loop 0x\\w+ stands still in a callback, at inspected.HungProgram.takeOrders\\(");
    }
  }

  @Test
  void nothingOfTheProgramIsCalled() throws Exception {
    try (LookedAt program = LookedAt.start(ChildJvm.GRANTED, "secrets")) {
      Seen seen = program.look("ps");

      assertThat(seen.status()).isZero();
      assertThat(seen.output())
          .containsPattern("secretive\\?with two lines +suspended +Future.await +inspected.");
      assertThat(program.end())
          .as("what the JVM says of agents, and nothing else")
          .matches("(WARNING: .*\n)*");
    }
  }

  @Test
  void lookingAgainAndAgainLeavesNothingButTheWarning() throws Exception {
    var flags = List.of("-XX:+EnableDynamicAgentLoading");
    try (LookedAt program = LookedAt.start(flags, "waits")) {
      String table = program.look("ps").output();

      assertThat(program.look("ps").output()).isEqualTo(table);
      assertThat(program.look("ps").output()).isEqualTo(table);
      assertThat(program.end()).isEmpty();
    }
  }

  @Test
  void thereIsJsonForPrograms() throws Exception {
    try (LookedAt program = LookedAt.start(ChildJvm.GRANTED, "waits")) {
      Seen seen = LookedAt.command("ps", "--json", "--limit", "2", Long.toString(program.pid()));

      assertThat(seen.status()).isZero();
      assertThat(seen.output())
          .startsWith("{\"pid\": " + program.pid() + ",\n \"circles\": [[\"0x")
          .contains("\"name\": \"Task-1\"", "\"name\": \"stock\"", "\"leftOut\": 6")
          .doesNotContain("\"locker\"");
    }
  }

  // Where the program has the library.

  @Test
  void theLibraryMayBeAModule() throws Exception {
    Path sources = Files.createDirectories(directory.resolve("app/app"));
    Files.writeString(
        sources.resolveSibling("module-info.java"), "module app { requires io.github.asyncio4j; }");
    Files.writeString(
        sources.resolve("App.java"),
        """
        package app;
        import io.github.asyncio4j.Asyncio;
        class App {
          public static void main(String[] arguments) throws Exception {
            Asyncio.run(() -> {
              var loop = Asyncio.getRunningLoop();
              loop.callSoon(() -> System.out.println("hangs"));
              return loop.createFuture().await();
            });
          }
        }
        """);
    Path classes = directory.resolve("classes");
    Path javac = Path.of(System.getProperty("java.home"), "bin", "javac");
    Process compiler =
        new ProcessBuilder(
                javac.toString(),
                "-p",
                LookedAt.LIBRARY,
                "-d",
                classes.toString(),
                sources.resolveSibling("module-info.java").toString(),
                sources.resolve("App.java").toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();

    List<String> modules = List.of("-p", LookedAt.LIBRARY + ":" + classes, "-m", "app/app.App");
    try (LookedAt program = LookedAt.start(modules)) {
      Seen seen = program.look("ps");

      assertThat(seen.errors()).isEqualTo("[]");
      assertThat(seen.output()).containsPattern("Task-1 +suspended +Future.await +app.App.");
    }
  }

  @Test
  void theProgramMayHaveTheLibraryInAClassLoaderOfItsOwn() throws Exception {
    Path alone = copy(Path.of(LookedAt.PROGRAMS), "inspected/OwnLoaderProgram");
    List<String> command =
        List.of(
            "-cp",
            alone.toString(),
            "inspected.OwnLoaderProgram",
            LookedAt.LIBRARY,
            LookedAt.PROGRAMS,
            "waits");
    try (LookedAt program = LookedAt.start(command)) {
      Seen seen = program.look("ps");

      assertThat(seen.errors()).isEqualTo("[]");
      assertThat(seen.output()).contains("! stock and prices wait for each other");
    }
  }

  @Test
  void anOlderLibraryIsRefused() throws Exception {
    Path old = copy(Path.of(LookedAt.LIBRARY), "io/");
    Files.delete(old.resolve("io/github/asyncio4j/Inspection.class"));
    List<String> command =
        List.of("-cp", old + ":" + LookedAt.PROGRAMS, "inspected.HungProgram", "waits");
    try (LookedAt program = LookedAt.start(command)) {
      Seen seen = program.look("ps");

      assertThat(seen.status()).isEqualTo(2);
      assertThat(seen.errors()).contains("has an older version of asyncio4j");
    }
  }

  private Path copy(Path from, String beginning) throws IOException {
    Path to = directory.resolve("copy");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = from.relativize(file).toString();
        if (name.startsWith(beginning) || name.startsWith("META-INF/services")) {
          Files.createDirectories(to.resolve(name).getParent());
          Files.copy(file, to.resolve(name));
        }
      }
    }
    return to;
  }

  // What cannot be looked at.

  private static void assertRefused(Seen seen, int status, String why) {
    assertThat(seen.errors()).startsWith("[asyncio: ").contains(why).doesNotContain(", ");
    assertThat(seen.output()).isEmpty();
    assertThat(seen.status()).isEqualTo(status);
  }

  @Test
  void aProgramWithoutALoopIsToldOf() throws Exception {
    try (LookedAt program = LookedAt.start(NO_FLAGS, "noLoop")) {
      assertRefused(program.look("ps"), 1, "has no asyncio4j loop");
      assertThat(program.isAlive()).isTrue();
    }
  }

  @Test
  void aJvmWithoutTheLibraryIsToldOf() throws Exception {
    Path source = directory.resolve("Alone.java");
    Files.writeString(
        source,
        """
        void main() throws Exception {
          System.out.println("hangs");
          System.in.read();
        }
        """);
    try (LookedAt program = LookedAt.start(List.of(source.toString()))) {
      assertRefused(program.look("pstree"), 1, "has no asyncio4j loop");
      assertThat(program.end()).matches("(WARNING: .*\n)*");
    }
  }

  @Test
  void aProcessThatIsNoJvmIsLeftAlone() throws Exception {
    Process process = new ProcessBuilder("sleep", "1000").start();
    try {
      assertRefused(LookedAt.command("ps", Long.toString(process.pid())), 2, "is not a JVM");
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aProcessThatIsNotThereIsToldOf() throws Exception {
    // Above what the system gives.
    assertRefused(LookedAt.command("ps", "999999999"), 2, "there is no process 999999999");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+DisableAttachMechanism", "-XX:-EnableDynamicAgentLoading"})
  void aJvmThatRefusesToBeLookedAtIsToldOf(String flag) throws Exception {
    try (LookedAt program = LookedAt.start(List.of(flag), "waits")) {
      assertRefused(program.look("ps"), 2, "has been started with " + flag);
      assertThat(program.end()).isEmpty();
    }
  }

  @Test
  void aRuntimeWithoutTheModulesThatItTakesIsToldOf() throws Exception {
    var few = List.of("--limit-modules", "java.base,jdk.unsupported");
    Path image = directory.resolve("image");
    Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
    Process linker =
        new ProcessBuilder(
                jlink.toString(),
                "--module-path",
                LookedAt.LIBRARY,
                "--add-modules",
                "io.github.asyncio4j",
                "--output",
                image.toString())
            .inheritIO()
            .start();
    assertThat(linker.waitFor()).as("the library needs no more itself").isZero();

    try (LookedAt program =
        LookedAt.start(
            image,
            List.of(
                "-cp",
                LookedAt.PROGRAMS,
                "--add-modules",
                "io.github.asyncio4j",
                "inspected.HungProgram",
                "waits"))) {
      String pid = Long.toString(program.pid());
      assertRefused(program.look("ps"), 2, "has a runtime without the module java.instrument");
      assertRefused(
          LookedAt.command(few, "ps", pid), 2, "needs a Java runtime with the module jdk");
    }
  }

  @Test
  void aJvmThatIsStoppedIsToldOf() throws Exception {
    try (LookedAt program = LookedAt.start(NO_FLAGS, "waits")) {
      var stop = new ProcessBuilder("kill", "-STOP", Long.toString(program.pid())).start();
      assertThat(stop.waitFor()).isZero();
      // The signal is on its way when kill returns.
      Path state = Path.of("/proc", Long.toString(program.pid()), "status");
      while (!Files.readString(state).contains("State:\tT")) {
        Thread.onSpinWait();
      }

      assertRefused(program.look("ps"), 2, "is stopped (SIGSTOP)");
    }
  }

  @Test
  void wrongArgumentsAreRefused() throws Exception {
    assertRefused(LookedAt.command("ps"), 2, "no process given: asyncio ps PID");
    assertRefused(LookedAt.command("ps", "4711", "4712"), 2, "wrong argument: 4712");
    assertRefused(LookedAt.command("pstree", "echo"), 2, "not the number of a process: echo");
    assertRefused(LookedAt.command("ps", "--limit", "all", "1"), 2, "not a number of tasks: all");
  }
}
