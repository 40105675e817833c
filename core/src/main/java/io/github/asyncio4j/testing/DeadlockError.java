// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import java.io.Serial;

/// Ends the run of a [TestLoop] that could only wait for ever.
///
/// The message lists the tasks that are pending and where each is suspended.
public final class DeadlockError extends AssertionError {
  @Serial private static final long serialVersionUID = 1L;

  DeadlockError(String message) {
    super(message);
  }
}
