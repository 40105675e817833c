// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Starts a task that another thread has asked for, and ties its outcome to a future of the JDK
/// (TC-10).
final class TaskStart<T extends @Nullable Object> extends PostedHandle {
  private final Coroutine<T> body;
  private final BaseEventLoop loop;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  TaskStart(Coroutine<T> body, BaseEventLoop loop) {
    super(Handle::doNothing, CurrentContext.snapshot());
    this.body = body;
    this.loop = loop;
  }

  CompletableFuture<T> result() {
    return result;
  }

  /// Queues the start and wakes the loop. Any thread.
  ///
  /// @return false when the loop is closed
  boolean post() {
    return loop.tryPost(this);
  }

  @Override
  void invoke() {
    if (result.isDone()) {
      return;
    }
    try {
      CompletionStages.tie(loop.createTask(body), result);
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  @Override
  void dropped() {
    result.completeExceptionally(new LoopClosed());
  }

  @Override
  String describeCallback() {
    return Descriptions.ofCallback(body);
  }

  /// Cancels a call whose loop is closed. Without a stack trace: it would be that of close(), and
  /// there may be a million of them.
  private static final class LoopClosed extends CancellationException {
    private static final long serialVersionUID = 1L;

    LoopClosed() {
      super("Event loop is closed");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it does nothing
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
