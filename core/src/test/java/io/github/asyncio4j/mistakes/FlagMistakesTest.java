// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static io.github.asyncio4j.mistakes.MistakeCase.assertThrows;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.RunnerOptions;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.jdk.VirtualThreads;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.Protocol;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/// What somebody is told who has forgotten the flags of the JVM.
@Tag("portable")
final class FlagMistakesTest {
  @TempDir private Path place;

  /// Does nothing.
  private static final class Silent implements Protocol {}

  /// Does nothing.
  private static final class Datagrams implements DatagramProtocol {}

  private static void assertNeedsFlag(String what, ThrowingCallable call) throws Exception {
    Asyncio.run(
        () ->
            assertThrows(
                UnsupportedOperationException.class,
                what + " needs native access: start java with " + Native.flag(),
                call));
  }

  @Mistake(2)
  void aNumberIsWatched() throws Exception {
    assertNeedsFlag("Polling fd 0", () -> Asyncio.getRunningLoop().addReader(0, () -> {}));
  }

  @Mistake(2)
  void aDescriptorIsTakenForAPipe() throws Exception {
    assertNeedsFlag("A pipe of descriptor 0", () -> ReadPipe.ofDescriptor(0));
  }

  @Mistake(2)
  void aTerminalIsOpened() throws Exception {
    assertNeedsFlag("A pseudo-terminal", PseudoTerminal::open);
  }

  @Mistake(2)
  void aUnixSocketHasAnAbstractName() throws Exception {
    UnixNameAddress address = UnixNameAddress.of("name");
    assertNeedsFlag(
        "The abstract socket name " + address,
        () ->
            Asyncio.getRunningLoop()
                .createUnixConnection(Silent::new, address, ConnectionOptions.DEFAULT));
  }

  @Mistake(2)
  void aUnixSocketIsForDatagrams() throws Exception {
    var address = UnixDomainSocketAddress.of(place.resolve("socket"));
    assertNeedsFlag(
        "A unix datagram socket",
        () -> Asyncio.getRunningLoop().createDatagramEndpoint(Datagrams::new, address, null));
  }

  @Mistake(2)
  void aChildIsToHaveWhatTheJdkCannotGiveIt() throws Exception {
    assertNeedsFlag(
        "startNewSession(true) of a child process",
        () ->
            Asyncio.createSubprocessExec(
                SubprocessOptions.DEFAULT.startNewSession(true), List.of("true")));
    assertNeedsFlag(
        "passFds([3]) of a child process",
        () ->
            Asyncio.createSubprocessExec(
                SubprocessOptions.DEFAULT.passFds(List.of(3)), List.of("true")));
  }

  @Mistake(2)
  void aBlockingCallStopsTheLoop() throws Exception {
    try (var log = LogRecorder.start()) {
      Asyncio.run(
          () -> {
            EventLoop loop = Asyncio.getRunningLoop();
            loop.setSlowCallbackDuration(Duration.ofMillis(1));
            loop.createTask((VoidCoroutine) () -> sleepUntilTold(log), "reports").await();
          },
          RunnerOptions.DEFAULT.debug(true));

      assertThat(freezes(log))
          .singleElement()
          .asString()
          .startsWith("<Task pending name='reports' coro=<FlagMistakesTest.lambda()>")
          .contains(
              " seconds, and still does. Blocking calls belong into Asyncio.toThread(); with "
                  + VirtualThreads.flag()
                  + " they only suspend their task\n  at java.base/java.lang.Thread.sleep(")
          .containsPattern("\\n  at .*FlagMistakesTest\\.sleepUntilTold\\(");
    }
  }

  private static void sleepUntilTold(LogRecorder log) throws InterruptedException {
    while (freezes(log).isEmpty()) {
      Thread.sleep(50);
    }
  }

  private static List<String> freezes(LogRecorder log) {
    return log.messages().stream().filter(text -> text.contains("from going on")).toList();
  }
}
