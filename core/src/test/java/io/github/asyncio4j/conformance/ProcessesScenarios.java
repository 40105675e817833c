// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Words.show;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.process.Output;
import io.github.asyncio4j.process.Process;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// The twins of `conformance/python/processes.py`.
final class ProcessesScenarios {
  private static final SubprocessOptions NO_PIPES = SubprocessOptions.DEFAULT;
  private static final SubprocessOptions NO_INPUT = NO_PIPES.stdin(Stdio.DEVNULL);
  private static final SubprocessOptions PIPES =
      NO_PIPES.stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE);
  private static final SubprocessOptions OUTPUT = NO_INPUT.stdout(Stdio.PIPE);

  private static Process cat() throws IOException {
    return Asyncio.createSubprocessExec(PIPES, "cat");
  }

  private static Process startShell(SubprocessOptions options, String cmd) throws IOException {
    return Asyncio.createSubprocessShell(options, cmd);
  }

  private static void tell(Stage stage, Output output) {
    stage.out("stdout " + show(output.stdout()) + ", stderr " + show(output.stderr()));
  }

  /// Tells whether there is a pipe: asyncio has none where this throws.
  private static boolean isPipe(Callable<?> stream) throws Exception {
    try {
      return stream.call() != null;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static void tellPipes(Stage stage, Process process) throws Exception {
    stage.out("stdin " + isPipe(process::stdin));
    stage.out("stdout " + isPipe(process::stdout));
    stage.out("stderr " + isPipe(process::stderr));
  }

  @Scenario(
      value = {"SP-01"},
      task = true)
  void aProcessHasNoPipesUnlessItIsGivenSome(Stage stage) throws Exception {
    var process = Asyncio.createSubprocessExec("true");
    tellPipes(stage, process);
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-01"},
      task = true)
  void aProcessHasThePipesThatItIsGiven(Stage stage) throws Exception {
    var process =
        Asyncio.createSubprocessExec(NO_PIPES.stdin(Stdio.PIPE).stdout(Stdio.PIPE), "cat");
    tellPipes(stage, process);
    process.stdin().close();
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-01", "ST-03"},
      task = true)
  void aProcessIsReadAndWrittenStraightDown(Stage stage) throws Exception {
    var process = cat();
    for (String line : List.of("one\n", "two\n", "three\n")) {
      process.stdin().write(line);
      process.stdin().drain();
      stage.out(show(process.stdout().readline()));
    }
    process.stdin().writeEof();
    stage.out(show(process.stdout().read()));
    stage.out("at the end " + process.stdout().atEof());
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-03"},
      task = true)
  void communicateWritesTheInputAndReadsBothOutputs(Stage stage) throws Exception {
    var process = startShell(PIPES, "cat; echo bad >&2; exit 9");
    tell(stage, process.communicate("hello"));
    stage.out("returncode " + process.returncode());
  }

  @Scenario(
      value = {"SP-03"},
      task = true)
  void communicateWithoutInputClosesIt(Stage stage) throws Exception {
    var process = cat();
    tell(stage, process.communicate());
    stage.out("returncode " + process.returncode());
  }

  @Scenario(
      value = {"SP-03"},
      task = true)
  void communicateWithoutPipesWaits(Stage stage) throws Exception {
    var process = startShell(NO_INPUT, "exit 2");
    process.communicate();
    stage.out("returncode " + process.returncode());
  }

  @Scenario(
      value = {"SP-03"},
      task = true)
  void communicateMovesMoreThanThePipesHold(Stage stage) throws Exception {
    var process = startShell(PIPES, "tee /dev/stderr");
    var data = new byte[27 * 40_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (64 + i % 27);
    }
    var output = process.communicate(data);
    stage.out(
        "stdout "
            + java.util.Arrays.equals(output.stdout(), data)
            + ", stderr "
            + java.util.Arrays.equals(output.stderr(), data));
  }

  @Scenario(
      value = {"SP-03"},
      task = true)
  void communicateWithAProcessThatDoesNotWantItsInput(Stage stage) throws Exception {
    var process =
        Asyncio.createSubprocessExec(NO_PIPES.stdin(Stdio.PIPE).stdout(Stdio.PIPE), "true");
    var output = process.communicate(new byte[1_000_000]);
    stage.out("stdout " + show(output.stdout()) + ", returncode " + process.returncode());
  }

  @Scenario(
      value = {"SP-02"},
      task = true)
  void waitReturnsTheReturncodeEveryTime(Stage stage) throws Exception {
    var process = startShell(NO_INPUT, "exit 5");
    stage.out("returncode " + process.await());
    stage.out("returncode " + process.await());
    stage.out("returncode " + process.returncode());
  }

  @Scenario(
      value = {"SP-02"},
      task = true)
  void aRunningProcessHasNoReturncode(Stage stage) throws Exception {
    var process = cat();
    stage.out("returncode " + show(process.returncode()));
    process.stdin().close();
    process.await();
    stage.out("returncode " + show(process.returncode()));
  }

  @Scenario(
      value = {"SP-02"},
      task = true)
  void severalTasksWaitForOneProcess(Stage stage) throws Exception {
    var process = cat();
    var waits = new ArrayList<Coroutine<String>>();
    for (String name : List.of("a", "b", "c")) {
      waits.add(() -> name + " " + process.await());
    }
    var waiting = Asyncio.gather(waits);
    settle();
    process.stdin().close();
    stage.out(show(waiting.await()));
  }

  @Scenario(
      value = {"SP-02"},
      task = true)
  void aWaitThatIsCancelledLeavesTheProcessAlone(Stage stage) throws Exception {
    var process = cat();
    var task = Asyncio.createTask(() -> process.await());
    settle();
    task.cancel();
    stage.attempt("wait", () -> task.await());
    process.stdin().write("alive");
    stage.out(show(process.stdout().readexactly(5)));
    process.stdin().close();
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-02", "TC-03"},
      task = true)
  void aWaitWithATimeLimitLeavesTheProcessAlone(Stage stage) throws Exception {
    var process = cat();
    stage.attempt(
        "wait",
        () -> {
          Coroutine<Integer> wait = process::await;
          return Asyncio.waitFor(wait, Duration.ofMillis(20));
        });
    stage.out("returncode " + show(process.returncode()));
    process.terminate();
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-04"},
      task = true)
  void aProcessIsTerminatedOrKilled(Stage stage) throws Exception {
    var ways = new LinkedHashMap<String, Consumer<Process>>();
    ways.put("terminate", Process::terminate);
    ways.put("kill", Process::kill);
    for (var way : ways.entrySet()) {
      var process = cat();
      way.getValue().accept(process);
      stage.out(way.getKey() + ": " + process.await());
    }
  }

  @Scenario(
      value = {"SP-04"},
      task = true)
  void aProcessThatIsGoneCannotBeSignalled(Stage stage) throws Exception {
    var process = startShell(NO_INPUT, "exit 0");
    process.await();
    settle();
    stage.attempt("terminate", () -> process.terminate());
    stage.attempt("kill", () -> process.kill());
    stage.attempt("send_signal", () -> process.sendSignal(15));
  }

  @Scenario(
      value = {"SP-01", "EL-130"},
      task = true)
  void aProcessWithoutAProgramIsAnIoError(Stage stage) throws Exception {
    stage.attempt("exec", () -> Asyncio.createSubprocessExec("/no/such/program"));
    var process = startShell(NO_INPUT.stderr(Stdio.DEVNULL), "/no/such/program");
    stage.out("shell: " + process.await());
  }

  @Scenario(
      value = {"SP-01", "EL-131"},
      task = true)
  void aShellRunsAPipeline(Stage stage) throws Exception {
    var process = startShell(OUTPUT, "printf 'b\\na\\nb\\n' | sort | uniq -c | tr -s ' '");
    stage.out(show(process.communicate().stdout()));
  }

  @Scenario(
      value = {"SP-01", "EL-130"},
      task = true)
  void errorsMergedIntoTheOutput(Stage stage) throws Exception {
    var process = startShell(OUTPUT.stderr(Stdio.STDOUT), "echo one; echo two >&2; echo three");
    stage.out(show(process.communicate().stdout()));
    stage.out("stderr " + isPipe(process::stderr));
  }

  @Scenario(
      value = {"SP-01", "ST-04"},
      task = true)
  void aLineOverTheLimitOfAProcess(Stage stage) throws Exception {
    var process =
        Asyncio.createSubprocessExec(
            NO_PIPES.stdout(Stdio.PIPE), 8, List.of("echo", "a line that is too long"));
    stage.attempt("readuntil", () -> process.stdout().readuntil("\n"));
    stage.out(show(process.stdout().read()));
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-01", "ST-08"},
      task = true)
  void theInputOfAProcessIsClosed(Stage stage) throws Exception {
    var process = cat();
    stage.out("can write eof " + process.stdin().canWriteEof());
    process.stdin().close();
    stage.out("closing " + process.stdin().isClosing());
    stage.attempt("wait_closed", () -> process.stdin().waitClosed());
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-01"},
      task = true)
  void linesOfAProcessInALoop(Stage stage) throws Exception {
    var process = startShell(OUTPUT, "echo one; echo two; echo three");
    for (byte[] line : process.stdout()) {
      stage.out(show(line));
    }
    stage.out("returncode " + process.await());
  }

  @Scenario(
      value = {"SP-03", "SP-01"},
      task = true)
  void processesAtOnce(Stage stage) throws Exception {
    var bodies = new ArrayList<Coroutine<String>>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      bodies.add(
          () -> {
            var process = startShell(PIPES, "cat; exit " + number);
            var output = process.communicate(("input " + number).getBytes(US_ASCII));
            return show(output.stdout()) + " " + process.returncode();
          });
    }
    stage.out(show(Asyncio.gather(bodies).await()));
  }

  @Scenario(
      value = {"SP-02", "SP-04"},
      task = true)
  void aProcessKilledWhileItIsRead(Stage stage) throws Exception {
    var process = cat();
    process.stdin().write("before");
    stage.out(show(process.stdout().readexactly(6)));
    var reading = Asyncio.createTask(() -> process.stdout().read());
    settle();
    process.kill();
    stage.out(show(reading.await()));
    stage.out("returncode " + process.await());
  }
}
