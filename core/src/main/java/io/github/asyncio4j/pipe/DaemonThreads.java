// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicReference;

/// The threads that stand in for a selector. Platform threads, as what they are in blocks them for
/// long, and daemons, so that none keeps the JVM alive.
final class DaemonThreads {
  private static final System.Logger LOGGER = LibraryLogger.get();

  // A read, a write or a close, and the call that wakes a loop.
  private static final long STACK_BYTES = 256 * 1024;

  @SuppressWarnings("StaticAssignmentOfThrowable") // Made while there is memory.
  private static final IOException UNTOLD =
      new IOException("a stream failed, and there is no memory to say how");

  private DaemonThreads() {}

  static void start(String name, Runnable body) {
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .stackSize(STACK_BYTES)
        .inheritInheritableThreadLocals(false)
        .start(body);
  }

  /// Returns what is told of a stream that has thrown something. Throws nothing.
  static IOException failed(Object stream, Throwable thrown) {
    if (thrown instanceof IOException failure) {
      return failure;
    }
    try {
      return new IOException("the stream failed: " + stream, thrown);
    } catch (RuntimeException | Error e) {
      return UNTOLD;
    }
  }

  /// How a stream is closed that a thread uses: in another one, as it may have to wait for that.
  /// Where no other is to be had, by the thread itself when it leaves the stream.
  static final class Closing {
    private enum State {
      OPEN,
      /// To be closed by the thread that uses it.
      LEFT_TO_USER,
      /// The thread that uses it has ended.
      UNUSED
    }

    private final Closeable stream;
    // Any thread.
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    Closing(Closeable stream) {
      this.stream = stream;
    }

    /// Closes it. Once.
    ///
    /// @param inUse whether a thread is inside the stream
    void close(boolean inUse) {
      try {
        start("asyncio4j-pipe-closer", () -> closeNow(stream));
      } catch (OutOfMemoryError e) {
        if (!inUse || !state.compareAndSet(State.OPEN, State.LEFT_TO_USER)) {
          closeNow(stream);
        }
      }
    }

    /// The thread has left the stream for good.
    void left() {
      if (!state.compareAndSet(State.OPEN, State.UNUSED)) {
        closeNow(stream);
      }
    }

    private static void closeNow(Closeable stream) {
      try {
        stream.close();
      } catch (IOException | RuntimeException e) {
        LOGGER.log(Level.DEBUG, () -> "close failed: " + stream, e);
      }
    }
  }
}
