// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.flow;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskBody;
import io.github.asyncio4j.TaskOptions;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One subscriber of a [GeneratorPublisher], and the task that feeds it.
///
/// All signals come from the task, so they are serial; what the subscriber asks for may come from
/// any thread (Reactive Streams 1.3, 3.4, 3.5).
final class GeneratorSubscription<T> implements Flow.Subscription {
  private static final long WITHOUT_END = Long.MAX_VALUE;
  // Stands for the end of the generator.
  private static final Object END = new Object();

  private final Lowlevel lowlevel;
  private final EventLoop loop;
  // Null once it was called or is not needed: subscribers keep their subscriptions. Whoever holds
  // the loop.
  private @Nullable Supplier<AsyncGenerator<T>> generators;

  // Any thread adds, the task takes.
  private final AtomicLong demand = new AtomicLong();
  // Any thread.
  private volatile boolean cancelled;
  private volatile @Nullable IllegalArgumentException violation;

  // All below: whoever holds the loop.
  // Null once it is to get no signal any more, so that it can be collected (3.13).
  private Flow.@Nullable Subscriber<? super T> subscriber;
  private @Nullable Task<?> task;
  // What the task waits for while there is no demand.
  private @Nullable Future<@Nullable Void> asked;
  private boolean awaitsValue;
  // What a subscriber that throws has failed in. The task's own thread.
  private @Nullable String subscriberFailed;

  GeneratorSubscription(
      Lowlevel lowlevel,
      Supplier<AsyncGenerator<T>> generators,
      Flow.Subscriber<? super T> subscriber) {
    this.lowlevel = lowlevel;
    this.loop = lowlevel.loop();
    this.generators = generators;
    this.subscriber = subscriber;
  }

  // The subscriber's side.

  @Override
  public void request(long n) {
    if (n <= 0) {
      violation = new IllegalArgumentException("request(n) with n < 1: " + n + " (rule 3.9)");
      wake();
    } else if (demand.getAndAccumulate(n, GeneratorSubscription::sum) == 0) {
      wake();
    }
  }

  private static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? WITHOUT_END : sum;
  }

  @Override
  public void cancel() {
    if (!cancelled) {
      cancelled = true;
      wake();
    }
  }

  // On a closed loop there is nothing to wake: the task has ended with the loop.
  private void wake() {
    if (!lowlevel.holdsLoop()) {
      lowlevel.post(this::wakeHere, () -> {});
    } else {
      // Nothing to do, as a rule: the subscriber has been called by the task.
      wakeHere();
    }
  }

  private void wakeHere() {
    Future<@Nullable Void> waited = asked;
    if (waited != null) {
      waited.trySetResult(null);
    }
    if (awaitsValue && isOver() && !isCalledByBody()) {
      // Once only, so that it does not disturb the body while that cleans up.
      awaitsValue = false;
      Objects.requireNonNull(task).cancel();
    }
  }

  // Then it need not be cancelled: it will be seen as soon as the body yields or ends.
  private boolean isCalledByBody() {
    Task<?> caller = Task.currentTask();
    return caller != null && caller != task && Lowlevel.driverOf(caller) == task;
  }

  private boolean isOver() {
    return cancelled || violation != null;
  }

  // The loop's side.

  /// Starts the task. Loop thread.
  void start() {
    try {
      TaskBody feed = this::feed;
      // Not at once, whatever the task factory does: what wakes the task needs to know it.
      task =
          loop.createTask(
              feed, TaskOptions.DEFAULT.name("GeneratorSubscription").eagerStart(false));
    } catch (RuntimeException | Error e) {
      refuse(e);
    }
  }

  /// Tells the subscriber that the loop is closed. Any thread, in place of [#start()].
  void refuse() {
    refuse(new IllegalStateException("Event loop is closed"));
  }

  private void refuse(Throwable reason) {
    Flow.Subscriber<? super T> told = Objects.requireNonNull(subscriber);
    subscriber = null;
    generators = null;
    told.onSubscribe(this);
    if (!cancelled) {
      told.onError(reason);
    }
  }

  private void feed() {
    Throwable failure = null;
    try {
      begin();
      iterate();
    } catch (Throwable t) {
      failure = t;
      if (!(t instanceof CancelledError) && Lowlevel.isCancellation(t)) {
        // While the body was inside a blocking call of the JDK.
        failure = new CancelledError();
        failure.initCause(t);
      }
    }
    Flow.Subscriber<? super T> told = signalled();
    subscriber = null;
    generators = null;
    IllegalArgumentException broken = violation;
    if (cancelled) {
      reportLost(failure);
    } else if (broken != null) {
      told.onError(broken);
    } else if (failure == null) {
      told.onComplete();
    } else {
      told.onError(failure);
      if (failure instanceof Error e && endsMoreThanThis(e)) {
        throw e;
      }
    }
  }

  private static boolean endsMoreThanThis(Error e) {
    return e instanceof CancelledError || endsRun(e);
  }

  private static boolean endsRun(Error e) {
    return e instanceof KeyboardInterrupt || e instanceof SystemExit;
  }

  private void iterate() throws Exception {
    Supplier<AsyncGenerator<T>> source = Objects.requireNonNull(generators);
    generators = null;
    AsyncGenerator<T> generator = Objects.requireNonNull(source.get(), "generator");
    try {
      while (awaitDemand()) {
        Object value = awaitValue(generator);
        if (value == END || isOver()) {
          break;
        }
        if (demand.get() != WITHOUT_END) {
          demand.decrementAndGet();
        }
        deliver(published(value));
      }
    } finally {
      generator.aclose();
    }
  }

  // A subscriber that throws has cancelled (2.13).

  private void begin() {
    try {
      signalled().onSubscribe(this);
    } catch (Throwable t) {
      noteFailed("onSubscribe()");
      throw t;
    }
  }

  private void deliver(T value) {
    try {
      signalled().onNext(value);
    } catch (Throwable t) {
      noteFailed("onNext()");
      throw t;
    }
  }

  private void noteFailed(String call) {
    cancelled = true;
    subscriberFailed = call + " of a subscriber has failed: " + subscriber;
  }

  /// Waits until the subscriber wants a value.
  ///
  /// @return false when it wants none any more
  private boolean awaitDemand() throws Exception {
    while (!isOver()) {
      if (demand.get() > 0) {
        return true;
      }
      // The order matters: who asks looks for this future after it has added to the demand, on the
      // loop, where nothing else runs between these two lines.
      Future<@Nullable Void> waited = loop.createFuture();
      asked = waited;
      try {
        waited.await();
      } finally {
        asked = null;
      }
    }
    return false;
  }

  /// Returns the next value, or [#END].
  @SuppressWarnings("unchecked") // what comes out of it is a T or what was put in here
  private @Nullable Object awaitValue(AsyncGenerator<T> generator) throws Exception {
    awaitsValue = true;
    try {
      return ((AsyncGenerator<@Nullable Object>) (AsyncGenerator<?>) generator).anext(END);
    } finally {
      awaitsValue = false;
    }
  }

  @SuppressWarnings("unchecked") // the generator has made it
  private T published(@Nullable Object value) {
    return (T) Objects.requireNonNull(value, "a null value cannot be published");
  }

  private Flow.Subscriber<? super T> signalled() {
    return Objects.requireNonNull(subscriber);
  }

  // There is no subscriber to be told. A cancellation is the end that was asked for.
  private void reportLost(@Nullable Throwable failure) {
    if (failure instanceof Error e && endsRun(e)) {
      throw e;
    }
    if (failure != null && !(failure instanceof CancelledError)) {
      loop.callExceptionHandler(
          ExceptionContext.of(
                  subscriberFailed != null
                      ? subscriberFailed
                      : "a cancelled subscription has failed")
              .exception(failure));
    }
  }

  @Override
  public String toString() {
    return "<GeneratorSubscription demand=" + demand + " cancelled=" + cancelled + ">";
  }
}
