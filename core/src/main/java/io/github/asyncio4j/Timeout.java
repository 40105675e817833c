// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A deadline for a piece of a task (TC-02). Made by `Asyncio.timeout` and `Asyncio.timeoutAt`.
///
/// At the deadline the task is cancelled, once; the [CancelledError] that leaves the piece becomes
/// a [TimeoutException], unless the task was cancelled from elsewhere too. A deadline is a
/// request and not a bound: the piece lasts as long as its cleanup does. Its own task only.
///
/// ```java
/// Asyncio.timeout(Duration.ofSeconds(10), deadline -> {
///   while (receive()) { // ten more seconds after each message
///     deadline.reschedule(loop.time() + Duration.ofSeconds(10).toNanos());
///   }
/// });
/// ```
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
  public interface Body<T extends @Nullable Object> extends VoidBody {
    /// Runs the piece.
    ///
    /// @param timeout its deadline, to move it
    /// @throws Exception whatever goes wrong
    T run(Timeout timeout) throws Exception;

    /// Runs the piece and drops its result.
    @Override
    default void runVoid(Timeout timeout) throws Exception {
      run(timeout);
    }
  }

  /// A piece of a task that knows its deadline, and has no result. Every [Body] is one, so that the
  /// overload for a [Body] is taken where both fit.
  @FunctionalInterface
  public interface VoidBody {
    /// Runs the piece; as [Body#run(Timeout)].
    void runVoid(Timeout timeout) throws Exception;
  }

  private final Task<?> task;
  private State state = State.CREATED;
  private @Nullable Long when;
  // What the deadline was made from; null when it is an instant.
  private @Nullable Duration delay;
  // Of a call with a time limit: whose it is and its name, for the exception's text.
  private final @Nullable Object owner;
  private final @Nullable String call;
  private @Nullable Handle timer;
  private int cancellingBefore;

  private Timeout(
      Task<?> task,
      @Nullable Long when,
      @Nullable Duration delay,
      @Nullable Object owner,
      @Nullable String call) {
    this.task = task;
    this.when = when;
    this.delay = delay;
    this.owner = owner;
    this.call = call;
  }

  /// Makes a deadline that lies a duration ahead, null for none.
  ///
  /// @param call the public method, for the exception's text
  /// @throws IllegalStateException outside a task
  static Timeout after(String call, @Nullable Duration delay) {
    Task<?> task = requireTask(call, delay);
    return new Timeout(task, instantAfter(task, delay), delay, null, null);
  }

  private static @Nullable Long instantAfter(Task<?> task, @Nullable Duration delay) {
    return delay == null ? null : Durations.instantAfter(task.loop.time(), delay);
  }

  /// Makes a deadline at an instant, null for none.
  ///
  /// @throws IllegalStateException outside a task
  static Timeout at(@Nullable Long when) {
    return new Timeout(requireTask("timeoutAt()", when), when, null, null, null);
  }

  /// Runs a piece of the current task under a deadline: `Asyncio.timeout`, for packages that the
  /// facade itself is built on. Suspending.
  ///
  /// @param delay from now, null for no deadline; with zero and less the piece runs to its first
  ///   suspension
  /// @param owner what is waited for, for the exceptions' texts; null when that is the call itself
  /// @param call the public method, for the exceptions' texts
  /// @throws TimeoutException when the deadline has passed
  /// @throws IllegalStateException outside a task
  /// @throws Exception the exception of the piece, as it is
  public static <T extends @Nullable Object> T within(
      @Nullable Duration delay, @Nullable Object owner, String call, Coroutine<T> piece)
      throws Exception {
    Objects.requireNonNull(piece, "piece");
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw owner == null
          ? OutsideTask.refusal(call + "()", delay)
          : OutsideTask.refusal(call + "(" + delay + ")", owner);
    }
    return new Timeout(task, instantAfter(task, delay), delay, owner, call)
        .run(timeout -> piece.run());
  }

  /// Returns the calling task.
  ///
  /// @param call the public method, for the exception's text
  /// @throws IllegalStateException outside a task
  static Task<?> requireTask(String call, @Nullable Object deadline) {
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw OutsideTask.refusal(call, deadline);
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
    task.loop.checkThread();
    if (state != State.ACTIVE) {
      throw new IllegalStateException(
          "Cannot change state of "
              + state
              + " Timeout: "
              + this
              + "; a deadline is moved while its body runs, before it has passed");
    }
    delay = null;
    start(when);
  }

  private void start(@Nullable Long when) {
    this.when = when;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (when != null) {
      Runnable expire = (Runnable & Lowlevel.Repeatable) this::expire;
      // A deadline in the past lets the piece run to its first suspension.
      timer =
          when <= task.loop.time() ? task.loop.callSoon(expire) : task.loop.callAt(when, expire);
    }
  }

  /// Tells whether the deadline has passed while the piece was running.
  public boolean expired() {
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  void runVoid(VoidBody body) throws Exception {
    Objects.requireNonNull(body, "body");
    run(
        timeout -> {
          body.runVoid(timeout);
          return null;
        });
  }

  <T extends @Nullable Object> T run(Body<T> body) throws Exception {
    Objects.requireNonNull(body, "body");
    state = State.ACTIVE;
    cancellingBefore = task.cancelling();
    start(when);
    try {
      T value = body.run(this);
      exit();
      return value;
    } catch (Throwable t) {
      // An interrupt is how a cancellation ends a blocking call of the JDK.
      boolean cancelled = task.isCancelledBy(t);
      if (exit()) {
        var timeout = passed();
        // One that stands for the failures of a group wins over the deadline as any failure does.
        if (cancelled && ExceptionGroup.failuresBehind(t) == null) {
          CancelInterrupt.forgetFor(task.driver());
          timeout.initCause(t);
          throw timeout;
        }
        t.addSuppressed(timeout);
      }
      throw t;
    }
  }

  private TimeoutException passed() {
    String what = delay != null ? delay.toString() : "at " + when + " ns";
    if (owner != null) {
      what = call + "(" + what + "): " + Descriptions.textOf(owner);
    }
    return new TimeoutException("deadline has passed: " + what);
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
