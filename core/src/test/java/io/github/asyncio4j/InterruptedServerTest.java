// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.testing.TestLoop;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a server says to a person who has pressed Ctrl-C and waits (TC-12, EL-156).
final class InterruptedServerTest {
  @BeforeAll
  static void heedTheSignal() throws Throwable {
    Interrupts.heed();
  }

  private static List<String> waits(LogRecorder log) {
    return log.messages().stream().filter(line -> line.contains("has been waited for")).toList();
  }

  @ParameterizedTest
  @EnumSource(
      value = LoopKind.class,
      names = {"NIO_LOOP_THREAD", "NIO_BATON"})
  void afterTwoSecondsItSaysForWhomItWaitsAndWhatEndsIt(LoopKind kind) {
    var options =
        RunnerOptions.DEFAULT
            .loopFactory(() -> kind.withEngine(() -> new TestLoop(0)))
            .handleSigint(true);
    try (var log = LogRecorder.start()) {
      assertThatThrownBy(() -> Asyncio.run(() -> serveAndInterrupt(log), options))
          .isInstanceOf(KeyboardInterrupt.class)
          .hasCauseInstanceOf(CancelledError.class);

      assertThat(waits(log))
          .singleElement()
          .asString()
          .contains(" for 2 s: ", "peername=", "closeClients()")
          .endsWith("; another Ctrl-C ends the process");
    }
  }

  private static void serveAndInterrupt(LogRecorder log) throws Exception {
    EventLoop loop = Asyncio.getRunningLoop();
    try (Server server =
        Asyncio.startServer(
            (reader, writer) -> {
              try (writer) {
                reader.read();
              }
            },
            "127.0.0.1",
            0)) {
      StreamConnection client = Asyncio.openConnection("127.0.0.1", server.port());
      loop.callLater(Duration.ofSeconds(1), InterruptedServerTest::interrupt);
      loop.callLater(Duration.ofMillis(2990), () -> assertThat(waits(log)).isEmpty());
      loop.callLater(Duration.ofMillis(3010), () -> assertThat(waits(log)).hasSize(1));
      loop.callLater(Duration.ofSeconds(4), client::close);
      server.serveForever();
    }
  }

  private static void interrupt() {
    Interrupts.raise();
    SignalThreads.settle();
  }
}
