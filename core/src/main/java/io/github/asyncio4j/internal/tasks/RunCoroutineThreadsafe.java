// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A task that another thread has asked for, and the future of the JDK that has its outcome
/// (TC-10).
public final class RunCoroutineThreadsafe<T extends @Nullable Object> {
  private final Coroutine<T> body;
  private final EventLoop loop;
  private final CompletableFuture<T> result;
  // Loop thread.
  private @Nullable Task<T> task;

  private RunCoroutineThreadsafe(Coroutine<T> body, EventLoop loop) {
    this.body = body;
    this.loop = loop;
    this.result = Lowlevel.of(loop).newCompletableFuture();
  }

  /// Starts a task on a loop. Any thread.
  ///
  /// @throws IllegalStateException when the loop is closed
  public static <T extends @Nullable Object> CompletableFuture<T> run(
      Coroutine<T> body, EventLoop loop) {
    var asked = new RunCoroutineThreadsafe<>(body, loop);
    if (!Lowlevel.of(loop).post((Runnable & Lowlevel.Repeatable) asked::start, asked::loopClosed)) {
      throw Lowlevel.of(loop).closed();
    }
    return asked.result;
  }

  // Loop thread.
  private void start() {
    if (result.isDone()) {
      return;
    }
    Task<T> started = task;
    if (started == null) {
      try {
        started = loop.createTask(body);
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
        return;
      }
      task = started;
    }
    Lowlevel.of(loop).tie(started, result);
  }

  private void loopClosed() {
    result.completeExceptionally(new LoopClosed());
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
