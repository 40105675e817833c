// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A call in a thread that may be told to end by an interrupt, and no other call of that thread
/// with it (TC-09). Made once.
public final class InterruptibleCall<T extends @Nullable Object> implements Callable<T> {
  /*
   * An interrupt must end this call and nothing that the thread does later. So who interrupts
   * first moves the state away from RUNNING, and the thread leaves only with RUNNING changed to
   * ENDED; else it waits for the interrupt, which is a few instructions away, and clears it.
   */
  private enum State {
    WAITING,
    RUNNING,
    ENDED,
    DROPPED,
    INTERRUPTING,
    INTERRUPTED
  }

  private final Callable<T> call;
  // Any thread.
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  // Written before the state is RUNNING.
  private @Nullable Thread thread;

  /// Makes one that has not started.
  public InterruptibleCall(Callable<T> call) {
    this.call = call;
  }

  /// Keeps the call from starting, or interrupts its thread; no effect once it has ended. Any
  /// thread.
  public void interrupt() {
    if (state.compareAndSet(State.WAITING, State.DROPPED)
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
  ///
  /// @throws CancellationException when it was not to start any more; nobody waits for it then
  @Override
  public T call() throws Exception {
    thread = Thread.currentThread();
    if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
      throw new CancellationException();
    }
    try {
      return call.call();
    } finally {
      end();
    }
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
