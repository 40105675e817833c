// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A handle that any thread may have posted and may cancel (EL-21).
///
/// Cancelling wins before the callback starts and does nothing after: one compare-and-set decides.
class PostedHandle extends Handle {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(PostedHandle.class, "state", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum State {
    QUEUED,
    STARTED,
    CANCELLED
  }

  // The next older one in the queue. Written by the posting thread before it publishes this handle,
  // read and cleared by the loop thread.
  @Nullable PostedHandle next;

  // Any thread.
  private volatile State state = State.QUEUED;

  PostedHandle(Runnable callback, Object scope) {
    super(callback, scope);
  }

  @Override
  public void cancel() {
    STATE.compareAndSet(this, State.QUEUED, State.CANCELLED);
  }

  @Override
  public boolean cancelled() {
    return state == State.CANCELLED;
  }

  @Override
  void run(BaseEventLoop loop) {
    if (start()) {
      super.run(loop);
    }
  }

  /// Takes the one turn that the handle has. Any thread.
  ///
  /// @return false when it was taken or the handle was cancelled
  final boolean start() {
    return STATE.compareAndSet(this, State.QUEUED, State.STARTED);
  }

  /// Makes a handle that has started ready for another turn. Any thread.
  ///
  /// @return false when it waits for its turn, or is cancelled
  final boolean startedBefore() {
    return STATE.compareAndSet(this, State.STARTED, State.QUEUED);
  }

  @Override
  final void putBack(BaseEventLoop loop) {
    boolean _ = startedBefore();
    super.putBack(loop);
  }

  /// Called in place of [#run(BaseEventLoop)] when the loop is closed.
  void dropped() {}
}
