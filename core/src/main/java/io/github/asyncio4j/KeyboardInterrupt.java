// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Ends the run of a loop from inside a callback or task (R-15, R-18, TK-06).
///
/// The library does not throw it by itself: on Ctrl-C the JVM ends, and tasks are not cancelled.
///
/// It goes to no exception handler: it leaves `runForever`, the rest of the batch stays queued, and
/// the loop can be run again.
public final class KeyboardInterrupt extends Error {
  private static final long serialVersionUID = 1L;

  /// Makes one without a message.
  public KeyboardInterrupt() {}
}
