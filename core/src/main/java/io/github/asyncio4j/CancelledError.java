// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Thrown at the point where a cancelled task is suspended, and by a cancelled future (TK-02).
///
/// An [Error] on purpose: a `catch (Exception e)` around a suspending call does not swallow it.
/// Clean up in `finally`; code that catches it should throw it on.
public final class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  /// Makes one without a message.
  public CancelledError() {
    this(null);
  }

  /// Makes one with the message that was given to `cancel`.
  public CancelledError(@Nullable String message) {
    super(message);
  }
}
