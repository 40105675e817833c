// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;

/// The threads that stand in for a selector. Platform threads, as what they are in blocks them for
/// long, and daemons, so that none keeps the JVM alive.
final class DaemonThreads {
  private static final System.Logger LOGGER = LibraryLogger.get();

  // A read, a write or a close, and the call that wakes a loop.
  private static final long STACK_BYTES = 256 * 1024;

  private DaemonThreads() {}

  static void start(String name, Runnable body) {
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .stackSize(STACK_BYTES)
        .inheritInheritableThreadLocals(false)
        .start(body);
  }

  /// Closes a stream in a thread, as it may wait for whoever uses it.
  static void close(Closeable stream) {
    start(
        "asyncio4j-pipe-closer",
        () -> {
          try {
            stream.close();
          } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.DEBUG, () -> "close failed: " + stream, e);
          }
        });
  }
}
