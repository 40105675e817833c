// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Makes every task start inside `createTask`, unless its options say otherwise (TK-10).
///
/// @param constructor makes the tasks, or null for `new Task`
record EagerTaskFactory(@Nullable TaskFactory constructor) implements TaskFactory {
  static final EagerTaskFactory STANDARD = new EagerTaskFactory(null);

  @Override
  public <T extends @Nullable Object> Task<T> create(
      EventLoop loop, Coroutine<T> body, TaskOptions options) {
    TaskOptions eager = options.eagerStart() == null ? options.eagerStart(true) : options;
    return constructor == null
        ? new Task<>(loop, body, eager)
        : constructor.create(loop, body, eager);
  }
}
