// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import java.io.IOException;

/// What transports in memory do with what protocols throw.
final class Failures {
  private static final System.Logger LOGGER = LibraryLogger.get();

  private Failures() {}

  /// Logs a warning; what the logger throws is not the business of a connection.
  static void warn(String message) {
    try {
      LOGGER.log(System.Logger.Level.WARNING, message);
    } catch (RuntimeException | Error e) {
      passOn(e);
    }
  }

  /// Throws on what no handler may swallow.
  static void passOn(Throwable failure) {
    if (failure instanceof KeyboardInterrupt || failure instanceof SystemExit) {
      throw (Error) failure;
    }
  }

  /// Returns what a protocol is told of a failure that ended its connection.
  static Exception toTell(Throwable failure) {
    return failure instanceof Exception exception
        ? exception
        : new IOException("connection ended by an error", failure);
  }
}
