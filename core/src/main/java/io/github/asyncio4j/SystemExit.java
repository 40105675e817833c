// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Ends the run of a loop from inside a callback or task, with an exit status (R-15, R-18, TK-06).
///
/// It goes to no exception handler: it leaves `runForever`, the rest of the batch stays queued, and
/// the loop can be run again. When it leaves `Runner.run` in the main thread and nobody catches it,
/// the process ends with its status and without a stack trace; in another thread it is an exception
/// like any other.
public final class SystemExit extends Error {
  private static final long serialVersionUID = 1L;

  private final int status;

  /// Makes one.
  ///
  /// @param status the exit status that the program wants
  public SystemExit(int status) {
    super("exit status " + status);
    this.status = status;
  }

  /// Returns the exit status that the program wants.
  public int status() {
    return status;
  }
}
