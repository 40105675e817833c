// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A callback that is scheduled for an instant, to cancel it (EL-142). Loop thread only.
public final class TimerHandle extends Handle {
  private final TimerQueue queue;
  private final long when;
  // Breaks ties between timers that are due at the same instant: the order of scheduling.
  final long sequence;
  // Loop thread only.
  boolean queued = true;
  // Of the callback that has run, for texts.
  private @Nullable Class<?> ran;

  TimerHandle(TimerQueue queue, long when, long sequence, Runnable callback, Object scope) {
    super(callback, scope);
    this.queue = queue;
    this.when = when;
    this.sequence = sequence;
  }

  /// Returns when the callback is due: nanoseconds on the clock of [EventLoop#time()].
  public long when() {
    return when;
  }

  @Override
  public void cancel() {
    if (!cancelled()) {
      super.cancel();
      if (queued) {
        queue.cancelled();
      }
    }
  }

  /// Runs the callback and releases what it refers to: programs keep handles to cancel them.
  @Override
  void run(BaseEventLoop loop) {
    // Also when it throws: then it has found no memory, and runs once more.
    super.run(loop);
    if (!cancelled() && ran == null) {
      ran = Descriptions.classOf(release());
    }
  }

  @Override
  String describeCallback() {
    return ran == null ? super.describeCallback() : Descriptions.ofClass(ran);
  }

  @Override
  String describeKind() {
    return "TimerHandle" + (cancelled() ? "" : " when=" + when);
  }

  @Override
  public String toString() {
    return cancelled() ? "<TimerHandle cancelled when=" + when + ">" : super.toString();
  }
}
