// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// The body of a task: code written straight down that may call suspending methods.
///
/// It runs on a virtual thread that the loop resumes, so between two suspending calls nothing else
/// of the same loop runs.
///
/// @param <T> what it returns
@FunctionalInterface
public interface Coroutine<T extends @Nullable Object> extends TaskBody {
  /// Runs the body, inside a task of the loop.
  ///
  /// @throws Exception whatever goes wrong; it becomes the exception of the task
  T run() throws Exception;

  /// Runs the body and drops its result.
  @Override
  default void runVoid() throws Exception {
    run();
  }
}
