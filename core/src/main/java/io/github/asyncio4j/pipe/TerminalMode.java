// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.internal.ffi.Termios;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;

/// A mode that a terminal has for a while: [Terminal#raw()] and its kin. Any thread.
public final class TerminalMode implements AutoCloseable {
  /// Those that are entered and not left, the newest first. It is its own lock.
  private static final Deque<TerminalMode> ENTERED = new ArrayDeque<>();

  // Guarded by the lock of ENTERED.
  private static boolean hooked;

  private final Syscalls syscalls;
  private final int fd;
  private final Termios before;

  TerminalMode(Syscalls syscalls, int fd, Termios before) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.before = before;
  }

  void enter(Termios mode) throws IOException {
    synchronized (ENTERED) {
      if (!hooked) {
        // Before anything is changed: when the JVM is ending it throws.
        Runtime.getRuntime().addShutdownHook(new Thread(TerminalMode::leaveAll));
        hooked = true;
      }
      set(mode);
      ENTERED.push(this);
    }
  }

  private static void leaveAll() {
    synchronized (ENTERED) {
      while (!ENTERED.isEmpty()) {
        try {
          ENTERED.peek().close();
        } catch (IOException e) {
          // The terminal has gone.
        }
      }
    }
  }

  private void set(Termios mode) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      // Not behind what is to be shown: a terminal that was stopped would stop us.
      int result =
          syscalls.tcsetattr(
              arena.allocate(ValueLayout.JAVA_INT), fd, Constants.TCSANOW, mode.segment());
      if (result < 0) {
        throw Errno.ioException("tcsetattr(fd " + fd + ")", -result);
      }
    }
  }

  /// Has the terminal be as before. Idempotent.
  ///
  /// @throws IOException when the terminal has gone
  @Override
  public void close() throws IOException {
    synchronized (ENTERED) {
      if (ENTERED.remove(this)) {
        set(before);
      }
    }
  }
}
