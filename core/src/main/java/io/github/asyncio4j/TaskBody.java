// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// What a task can run: a [Coroutine], which has a result, or a [VoidCoroutine], or a lambda
/// without a result.
///
/// Wherever a method has an overload for each, javac prefers the one that takes a [Coroutine],
/// since that is one of these: also for a reference to an overloaded method, as in
/// `createTask(future::await)`.
@FunctionalInterface
public interface TaskBody {
  /// Runs the body, inside a task of the loop; a result is dropped.
  ///
  /// @throws Exception whatever goes wrong; it becomes the exception of the task
  void runVoid() throws Exception;

  /// Returns this body as a coroutine whose result is null.
  default Coroutine<@Nullable Void> asCoroutine() {
    return new VoidBody(this);
  }
}
