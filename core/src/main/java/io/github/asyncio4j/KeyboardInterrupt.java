// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Ends the run of a loop (R-15, R-18, TK-06); thrown by [Runner] when Ctrl-C has cancelled the
/// main coroutine (TC-12).
///
/// Thrown inside a callback or task it goes to no exception handler: it leaves `runForever`, the
/// rest of the batch stays queued, and the loop can be run again. When it leaves `Runner.run` and
/// nobody catches it, the process ends with status 130 and without a stack trace.
public final class KeyboardInterrupt extends Error {
  private static final long serialVersionUID = 1L;

  /// Makes one without a message.
  public KeyboardInterrupt() {}
}
