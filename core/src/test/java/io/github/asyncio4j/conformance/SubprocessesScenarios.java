// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.ChildRecorder.NO_INPUT;
import static io.github.asyncio4j.conformance.ChildRecorder.PIPES;
import static io.github.asyncio4j.conformance.ChildRecorder.ended;
import static io.github.asyncio4j.conformance.ChildRecorder.output;
import static io.github.asyncio4j.conformance.ChildRecorder.start;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Words.show;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.SubprocessTransport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The twins of `conformance/python/subprocesses.py`.
final class SubprocessesScenarios {
  private static final int SIGINT = 2;
  private static final int SIGHUP = 1;
  private static final int SIGQUIT = 3;
  private static final int SIGUSR1 = 10;
  private static final int SIGTERM = 15;

  private static WriteTransport stdin(ChildRecorder child) {
    return (WriteTransport) child.transport.getPipeTransport(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static String[] words(byte[] said) {
    return new String(said, US_ASCII).trim().split("\\s+");
  }

  /// What is given a place of its own.
  private interface InPlace {
    void run(Path place) throws IOException;
  }

  private static void inPlace(InPlace body) throws IOException {
    Path place = Files.createTempDirectory("place").toRealPath();
    try {
      body.run(place);
    } finally {
      try (var files = Files.list(place)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(place);
    }
  }

  private static Path script(Path place, String text) throws IOException {
    Path file = Files.writeString(place.resolve("program"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Scenario(
      value = {"EL-130", "TP-11", "R-118", "R-119"},
      task = true)
  void aChildThatWritesToBothOutputsIsHeardToItsEnd(Stage stage) throws Exception {
    ended(PIPES, "sh", "-c", "echo one; echo two >&2; echo three; exit 3").tell(stage);
  }

  @Scenario(
      value = {"EL-130", "TP-11", "R-118"},
      task = true)
  void aChildWithoutPipesIsMadeThenEndsThenIsLost(Stage stage) throws Exception {
    var child = ended(NO_INPUT.stdout(Stdio.DEVNULL).stderr(Stdio.DEVNULL), "true");
    stage.out(show(child.calls));
  }

  @Scenario(
      value = {"EL-130", "R-118"},
      task = true)
  void aStartReturnsWhenConnectionMadeHasBeenCalled(Stage stage) throws Exception {
    var connection = stage.loop().subprocessExec(ChildRecorder::new, PIPES, "cat");
    var child = connection.protocol();
    stage.out(show(child.calls));
    stage.out("the same transport " + (child.transport == connection.transport()));
    stage.out("the same protocol " + (connection.transport().getProtocol() == child));
    connection.transport().close();
    child.gone.join();
  }

  @Scenario(
      value = {"TP-06", "R-119"},
      task = true)
  void whatIsWrittenToAChildComesBackFromCat(Stage stage) throws Exception {
    var child = start(PIPES, "cat");
    stdin(child).write(bytes("one "));
    stage.out(show(child.received(4)));
    stdin(child)
        .writelines(List.of(ByteBuffer.wrap(bytes("two ")), ByteBuffer.wrap(bytes("three"))));
    stage.out(show(child.received(13)));
    stdin(child).writeEof();
    child.gone.join();
    child.tell(stage);
  }

  @Scenario(
      value = {"TP-06", "R-119"},
      task = true)
  void closingTheInputOfAChildEndsCat(Stage stage) throws Exception {
    var child = start(PIPES, "cat");
    stdin(child).write(bytes("the rest"));
    stdin(child).close();
    stage.out("closing " + stdin(child).isClosing());
    child.gone.join();
    child.tell(stage);
  }

  @Scenario(
      value = {"TP-06"},
      task = true)
  void aStreamThatIsNoPipeHasNoTransport(Stage stage) throws Exception {
    var child = start(PIPES.stderr(Stdio.DEVNULL), "cat");
    for (int fd = -1; fd <= 3; fd++) {
      stage.out(fd + ": " + (child.transport.getPipeTransport(fd) != null));
    }
    child.transport.close();
    child.gone.join();
  }

  @Scenario(
      value = {"TP-06"},
      task = true)
  void aRunningChildHasAPidAndNoReturncode(Stage stage) throws Exception {
    var child = start(PIPES, "cat");
    stage.out("pid " + (child.transport.getPid() > 1));
    stage.out("returncode " + show(child.transport.getReturncode()));
    stdin(child).close();
    child.exited.join();
    stage.out("returncode " + show(child.transport.getReturncode()));
    child.gone.join();
  }

  @Scenario(
      value = {"TP-06", "EL-130"},
      task = true)
  void theExitStatusIsTheReturncode(Stage stage) throws Exception {
    for (int status : new int[] {0, 1, 7, 127, 255}) {
      var child = ended(NO_INPUT, "sh", "-c", "exit " + status);
      stage.out("returncode " + child.transport.getReturncode());
    }
  }

  @Scenario(
      value = {"TP-06", "SP-04"},
      task = true)
  void aChildThatIsTerminatedOrKilledHasTheNegativeNumber(Stage stage) throws Exception {
    var ways = new LinkedHashMap<String, Consumer<SubprocessTransport>>();
    ways.put("terminate", SubprocessTransport::terminate);
    ways.put("kill", SubprocessTransport::kill);
    for (var way : ways.entrySet()) {
      var child = start(PIPES, "cat");
      way.getValue().accept(child.transport);
      child.gone.join();
      stage.out(way.getKey() + ": returncode " + child.transport.getReturncode());
    }
  }

  @Scenario(
      value = {"TP-06", "SP-04"},
      task = true,
      nativeOnly = true)
  void aChildThatIsSentASignalHasItsNegativeNumber(Stage stage) throws Exception {
    for (int signal : new int[] {SIGUSR1, SIGINT, SIGHUP, SIGQUIT}) {
      var child = start(NO_INPUT, "sleep", "100");
      child.transport.sendSignal(signal);
      child.gone.join();
      stage.out("returncode " + child.transport.getReturncode());
    }
  }

  @Scenario(
      value = {"TP-06", "SP-04"},
      task = true,
      nativeOnly = true)
  void aSignalThatIsHandledDoesNotEndAChild(Stage stage) throws Exception {
    var child =
        start(
            NO_INPUT,
            "sh",
            "-c",
            "trap 'echo handled; exit 5' USR1; echo ready; while :; do sleep 0.01; done");
    child.received(6);
    child.transport.sendSignal(SIGUSR1);
    child.gone.join();
    child.tell(stage);
  }

  @Scenario(
      value = {"TP-06", "R-120"},
      task = true)
  void closingTheTransportKillsARunningChild(Stage stage) throws Exception {
    var child = start(PIPES, "cat");
    stage.out("closing " + child.transport.isClosing());
    child.transport.close();
    child.transport.close();
    stage.out("closing " + child.transport.isClosing());
    child.gone.join();
    child.tell(stage);
  }

  @Scenario(
      value = {"TP-06", "R-120"},
      task = true)
  void closingTheTransportOfAChildThatHasEndedDoesNothing(Stage stage) throws Exception {
    var child = ended(NO_INPUT, "sh", "-c", "exit 4");
    child.transport.close();
    settle();
    stage.out(
        "returncode "
            + child.transport.getReturncode()
            + ", calls "
            + Collections.frequency(child.calls, "gone"));
  }

  @Scenario(
      value = {"SP-04", "TP-06"},
      task = true)
  void aSignalToAChildThatIsGoneIsRefused(Stage stage) throws Exception {
    var child = ended(NO_INPUT, "true");
    settle();
    stage.attempt("terminate", () -> child.transport.terminate());
    stage.attempt("kill", () -> child.transport.kill());
    stage.attempt("send_signal", () -> child.transport.sendSignal(SIGTERM));
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aProgramThatDoesNotExistIsAnIoError(Stage stage) {
    stage.attempt("absolute", () -> start(NO_INPUT, "/no/such/program"));
    stage.attempt("by name", () -> start(NO_INPUT, "no-such-program-anywhere"));
    stage.attempt(
        "in a directory that does not exist",
        () -> start(NO_INPUT.cwd(Path.of("/no/such/directory")), "true"));
    stage.attempt("a directory", () -> start(NO_INPUT, "/tmp"));
  }

  @Scenario(
      value = {"EL-130"},
      task = true,
      nativeOnly = true)
  void aFileThatIsNoProgramIsAnIoError(Stage stage) throws Exception {
    inPlace(
        place -> {
          Path file = script(place, "no program\n");
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
          stage.attempt("not executable", () -> start(NO_INPUT, file.toString()));
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
          stage.attempt("not a format", () -> start(NO_INPUT, file.toString()));
        });
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aZeroCharacterInACommandIsRefused(Stage stage) {
    stage.attempt("program", () -> start(NO_INPUT, "tr\0ue"));
    stage.attempt("argument", () -> start(NO_INPUT, "true", "a\0b"));
    stage.attempt("variable", () -> start(NO_INPUT.env(Map.of("A", "b\0c")), "true"));
    stage.attempt("name of a variable", () -> start(NO_INPUT.env(Map.of("A=B", "c")), "true"));
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aProtocolFactoryThatFailsStartsNoChild(Stage stage) throws Exception {
    inPlace(
        place -> {
          Path trace = place.resolve("trace");
          stage.attempt(
              "start",
              () ->
                  stage
                      .loop()
                      .<ChildRecorder>subprocessExec(
                          () -> {
                            throw new Boom("no protocol");
                          },
                          "touch",
                          trace.toString()));
          stage.out("started " + Files.exists(trace));
        });
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void argumentsArriveAsTheyAre(Stage stage) throws Exception {
    byte[] said =
        output(NO_INPUT, "printf", "<%s>", "$HOME", "*", "a b", "", "'\"\\", "-n", ";", "`id`");
    stage.out(show(said));
  }

  @Scenario(
      value = {"EL-131"},
      task = true)
  void aShellExpandsItsCommandLine(Stage stage) throws Exception {
    var child =
        stage
            .loop()
            .subprocessShell(ChildRecorder::new, NO_INPUT, "X=5; echo $((X * 2)) | tr 0 x; exit $X")
            .protocol();
    child.gone.join();
    child.tell(stage);
  }

  @Scenario(
      value = {"EL-131", "TP-06"},
      task = true)
  void aShellThatIsKilledByACommandOfItsOwn(Stage stage) throws Exception {
    var child =
        stage.loop().subprocessShell(ChildRecorder::new, NO_INPUT, "kill -TERM $$").protocol();
    child.gone.join();
    stage.out("returncode " + List.of(-15, 128 + 15).contains(child.transport.getReturncode()));
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void bothOutputsMergedComeInTheirOrder(Stage stage) throws Exception {
    ended(NO_INPUT.stderr(Stdio.STDOUT), "sh", "-c", "echo one; echo two >&2; echo three")
        .tell(stage);
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void outputsMergedIntoNothingAreGone(Stage stage) throws Exception {
    ended(NO_INPUT.stdout(Stdio.DEVNULL).stderr(Stdio.STDOUT), "sh", "-c", "echo one; echo two >&2")
        .tell(stage);
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aChildWithoutInputReadsItsEnd(Stage stage) throws Exception {
    ended(NO_INPUT, "cat").tell(stage);
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aChildHasTheEnvironmentThatItIsGiven(Stage stage) throws Exception {
    byte[] said = output(NO_INPUT.env(Map.of("A", "1", "B", "two words")), "/usr/bin/env");
    var lines = new ArrayList<>(Arrays.asList(new String(said, US_ASCII).split("\n", -1)));
    Collections.sort(lines);
    stage.out(show(lines));
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aProgramIsLookedForInThePathOfTheGivenEnvironment(Stage stage) throws Exception {
    inPlace(
        place -> {
          script(place, "#!/bin/sh\necho found\n");
          stage.out(
              show(output(NO_INPUT.env(Map.of("PATH", place + ":/bin:/usr/bin")), "program")));
          stage.attempt(
              "without it", () -> start(NO_INPUT.env(Map.of("PATH", "/bin:/usr/bin")), "program"));
        });
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aChildStartsInTheDirectoryThatItIsGiven(Stage stage) throws Exception {
    inPlace(
        place -> {
          String said = new String(output(NO_INPUT.cwd(place), "pwd"), US_ASCII);
          stage.out("there " + said.equals(place + "\n"));
          script(place, "#!/bin/sh\necho relative\n");
          stage.out(show(output(NO_INPUT.cwd(place), "./program")));
        });
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void streamsOfAChildCanBeFiles(Stage stage) throws Exception {
    inPlace(
        place -> {
          Path file = place.resolve("file");
          ended(
                  NO_INPUT.stdout(Stdio.to(file)).stderr(Stdio.STDOUT),
                  "sh",
                  "-c",
                  "echo one; echo two >&2")
              .tell(stage);
          stage.out(show(output(NO_INPUT.stdin(Stdio.from(file)), "cat")));
        });
  }

  @Scenario(
      value = {"EL-130"},
      task = true,
      nativeOnly = true)
  void aChildCanLeadASession(Stage stage) throws Exception {
    tellGroup(
        stage, output(NO_INPUT.startNewSession(true), "cut", "-d ", "-f1,5,6", "/proc/self/stat"));
  }

  @Scenario(
      value = {"EL-130"},
      task = true,
      nativeOnly = true)
  void aChildCanLeadAProcessGroup(Stage stage) throws Exception {
    tellGroup(stage, output(NO_INPUT.processGroup(0), "cut", "-d ", "-f1,5,6", "/proc/self/stat"));
  }

  private static void tellGroup(Stage stage, byte[] said) {
    String[] pidGroupSession = words(said);
    stage.out(
        "group "
            + pidGroupSession[0].equals(pidGroupSession[1])
            + ", session "
            + pidGroupSession[0].equals(pidGroupSession[2]));
  }

  private static byte[] read(Pipe pipe) throws IOException {
    var buffer = ByteBuffer.allocate(100);
    pipe.reader().read(buffer);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  @Scenario(
      value = {"EL-130"},
      task = true,
      nativeOnly = true)
  void aChildHasTheDescriptorsThatItIsPassedAndNoOthers(Stage stage) throws Exception {
    Pipe pipe = Pipe.open();
    try (var _ = pipe.reader();
        var writer = pipe.writer()) {
      int fd = writer.fileno();
      var options = NO_INPUT.passFds(List.of(fd));
      var said = List.of(words(output(options, "ls", "/proc/self/fd")));
      stage.out("descriptors " + said.size() + ", passed " + said.contains("" + fd));
      ended(options, "sh", "-c", "echo through the pipe > /proc/self/fd/" + fd);
      stage.out(show(read(pipe)));
    }
  }

  @Scenario(
      value = {"EL-130"},
      task = true,
      nativeOnly = true)
  void aStreamOfAChildCanBeADescriptor(Stage stage) throws Exception {
    Pipe pipe = Pipe.open();
    try (var _ = pipe.reader();
        var writer = pipe.writer()) {
      var descriptor = Stdio.descriptor(writer.fileno());
      ended(NO_INPUT.stdout(descriptor).stderr(descriptor), "sh", "-c", "echo one; echo two >&2")
          .tell(stage);
      stage.out(show(read(pipe)));
    }
  }

  @Scenario(
      value = {"EL-130"},
      task = true)
  void aChildHasNoDescriptorsButItsStreams(Stage stage) throws Exception {
    stage.out(show(output(NO_INPUT, "ls", "/proc/self/fd")));
  }

  @Scenario(
      value = {"R-118"},
      task = true,
      nativeOnly = true)
  void aGrandchildThatKeepsTheOutputDelaysTheEndOfTheConnection(Stage stage) throws Exception {
    var child =
        start(PIPES, "sh", "-c", "exec 3<&0; (cat <&3 >/dev/null; echo late) & echo early; exit 6");
    child.exited.join();
    child.received(6);
    stage.out("returncode " + child.transport.getReturncode() + ", gone " + child.gone.done());
    stdin(child).close();
    child.gone.join();
    child.tell(stage);
  }

  @Scenario(
      value = {"TP-06", "TP-02"},
      task = true)
  void anOutputThatIsPausedIsNotDelivered(Stage stage) throws Exception {
    var child = start(PIPES, "cat");
    var stdout = (ReadTransport) child.transport.getPipeTransport(1);
    stdout.pauseReading();
    stage.out("reading " + stdout.isReading());
    stdin(child).write(bytes("later"));
    Asyncio.sleep(Duration.ofMillis(50));
    stage.out(show(child.data[1].toByteArray()));
    stdout.resumeReading();
    stage.out(show(child.received(5)));
    stdin(child).close();
    child.gone.join();
  }

  @Scenario(
      value = {"TP-11", "R-120"},
      task = true)
  void anInputThatIsFullPausesTheProtocol(Stage stage) throws Exception {
    var child = start(PIPES, "sleep", "100");
    stdin(child).write(new byte[1024 * 1024]);
    stage.out(show(child.calls));
    stage.out("waits " + (stdin(child).getWriteBufferSize() > 0));
    child.transport.close();
    child.gone.join();
    stage.out("returncode " + child.transport.getReturncode());
  }

  @Scenario(
      value = {"TP-06"},
      task = true)
  void anotherProtocolHearsWhatComesNext(Stage stage) throws Exception {
    var first = start(PIPES, "cat");
    var second = new ChildRecorder();
    second.connectionMade(first.transport);
    first.transport.setProtocol(second);
    stage.out("the second " + (first.transport.getProtocol() == second));
    stdin(first).write(bytes("x"));
    stage.out(show(second.received(1)));
    stdin(first).close();
    second.gone.join();
    second.tell(stage);
    stage.out("the first " + show(first.calls));
  }

  @Scenario(
      value = {"EL-130", "R-118"},
      task = true)
  void severalChildrenAtOnceDoNotMix(Stage stage) throws Exception {
    var bodies = new ArrayList<Coroutine<ChildRecorder>>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      bodies.add(() -> ended(NO_INPUT, "sh", "-c", "echo " + number + "; exit " + number));
    }
    for (var child : Asyncio.gather(bodies).await()) {
      stage.out(show(child.data[1].toByteArray()) + " " + child.transport.getReturncode());
    }
  }

  @Scenario(
      value = {"TP-11"},
      task = true)
  void aProtocolThatFailsIsReportedAndItsChildLivesOn(Stage stage) throws Exception {
    var reports = new ArrayList<String>();
    stage.loop().setExceptionHandler((_, context) -> reports.add(Words.word(context.exception())));
    var child =
        stage.loop().subprocessExec(FailingRecorder::new, NO_INPUT, "echo", "one").protocol();
    child.gone.join();
    child.tell(stage);
    Collections.sort(reports);
    stage.out(show(reports));
  }

  private static final class FailingRecorder extends ChildRecorder {
    @Override
    public void pipeDataReceived(int fd, ByteBuffer bytes) {
      super.pipeDataReceived(fd, bytes);
      throw new Boom("data");
    }

    @Override
    public void processExited() {
      super.processExited();
      throw new Boom("exited");
    }
  }
}
