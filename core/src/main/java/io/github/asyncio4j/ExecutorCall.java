// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A call in an executor's thread, and the future of its outcome (EL-115).
final class ExecutorCall<T extends @Nullable Object> implements Runnable {
  /*
   * An interrupt must end this call and nothing that the thread does later. So who interrupts
   * first moves the state away from RUNNING, and the thread leaves only with RUNNING changed to
   * ENDED; else it waits for the interrupt, which is a few instructions away, and clears it.
   */
  private enum State {
    QUEUED,
    RUNNING,
    ENDED,
    DROPPED,
    INTERRUPTING,
    INTERRUPTED
  }

  private final BaseEventLoop loop;
  // Null once it was dropped: the executor may keep it in its queue for long.
  private @Nullable Callable<T> call;
  private final Future<T> future;
  // Any thread.
  private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
  // Written before the state is RUNNING.
  private @Nullable Thread thread;

  /// Makes a call that is yet to be given to an executor. Loop thread.
  ExecutorCall(BaseEventLoop loop, Callable<T> call) {
    this.loop = loop;
    this.call = call;
    this.future = loop.createFuture();
    future.addDoneCallback(f -> drop());
  }

  private void drop() {
    state.compareAndSet(State.QUEUED, State.DROPPED);
    if (state.get() == State.DROPPED) {
      loop.awaitedThreads--;
      call = null;
    }
  }

  Future<T> future() {
    return future;
  }

  /// Keeps the call from starting, or interrupts its thread; no effect once it has ended. Any
  /// thread.
  void interrupt() {
    if (state.compareAndSet(State.QUEUED, State.DROPPED)
        || !state.compareAndSet(State.RUNNING, State.INTERRUPTING)) {
      return;
    }
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
    state.set(State.INTERRUPTED);
  }

  /// Makes the call. The executor's thread.
  @Override
  public void run() {
    thread = Thread.currentThread();
    if (!state.compareAndSet(State.QUEUED, State.RUNNING)) {
      return;
    }
    Runnable settle;
    try {
      T value = Objects.requireNonNull(call).call();
      settle = () -> future.complete(value);
    } catch (Throwable t) {
      settle = () -> future.fail(t);
    }
    end();
    Runnable outcome = settle;
    // A loop that was closed meanwhile has no use for the outcome.
    loop.tryPost(
        new PostedHandle(
            () -> {
              loop.awaitedThreads--;
              if (!future.done()) {
                outcome.run();
              }
            },
            ContextMap.EMPTY));
  }

  private void end() {
    if (state.compareAndSet(State.RUNNING, State.ENDED)) {
      return;
    }
    while (state.get() != State.INTERRUPTED) {
      Thread.onSpinWait();
    }
    // What it has not heeded must not meet the thread's next call.
    Thread.interrupted();
  }
}
