// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// A [Coroutine] that returns nothing, as the type of a variable or a parameter.
@FunctionalInterface
public interface VoidCoroutine extends TaskBody {
  /// Runs the body, inside a task of the loop.
  ///
  /// @throws Exception whatever goes wrong; it becomes the exception of the task
  void run() throws Exception;

  @Override
  default void runVoid() throws Exception {
    run();
  }
}
