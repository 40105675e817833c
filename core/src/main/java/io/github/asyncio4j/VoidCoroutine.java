// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A [Coroutine] that returns nothing.
///
/// It exists so that a lambda without a result can be the body of a task.
@FunctionalInterface
public interface VoidCoroutine {
  /// Runs the body, inside a task of the loop.
  ///
  /// @throws Exception whatever goes wrong; it becomes the exception of the task
  void run() throws Exception;

  /// Returns this body as a coroutine whose result is null.
  default Coroutine<@Nullable Void> asCoroutine() {
    return new VoidBody(this);
  }
}
