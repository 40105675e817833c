// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A body without a result as a coroutine that returns null; known by the body it stands for.
record VoidBody(TaskBody body) implements Coroutine<@Nullable Void> {
  @Override
  public @Nullable Void run() throws Exception {
    body.runVoid();
    return null;
  }
}
