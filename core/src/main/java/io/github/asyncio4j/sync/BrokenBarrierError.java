// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

/// Thrown to tasks that wait at a [Barrier] when it is reset or aborted, or that come to one that
/// is broken (asyncio's `BrokenBarrierError`, SY-06).
///
/// Unchecked, as asyncio's is a `RuntimeError`, and with asyncio's name: the
/// [java.util.concurrent.BrokenBarrierException] of the JDK is checked.
public final class BrokenBarrierError extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  public BrokenBarrierError(String message) {
    super(message);
  }
}
