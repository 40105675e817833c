// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Stands for the body of a task that is done. As a coroutine of asyncio, it does not run again.
record EndedCoroutine<T extends @Nullable Object>(String description) implements Coroutine<T> {
  @Override
  public T run() {
    throw new IllegalStateException("the body of a task that is done cannot run again: " + this);
  }

  @Override
  public String toString() {
    return "<ended " + description + ">";
  }
}
