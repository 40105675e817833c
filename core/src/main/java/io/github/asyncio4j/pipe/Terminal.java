// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.internal.ffi.Termios;
import io.github.asyncio4j.internal.ffi.Winsize;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/// A terminal: its mode and the size of its window, termios(3) and ioctl_tty(2). Native tier; any
/// thread.
///
/// What is typed and shown goes through [ReadPipe#stdin()] and [WritePipe#stdout()]. That the size
/// has changed a signal tells: `loop.addSignalHandler("SIGWINCH", ...)`.
///
/// ```java
/// try (var _ = Terminal.stdin().raw()) {
///   byte[] key = Asyncio.stdin().read(1);
/// }
/// ```
public final class Terminal {
  private final Syscalls syscalls;
  private final int fd;

  private Terminal(Syscalls syscalls, int fd) {
    this.syscalls = syscalls;
    this.fd = fd;
  }

  /// Tells whether a descriptor is that of a terminal: isatty(3).
  ///
  /// @throws UnsupportedOperationException when native access is not granted; names the flag
  public static boolean isTerminal(int fd) {
    if (!Native.isAvailable()) {
      throw Native.unsupported("To ask whether descriptor " + fd + " is a terminal");
    }
    try (Arena arena = Arena.ofConfined()) {
      return attributes(Native.syscalls(), arena, fd, new Termios(arena)) >= 0;
    }
  }

  /// Returns the terminal of a descriptor, which stays the caller's and open as long as this is
  /// used.
  ///
  /// @throws IllegalArgumentException when it is no terminal
  /// @throws UnsupportedOperationException when native access is not granted; names the flag
  public static Terminal of(int fd) {
    if (!isTerminal(fd)) {
      throw new IllegalArgumentException("no terminal: fd " + fd);
    }
    return new Terminal(Native.syscalls(), fd);
  }

  /// Returns the terminal of standard input; as [#of(int)].
  public static Terminal stdin() {
    return of(0);
  }

  private static int attributes(Syscalls syscalls, Arena arena, int fd, Termios termios) {
    return syscalls.tcgetattr(arena.allocate(ValueLayout.JAVA_INT), fd, termios.segment());
  }

  // Modes.

  /// Passes everything on as it is typed and written: each key by itself, no echo, no editing, no
  /// signal for Ctrl-C, and a line ends with `\r\n` (cfmakeraw(3)).
  ///
  /// The mode is the terminal's, so others who use it have it too. It is as before when the result
  /// is closed, at the latest when the JVM ends, by a signal that it notices too (SIGINT, SIGTERM,
  /// SIGHUP). Close several in the opposite order.
  ///
  /// @throws IOException when the terminal has gone
  public TerminalMode raw() throws IOException {
    return change(Termios::makeRaw);
  }

  /// Passes each key on by itself and shows none, with signals and output as before (Python's
  /// `tty.setcbreak`). As [#raw()].
  public TerminalMode cbreak() throws IOException {
    return change(Termios::makeCbreak);
  }

  /// Does not show what is typed, as for a password. As [#raw()].
  public TerminalMode hidden() throws IOException {
    return change(Termios::hideInput);
  }

  private TerminalMode change(Consumer<Termios> change) throws IOException {
    Arena arena = Arena.ofAuto();
    var before = new Termios(arena);
    int result = attributes(syscalls, arena, fd, before);
    if (result < 0) {
      throw Errno.ioException("tcgetattr(fd " + fd + ")", -result);
    }
    Termios after = before.copy(arena);
    change.accept(after);
    var mode = new TerminalMode(syscalls, fd, before);
    mode.enter(after);
    return mode;
  }

  /// Tells whether input comes in lines, which can be edited ("cooked").
  ///
  /// @throws IOException when the terminal has gone
  public boolean isCooked() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return now(arena).isCanonical();
    }
  }

  /// Tells whether what is typed is shown.
  ///
  /// @throws IOException when the terminal has gone
  public boolean isEchoing() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return now(arena).isEchoing();
    }
  }

  private Termios now(Arena arena) throws IOException {
    var now = new Termios(arena);
    int result = attributes(syscalls, arena, fd, now);
    if (result < 0) {
      throw Errno.ioException("tcgetattr(fd " + fd + ")", -result);
    }
    return now;
  }

  // The window.

  /// Returns the size of the window.
  ///
  /// @throws IOException when the terminal has gone
  public WindowSize windowSize() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      var size = new Winsize(arena);
      control(arena, Constants.TIOCGWINSZ, "TIOCGWINSZ", size);
      return new WindowSize(size.columns(), size.rows());
    }
  }

  /// Sets the size of the window: who runs in it gets SIGWINCH if it is another. For the one who
  /// shows it.
  ///
  /// @throws IOException when the terminal has gone
  public void setWindowSize(WindowSize size) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      var winsize = new Winsize(arena);
      winsize.set(size.lines(), size.columns());
      control(arena, Constants.TIOCSWINSZ, "TIOCSWINSZ", winsize);
    }
  }

  private void control(Arena arena, int request, String name, Winsize size) throws IOException {
    int result = syscalls.ioctl(arena.allocate(ValueLayout.JAVA_INT), fd, request, size.segment());
    if (result < 0) {
      throw Errno.ioException("ioctl(fd " + fd + ", " + name + ")", -result);
    }
  }

  @Override
  public String toString() {
    return "<Terminal fd=" + fd + ">";
  }
}
