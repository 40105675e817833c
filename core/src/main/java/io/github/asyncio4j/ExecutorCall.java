// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A call in an executor's thread, and the future of its outcome (EL-115).
final class ExecutorCall<T extends @Nullable Object> implements Runnable, PendingCalls.Call {
  private enum State {
    QUEUED,
    STARTED,
    DROPPED,
    REFUSED
  }

  private final BaseEventLoop loop;
  // Null once it was dropped: the executor may keep it in its queue for long.
  private @Nullable Callable<T> call;
  private final Future<T> future;
  // Made while there is memory for it: without it nobody learns of the outcome.
  private final ReusablePost told;
  // Where this is kept until it has ended, or null.
  private final @Nullable PendingCalls pending;
  // Written by the executor's thread.
  private volatile @Nullable Thread thread;
  // Written by the executor's thread before it posts, then the loop's.
  private @Nullable T value;
  private @Nullable Throwable failure;
  // Any thread.
  private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);

  /// Makes a call that is yet to be given to an executor. Loop thread.
  ///
  /// @param pending where to keep it until it has ended, or null
  ExecutorCall(BaseEventLoop loop, Callable<T> call, @Nullable PendingCalls pending) {
    this.loop = loop;
    this.call = call;
    this.pending = pending;
    this.future = loop.createFuture();
    this.told = new ReusablePost(loop, this::tell, ContextMap.EMPTY);
    future.addDoneCallback(f -> drop());
    if (pending != null) {
      pending.add(this);
    }
  }

  private void drop() {
    state.compareAndSet(State.QUEUED, State.DROPPED);
    if (state.get() == State.DROPPED) {
      loop.awaitedThreads--;
      call = null;
      ended();
    }
  }

  private void ended() {
    if (pending != null) {
      pending.remove(this);
    }
  }

  /// The executor has not taken it. Loop thread.
  void refused() {
    state.set(State.REFUSED);
    ended();
  }

  @Override
  public @Nullable Thread thread() {
    return thread;
  }

  Future<T> future() {
    return future;
  }

  /// Makes the call. The executor's thread.
  @Override
  public void run() {
    if (!state.compareAndSet(State.QUEUED, State.STARTED)) {
      return;
    }
    thread = Thread.currentThread();
    try {
      value = Objects.requireNonNull(call).call();
    } catch (Throwable t) {
      failure = t;
    }
    try {
      ended();
    } finally {
      // A loop that was closed meanwhile has no use for the outcome.
      told.post();
    }
  }

  @SuppressWarnings("NullAway") // Without a failure the value is what the call has given.
  private void tell() {
    if (!future.done()) {
      Throwable thrown = failure;
      if (thrown != null) {
        future.fail(thrown);
      } else {
        future.complete(value);
      }
    }
    value = null;
    loop.awaitedThreads--;
  }
}
