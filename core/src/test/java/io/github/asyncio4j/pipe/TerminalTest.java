// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.internal.ffi.Native;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Modes, window and both sides of a pseudo-terminal.
final class TerminalTest {
  @Test
  void itsWindowHasTheSizeThatItWasGiven() throws Exception {
    try (var pty = PseudoTerminal.open(new WindowSize(100, 30))) {
      var terminal = Terminal.of(pty.slaveFileno());
      assertThat(terminal.windowSize()).isEqualTo(new WindowSize(100, 30));

      pty.setWindowSize(new WindowSize(65_535, 1));
      assertThat(terminal.windowSize()).isEqualTo(new WindowSize(65_535, 1));
      assertThat(pty.windowSize()).isEqualTo(new WindowSize(65_535, 1));

      terminal.setWindowSize(new WindowSize(0, 0));
      assertThat(pty.windowSize()).isEqualTo(new WindowSize(0, 0));
    }
    try (var pty = PseudoTerminal.open()) {
      assertThat(pty.windowSize()).isEqualTo(new WindowSize(80, 24));
    }
    assertThatThrownBy(() -> new WindowSize(65_536, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536");
  }

  @Test
  void aModeEndsWithItsBlock() throws Exception {
    try (var pty = PseudoTerminal.open()) {
      var terminal = Terminal.of(pty.slaveFileno());
      assertThat(terminal.isCooked()).isTrue();
      assertThat(terminal.isEchoing()).isTrue();
      try (var _ = terminal.hidden()) {
        assertThat(terminal.isCooked()).isTrue();
        assertThat(terminal.isEchoing()).isFalse();
        try (var _ = terminal.raw()) {
          assertThat(terminal.isCooked()).isFalse();
        }
        assertThat(terminal.isCooked()).isTrue();
        assertThat(terminal.isEchoing()).isFalse();
      }
      assertThat(terminal.isEchoing()).isTrue();
      try (var _ = terminal.cbreak()) {
        assertThat(terminal.isCooked()).isFalse();
        assertThat(terminal.isEchoing()).isFalse();
      }
      assertThat(terminal.isCooked()).isTrue();
      assertThat(terminal.isEchoing()).isTrue();
    }
  }

  @Test
  void whatIsNoTerminalIsRefused() throws Exception {
    var pipe = Pipe.open();
    int fd = pipe.reader().fileno();
    assertThat(Terminal.isTerminal(fd)).isFalse();
    assertThatThrownBy(() -> Terminal.of(fd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no terminal: fd " + fd);
    pipe.reader().close();
    pipe.writer().close();
    assertThat(Terminal.isTerminal(fd)).isFalse();
  }

  @Test
  void aTerminalThatHasGoneSaysSo() throws Exception {
    var pty = PseudoTerminal.open();
    var terminal = Terminal.of(pty.slaveFileno());
    var mode = terminal.raw();
    pty.close();
    pty.close();
    assertThatThrownBy(mode::close).isInstanceOf(IOException.class).hasMessageContaining("EBADF");
    assertThatThrownBy(terminal::windowSize).isInstanceOf(IOException.class);
    assertThatThrownBy(pty::windowSize).isInstanceOf(IOException.class);
    mode.close();
  }

  // EL-111, EL-112
  @Test
  void whatIsTypedIsReadAndShownAndTheEndComesWithTheLastSlave() throws Exception {
    Asyncio.run(
        () -> {
          var pty = PseudoTerminal.open();
          var screen = Asyncio.openReadPipe(pty.reader());
          var keys = Asyncio.openWritePipe(pty.writer());
          keys.write("grep\r");
          assertThat(screen.readline()).asString(US_ASCII).isEqualTo("grep\r\n");

          // Another opens the terminal by its name, as the program that runs in it.
          var program = Asyncio.openReadPipe(ReadPipe.open(pty.slavePath()));
          assertThat(program.readline()).asString(US_ASCII).isEqualTo("grep\n");
          var output = Asyncio.openWritePipe(WritePipe.open(pty.slavePath()));
          output.write("found\n");
          assertThat(screen.readline()).asString(US_ASCII).isEqualTo("found\r\n");

          pty.closeSlave();
          program.transport().close();
          output.close();
          // EIO for Linux, the end for us.
          assertThat(screen.read()).isEmpty();
          keys.close();
        });
  }

  // EL-111: one that was opened by other means
  @Test
  void aDescriptorOfTheWatchersSideEndsInTheSameWay() throws Exception {
    Asyncio.run(
        () -> {
          var pty = PseudoTerminal.open();
          int master = Fds.dup(pty.reader().fileno(), 0);
          var screen = Asyncio.openReadPipe(ReadPipe.ofDescriptor(master));
          pty.close();
          assertThat(screen.read()).isEmpty();
        });
  }

  @Test
  void aTerminalThatCannotBeOpenedLeavesNothingOpen() throws Exception {
    PseudoTerminal.open().close();
    long before = Descriptors.count();
    for (var call : List.of("open", "ioctl", "fcntl", "tcgetattr")) {
      for (int k = 1; k <= 4; k++) {
        var faults = new FaultInjector(Native.syscalls(), 1);
        try (var _ = Native.install(faults)) {
          faults.failKth(call, k, Errno.EMFILE);
          try (var pty = PseudoTerminal.open()) {
            assertThat(pty.slaveFileno()).isNotNegative();
            assertThat(k).as(call).isGreaterThan(1);
          } catch (IOException | IllegalArgumentException e) {
            assertThat(Descriptors.count()).as("%s %d", call, k).isEqualTo(before);
          }
        }
      }
    }
    assertThat(Descriptors.count()).isEqualTo(before);
  }

  @Test
  void aPipeThatCannotBeOpenedLeavesNothingOpen() throws Exception {
    long before = Descriptors.count();
    var faults = new FaultInjector(Native.syscalls(), 1);
    try (var _ = Native.install(faults)) {
      faults.failKth("pipe2", 1, Errno.EMFILE);
      assertThatThrownBy(Pipe::open).isInstanceOf(IOException.class).hasMessageContaining("EMFILE");
      faults.failKth("statx", 1, Errno.ENOSYS);
      assertThatThrownBy(() -> ReadPipe.open(java.nio.file.Path.of("/dev/tty0")))
          .isInstanceOf(IOException.class);
    }
    assertThat(Descriptors.count()).isEqualTo(before);
  }
}
