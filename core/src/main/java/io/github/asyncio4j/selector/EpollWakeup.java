// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// The eventfd(2) by which other threads end a wait in epoll.
final class EpollWakeup {
  /*
   * Only the thread that moves the state from IDLE to SIGNALLED writes to the eventfd, and the
   * state moves back only after that write was read. So at most one write is under way, and close
   * can wait for it: else it could go to whatever gets the number next.
   *
   * Reading comes before going back to IDLE. In the other order a signal between the two would be
   * read away while its state stays, and no later signal would be written.
   *
   * The state is always changed, never merely looked at: that is what orders what a thread
   * published before its signal with what the loop looks at after the drain.
   */

  private enum State {
    IDLE,
    SIGNALLED,
    CLOSED
  }

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MOST_TRIES = 100;

  private final Syscalls syscalls;
  private final int fd;

  // Loop thread only.
  private final MemorySegment errno;
  private final MemorySegment counter;

  // Any thread.
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  EpollWakeup(Syscalls syscalls, Arena arena, MemorySegment errno) throws IOException {
    this.syscalls = syscalls;
    this.errno = errno;
    this.counter = arena.allocate(ValueLayout.JAVA_LONG);
    this.fd = syscalls.eventfd(errno, 0, Constants.EFD_NONBLOCK | Constants.EFD_CLOEXEC);
    if (fd < 0) {
      throw Errno.ioException("eventfd", -fd);
    }
  }

  int fd() {
    return fd;
  }

  void signal() {
    if (state.compareAndSet(State.IDLE, State.SIGNALLED)) {
      boolean written = false;
      try {
        write();
        written = true;
      } finally {
        if (!written) {
          becomeIdle(); // The JVM had no memory for the call.
        }
      }
    }
  }

  // It has no reason to fail but a sandbox or a tracer that makes it; and it must not be lost,
  // since
  // no other thread writes while the state is what it is.
  private void write() {
    int result;
    int tries = 0;
    do {
      result = syscalls.eventfd_write(fd, 1);
      tries++;
    } while (result != 0 && tries < MOST_TRIES);
  }

  void drain() {
    boolean mayBeRead = true;
    try {
      mayBeRead = syscalls.read(errno, fd, counter, Long.BYTES) == Long.BYTES;
    } finally {
      // Also when there was no memory for the call: if it was not made, the next poll tells again.
      if (mayBeRead) {
        becomeIdle();
      }
    }
  }

  private void becomeIdle() {
    state.compareAndSet(State.SIGNALLED, State.IDLE);
  }

  void close() {
    if (state.getAndSet(State.CLOSED) == State.SIGNALLED && !awaitWrite()) {
      return; // A number that is never free again is better than a write to a stranger.
    }
    syscalls.close(errno, fd);
  }

  private boolean awaitWrite() {
    long start = System.nanoTime();
    while (syscalls.read(errno, fd, counter, Long.BYTES) != Long.BYTES) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }
}
