// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.WindowSize;
import io.github.asyncio4j.process.ProcessShutdown.Step;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.WriteTransport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Children that run in a pseudo-terminal of their own, on every loop.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SubprocessPtyTest extends ChildCase {
  private static final SubprocessOptions PTY =
      SubprocessOptions.DEFAULT.pty(new WindowSize(100, 30));

  SubprocessPtyTest(LoopKind kind) {
    super(kind);
  }

  @Test
  void theTerminalIsAllThreeStreamsAndControlsTheChild() throws Exception {
    runIfNative(
        () -> {
          String script =
              "test -t 0 && test -t 1 && test -t 2 && stty size"
                  + " && stty size </dev/tty && tty && ps -o tpgid= -p $$ && echo $$";
          var process = shell(PTY, script);
          String place = process.pty().slavePath().toString();
          var lines = process.communicate().stdout(UTF_8).replace(" ", "").split("\r\n");

          assertThat(lines).hasSize(5);
          assertThat(lines[0]).isEqualTo("30100");
          assertThat(lines[1]).isEqualTo("30100");
          assertThat(lines[2]).isEqualTo(place);
          // The child is in the foreground of the terminal.
          assertThat(lines[3]).isEqualTo(lines[4]);
        });
  }

  @Test
  void whatIsTypedIsShownAndControlCIsASignal() throws Exception {
    runIfNative(
        () -> {
          try (var process =
              shell(
                  PTY, "trap 'exit 3' INT; read line; echo =$line; while :; do sleep 0.01; done")) {
            process.stdin().write("hello\n");
            assertThat(process.stdout().readline(UTF_8)).isEqualTo("hello");
            assertThat(process.stdout().readline(UTF_8)).isEqualTo("=hello");
            process.stdin().write("\3");

            // Nothing is read: the terminal drops what is on its way to be shown then.
            assertThat(process.await()).isEqualTo(3);
          }
        });
  }

  @Test
  void aWindowThatIsResizedSignalsTheChild() throws Exception {
    runIfNative(
        () -> {
          String script = "trap 'stty size; exit' WINCH; echo up; while :; do sleep 0.01; done";
          try (var process = shell(PTY, script)) {
            process.stdout().readuntil("up\r\n");
            assertThat(process.pty().windowSize()).isEqualTo(new WindowSize(100, 30));
            process.pty().setWindowSize(new WindowSize(70, 20));
            assertThat(process.pty().windowSize()).isEqualTo(new WindowSize(70, 20));

            assertThat(process.stdout().readline(UTF_8)).isEqualTo("20 70");
            assertThat(process.await()).isZero();
          }
        });
  }

  @Test
  void communicateTypesItsInputAndTheKeyForItsEnd() throws Exception {
    runIfNative(
        () -> {
          assertThat(exec(PTY, "cat").communicate("a\nb").stdout(UTF_8)).isEqualTo("a\r\nba\r\nb");
          assertThat(exec(PTY, "cat").communicate("a\n").stdout(UTF_8)).isEqualTo("a\r\na\r\n");
          assertThat(exec(PTY, "cat").communicate().stdout(UTF_8)).isEmpty();
        });
  }

  @Test
  void errorOutputMayGoElsewhere() throws Exception {
    runIfNative(
        () -> {
          var output = shell(PTY.stderr(Stdio.PIPE), "echo out; echo err >&2").communicate();
          assertThat(output.stdout(UTF_8)).isEqualTo("out\r\n");
          assertThat(output.stderr(UTF_8)).isEqualTo("err\n");
        });
  }

  @Test
  void aShutdownHangsUp() throws Exception {
    runIfNative(
        () -> {
          // It ignores SIGTERM, and its job has a group of its own, which the hang-up reaches too.
          var shell = exec(PTY, "sh", "-i");
          shell.stdin().write("sleep 100 & echo up=$(( 1 ))\n");
          shell.stdout().readuntil("up=1");

          var shutdown = shell.shutdown(Duration.ofSeconds(20));

          assertThat(shutdown.step()).isEqualTo(Step.HUNG_UP);
          shell.close();
          assertThatThrownBy(() -> shell.pty().setWindowSize(new WindowSize(1, 1)))
              .isInstanceOf(java.io.IOException.class);
        });
  }

  @Test
  void theProtocolHasTwoPipesAndLosesBothWithTheChild() throws Exception {
    runIfNative(
        () -> {
          var events = new ArrayList<String>();
          var lost = Asyncio.getRunningLoop().<@Nullable Void>createFuture();
          var protocol =
              new SubprocessProtocol() {
                @Override
                public void pipeDataReceived(int fd, ByteBuffer data) {
                  events.add(fd + ": " + UTF_8.decode(data).toString().strip());
                }

                @Override
                public void pipeConnectionLost(int fd, @Nullable Exception exc) {
                  events.add(fd + " lost " + exc);
                }

                @Override
                public void processExited() {
                  events.add("exited");
                }

                @Override
                public void connectionLost(@Nullable Exception exc) {
                  lost.setResult(null);
                }
              };
          var transport = loop.subprocessExec(() -> protocol, PTY, "echo", "hello").transport();
          assertThat(transport.getPipeTransport(0)).isInstanceOf(WriteTransport.class);
          assertThat(transport.getPipeTransport(2)).isNull();
          assertThat(transport.getExtraInfo("pty", PseudoTerminal.class)).isNotNull();

          lost.await();

          assertThat(events)
              .containsExactlyInAnyOrder("1: hello", "0 lost null", "1 lost null", "exited");
        });
  }

  @Test
  void aProgramThatCannotBeStartedLeavesNoTerminal() throws Exception {
    runIfNative(
        () -> {
          for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> exec(PTY, "/no/such/program"))
                .isInstanceOf(java.nio.file.NoSuchFileException.class)
                .hasMessageStartingWith("/no/such/program");
          }
        });
  }

  @Test
  void aTerminalThatIsOpenedAsAFileControlsNobody() throws Exception {
    runIfNative(
        () -> {
          try (var pty = PseudoTerminal.open()) {
            var options = OUTPUT.startNewSession(true).stdin(Stdio.from(pty.slavePath()));
            assertThat(outputOf(options, "sh", "-c", "tty; (: </dev/tty) 2>/dev/null || echo none"))
                .isEqualTo(pty.slavePath() + "\nnone\n");
          }
        });
  }

  @Test
  void whatExcludesATerminalIsRefused() throws Exception {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(PTY.stdin(Stdio.PIPE), "true"))
              .withMessageStartingWith("stdin and stdout of a child with a pty are its terminal: ");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(PTY.stdout(Stdio.DEVNULL), "true"));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(PTY.processGroup(7), "true"))
              .withMessageStartingWith("processGroup(7) with pty(");
          var process = exec(NOTHING, "true");
          assertThatThrownBy(process::pty)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("SubprocessOptions.pty");
          process.await();
        });
  }

  @Test
  void onThePortableTierATerminalIsRefused() throws Exception {
    if (isNative()) {
      return;
    }
    run(
        () ->
            assertThatThrownBy(() -> exec(PTY, "true"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith(
                    "pty(WindowSize[columns=100, lines=30]) of a child process"));
  }

  private void runIfNative(VoidCoroutine body) throws Exception {
    if (isNative()) {
      run(body);
    }
  }
}
