// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Pollable;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What layers above a loop are built on: the library's own transports and streams use nothing
/// else, and whoever writes another protocol layer may use the same (as trio's `lowlevel`).
///
/// Programs need none of it. Threads as for [EventLoop].
public final class Lowlevel {
  private final BaseEventLoop loop;

  Lowlevel(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// Returns the door to a loop, always the same. Any thread.
  public static Lowlevel of(EventLoop loop) {
    return BaseEventLoop.require(loop).lowlevel;
  }

  /// Returns the loop. Any thread.
  public EventLoop loop() {
    return loop;
  }

  /// Suspends the calling task for exactly one iteration, as `Asyncio.sleep(Duration.ZERO)` does:
  /// others get their turn, and a cancellation is noticed.
  ///
  /// @throws CancelledError when the task is cancelled
  /// @throws IllegalStateException outside a task of this loop
  public void checkpoint() {
    Task.current(loop, "checkpoint()").yieldOnce();
  }

  /// Refuses a call that would suspend outside a task of this loop, before it has done anything.
  ///
  /// @param call the public method, for the exception's text
  /// @throws IllegalStateException outside a task of this loop
  public void ensureInTask(String call) {
    Task.current(loop, call + "()");
  }

  /// Opens a watch over a descriptor, watching for nothing yet. It is the caller's, who closes it
  /// before the descriptor.
  ///
  /// The callbacks run in a copy of the context that is current now, or see [IoWatch#runIn].
  ///
  /// @param pollable what to watch
  /// @param owner who holds it: told when the loop is closed, and named in the error of `addReader`
  ///   on the same descriptor
  /// @param onReadable called in each iteration in which it is readable or broken, while that is
  ///   watched
  /// @param onWritable called in each iteration in which it is writable or broken, while that is
  ///   watched
  /// @throws IllegalStateException when another owner watches it, or the loop is closed
  /// @throws IOException when the selector cannot watch it
  public IoWatch watch(
      Pollable pollable, IoWatch.Owner owner, Runnable onReadable, Runnable onWritable)
      throws IOException {
    Objects.requireNonNull(owner, "owner");
    return loop.watch(pollable, owner, onReadable, onWritable);
  }

  /// Returns a handle that can be queued again and again; to queue it allocates nothing.
  ///
  /// @param context what the callback runs in, that object and not a copy
  public ReusableHandle newHandle(Runnable callback, Context context) {
    return new ReusableHandle(
        loop, Objects.requireNonNull(callback, "callback"), Objects.requireNonNull(context));
  }

  /// Sets who is told what the loop does, or nobody for null. Not while the loop is running.
  public void observe(@Nullable LoopObserver observer) {
    loop.observe(observer);
  }

  /// Has something called when an iteration of the loop has found no memory: it gives up what it
  /// keeps in reserve for such a case, and must not allocate. What it throws is ignored.
  public void onOutOfMemory(Runnable giveUp) {
    loop.kernel.reserves.add(Objects.requireNonNull(giveUp, "giveUp"));
  }

  /// Tells whether another thread will post something, as far as the loop knows: a call runs in an
  /// executor, or the JDK has suspended a task.
  public boolean awaitsThreads() {
    return loop.awaitedThreads > 0;
  }
}
