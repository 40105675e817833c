// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A deadline for a piece of a task (TC-02). Made by `Asyncio.timeout` and `Asyncio.timeoutAt`.
///
/// At the deadline the task is cancelled, once; the [CancelledError] that leaves the piece becomes
/// a [TimeoutException], unless the task was cancelled from elsewhere too. A deadline is a
/// request and not a bound: the piece lasts as long as its cleanup does. Its own task only.
public final class Timeout {
  private enum State {
    CREATED,
    ACTIVE,
    EXPIRING,
    EXPIRED,
    EXITED
  }

  /// A piece of a task that knows its deadline.
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /// Runs the piece.
    ///
    /// @param timeout its deadline, to move it
    /// @throws Exception whatever goes wrong
    T run(Timeout timeout) throws Exception;
  }

  private final Task<?> task;
  private State state = State.CREATED;
  private @Nullable Long when;
  private @Nullable Handle timer;
  private int cancellingBefore;

  Timeout(Task<?> task, @Nullable Long when) {
    this.task = task;
    this.when = when;
  }

  /// Makes a deadline that lies a duration ahead, null for none.
  static Timeout after(@Nullable Duration delay) {
    Task<?> task = requireTask(delay);
    return new Timeout(task, delay == null ? null : Asyncs.instantAfter(task.loop.time(), delay));
  }

  static Task<?> requireTask(@Nullable Object deadline) {
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw new IllegalStateException("timeout() called outside a task: " + deadline);
    }
    return task;
  }

  /// Returns the deadline in nanoseconds of [EventLoop#time()], or null when there is none.
  public @Nullable Long when() {
    return when;
  }

  /// Moves the deadline.
  ///
  /// @param when nanoseconds of [EventLoop#time()], or null for none
  /// @throws IllegalStateException when the piece has ended or the deadline has passed
  public void reschedule(@Nullable Long when) {
    if (state != State.ACTIVE) {
      throw new IllegalStateException("Cannot change state of " + state + " Timeout: " + this);
    }
    this.when = when;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (when != null) {
      // A deadline in the past lets the piece run to its first suspension.
      timer =
          when <= task.loop.time()
              ? task.loop.callSoon(this::expire)
              : task.loop.callAt(when, this::expire);
    }
  }

  /// Tells whether the deadline has passed while the piece was running.
  public boolean expired() {
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  <T extends @Nullable Object> T run(Body<T> body) throws Exception {
    state = State.ACTIVE;
    cancellingBefore = task.cancelling();
    reschedule(when);
    try {
      T value = body.run(this);
      exit();
      return value;
    } catch (CancelledError | InterruptedException | ClosedByInterruptException e) {
      // An interrupt is how a cancellation ends a blocking call of the JDK.
      if (exit()) {
        var timeout = new TimeoutException("deadline has passed");
        if (TaskGroup.failuresBehind(e) == null) {
          timeout.initCause(e);
          throw timeout;
        }
        // It stands for the failures of a group, which win over the deadline as any failure does.
        e.addSuppressed(timeout);
      }
      throw e;
    } catch (Throwable t) {
      if (exit()) {
        t.addSuppressed(new TimeoutException("deadline has passed"));
      }
      throw t;
    }
  }

  private void expire() {
    task.cancel();
    state = State.EXPIRING;
    timer = null;
  }

  /// Ends the piece.
  ///
  /// @return whether a cancellation that leaves it is this deadline's own
  private boolean exit() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (state == State.EXPIRING) {
      state = State.EXPIRED;
      return task.uncancel() <= cancellingBefore;
    }
    state = State.EXITED;
    return false;
  }

  @Override
  public String toString() {
    return "<Timeout [" + state.name().toLowerCase(java.util.Locale.ROOT) + "] when=" + when + ">";
  }
}
