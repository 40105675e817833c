// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Sends Ctrl-C to the example that is about it, from outside.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class CtrlCTest {
  private static final int SIGINT = 2;

  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  /// What a shell runs in the background may ignore the signal, and so do its children.
  @BeforeAll
  @SuppressWarnings("restricted")
  static void letChildrenHeedTheSignal() throws Throwable {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("SigIgn:")
          && new BigInteger(line.substring(7).strip(), 16).testBit(SIGINT - 1)) {
        var linker = Linker.nativeLinker();
        var signal =
            linker.downcallHandle(
                linker.defaultLookup().find("signal").orElseThrow(),
                FunctionDescriptor.of(
                    ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        var _ = (MemorySegment) signal.invokeExact(SIGINT, MemorySegment.NULL);
      }
    }
  }

  // TC-12
  @Test
  void everyWorkerSavesItsWork() throws Exception {
    try (Program program = Program.start(flags, "CtrlC", "1000")) {
      assertThat(program.readLine()).isEqualTo("1000 workers, press Ctrl-C");
      program.send("SIGINT");

      assertThat(program.rest(128 + SIGINT))
          .containsExactly("1000 of 1000 workers have saved their work");
    }
  }

  // EL-113, EL-160
  @Test
  void signalsPrintsWhichOneEndsIt() throws Exception {
    for (String signal : List.of("SIGINT", "SIGTERM")) {
      try (Program program = Program.start(flags, "Signals")) {
        assertThat(program.readLine())
            .isEqualTo("Event loop running for 1 hour, press Ctrl+C to interrupt.");
        assertThat(program.readLine()).matches("pid \\d+: send SIGINT or SIGTERM to exit\\.");
        program.send(signal);

        assertThat(program.rest(0)).containsExactly("got signal " + signal + ": exit");
      }
    }
    assertThat(Program.refusal(flags, "Signals", "more")).isEqualTo("usage: Signals\n");
  }

  // EL-160
  @Test
  void whoServesForeverIsEndedByIt() throws Exception {
    for (String command :
        List.of(
            "ServeForever --port 0",
            "EchoServer --port 0",
            "UdpEcho --port 0",
            "HttpServer --port 0",
            "Proxy --listen 127.0.0.1:0 --to 127.0.0.1:9",
            "Proxy --udp --listen 127.0.0.1:0 --to 127.0.0.1:9")) {
      try (Program server = Program.start(flags, command.split(" "))) {
        assertThat(server.port()).isPositive();
        server.send("SIGINT");

        assertThat(server.log(128 + SIGINT)).as(command).isEmpty();
      }
    }
  }

  @Test
  void wrongArgumentsAreAnsweredByALineOfUsage() throws Exception {
    assertThat(Program.refusal(flags, "CtrlC", "many")).isEqualTo("usage: CtrlC [WORKERS]\n");
  }
}
