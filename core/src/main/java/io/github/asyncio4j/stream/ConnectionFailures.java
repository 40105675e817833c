// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.socket.ConnectionResetException;
import java.io.IOException;

/// Turns what a connection failed with into what a suspending method may throw.
final class ConnectionFailures {
  private ConnectionFailures() {}

  /// Returns what a read throws: the failure itself if it is an [IOException], else one around it.
  ///
  /// @throws RuntimeException the failure itself, if it is one
  static IOException toThrow(Exception failure) {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return failure instanceof IOException io ? io : new IOException(text(failure), failure);
  }

  /// Returns what a call of the writer throws: an exception of its own with the failure as its
  /// cause, a [ConnectionResetException] if the failure is one.
  ///
  /// A block of try that reads and whose end drains or waits throws twice. Java adds the second
  /// exception to the first, and refuses to add one to itself.
  static IOException another(Exception failure) {
    var another =
        failure instanceof ConnectionResetException
            ? new ConnectionResetException(text(failure))
            : new IOException(text(failure));
    Lowlevel.stripFrames(failure);
    another.initCause(failure);
    return another;
  }

  /// Returns the text of an exception, whatever its methods do.
  static String text(Exception failure) {
    try {
      return failure instanceof IOException && failure.getMessage() != null
          ? failure.getMessage()
          : failure.toString();
    } catch (RuntimeException | Error e) {
      return failure.getClass().getName();
    }
  }
}
