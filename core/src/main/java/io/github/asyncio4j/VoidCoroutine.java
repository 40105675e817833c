// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A [Coroutine] that returns nothing.
///
/// It exists so that a lambda without a result can be the body of a task. Every [Coroutine] is one,
/// which makes javac prefer the overload that takes a [Coroutine] wherever both fit: also for a
/// reference to an overloaded method, as in `createTask(future::await)`.
@FunctionalInterface
public interface VoidCoroutine {
  /// Runs the body, inside a task of the loop.
  ///
  /// @throws Exception whatever goes wrong; it becomes the exception of the task
  void runVoid() throws Exception;

  /// Returns this body as a coroutine whose result is null.
  default Coroutine<@Nullable Void> asCoroutine() {
    return new VoidBody(this);
  }
}
