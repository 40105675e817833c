// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.flow;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The subscriber behind [Publishers#toGenerator]: signals come from any thread, one at a time, and
/// the generator's body takes the values.
///
/// What it tells the publisher it tells on the loop thread, so that is serial too (Reactive Streams
/// 2.7).
final class PublisherSource<T> implements Flow.Subscriber<T> {
  private static final Object COMPLETE = new Object();

  private final Lowlevel lowlevel;
  private final int refill;
  // A ring. Who signals fills the slots, the loop thread empties them: a null is a free one.
  private final AtomicReferenceArray<@Nullable T> values;
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

  // Who signals, one thread at a time; the publisher orders them (1.3).
  private int tail;
  // Who signals writes, the loop thread reads: COMPLETE, or what was thrown.
  private volatile @Nullable Object end;
  // The body is about to wait, or waits. Who signals and turns it false wakes it up.
  private final AtomicBoolean waiting = new AtomicBoolean();

  // Loop thread only.
  private int head;
  private int taken;
  private boolean closed;
  private @Nullable Future<@Nullable Void> wakeup;

  private PublisherSource(Lowlevel lowlevel, int bufferSize) {
    this.lowlevel = lowlevel;
    this.refill = bufferSize - bufferSize / 2;
    this.values = new AtomicReferenceArray<>(bufferSize);
  }

  /// Runs the body of a generator.
  static <T> void drain(
      Flow.Publisher<? extends T> publisher, int bufferSize, AsyncGenerator.Yielder<T> out)
      throws Exception {
    Task<?> body = Objects.requireNonNull(Task.currentTask());
    var source = new PublisherSource<T>(Lowlevel.of(body.getLoop()), bufferSize);
    try {
      publisher.subscribe(source);
      for (T value = source.next(); value != null; value = source.next()) {
        out.yield(value);
      }
    } finally {
      source.close();
    }
  }

  // The publisher's side.

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    Objects.requireNonNull(subscription, "subscription");
    if (this.subscription.compareAndSet(null, subscription)) {
      if (!lowlevel.post(this::requestFirst, subscription::cancel)) {
        subscription.cancel();
      }
    } else {
      // Rule 2.5.
      subscription.cancel();
    }
  }

  @Override
  public void onNext(T value) {
    Objects.requireNonNull(value, "value");
    if (end != null) {
      return;
    }
    if (values.get(tail) != null) {
      end(new IllegalStateException("publisher sends more than was asked for: " + value));
      return;
    }
    values.set(tail, value);
    tail = tail + 1 == values.length() ? 0 : tail + 1;
    wake();
  }

  @Override
  public void onError(Throwable failure) {
    end(Objects.requireNonNull(failure, "failure"));
  }

  @Override
  public void onComplete() {
    end(COMPLETE);
  }

  private void end(Object how) {
    if (end == null) {
      end = how;
      wake();
    }
  }

  // What there is to see has been written before. The body announces its wait and then looks, so
  // one of the two always sees the other.
  private void wake() {
    if (waiting.get() && waiting.compareAndSet(true, false)) {
      lowlevel.post(this::wakeHere, () -> {});
    }
  }

  // The body's side. Loop thread.

  private void wakeHere() {
    Future<@Nullable Void> waited = wakeup;
    if (waited != null) {
      waited.trySetResult(null);
    }
  }

  // Or for none, when the generator was closed before it could.
  private void requestFirst() {
    Flow.Subscription asked = Objects.requireNonNull(subscription.get());
    if (closed) {
      asked.cancel();
    } else {
      asked.request(values.length());
    }
  }

  /// Returns the next value, or null at the end.
  private @Nullable T next() throws Exception {
    T value = take();
    while (value == null) {
      Object seen = end;
      if (seen == null) {
        await();
        value = take();
      } else {
        // What came before the end may have come after the first look.
        value = take();
        if (value == null) {
          throwUnlessComplete(seen);
          return null;
        }
      }
    }
    return value;
  }

  private @Nullable T take() {
    T value = values.get(head);
    if (value != null) {
      values.set(head, null);
      head = head + 1 == values.length() ? 0 : head + 1;
      taken++;
      if (taken == refill) {
        taken = 0;
        askFor(refill);
      }
    }
    return value;
  }

  private void askFor(int n) {
    Flow.Subscription asked = subscription.get();
    if (asked != null && end == null) {
      asked.request(n);
    }
  }

  private void await() throws Exception {
    Future<@Nullable Void> waited = lowlevel.loop().createFuture();
    wakeup = waited;
    waiting.set(true);
    try {
      if (values.get(head) == null && end == null) {
        waited.await();
      }
    } finally {
      waiting.set(false);
      wakeup = null;
    }
  }

  private static void throwUnlessComplete(Object end) throws Exception {
    switch (end) {
      case Exception e -> throw e;
      case Error e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
      default -> {}
    }
  }

  private void close() {
    closed = true;
    // A publisher may keep its subscriber.
    for (int i = 0; i < values.length(); i++) {
      values.set(i, null);
    }
    Flow.Subscription left = subscription.get();
    // Harmless when the publisher has ended it (3.7), needed when it has broken a rule.
    if (left != null && end != COMPLETE) {
      left.cancel();
    }
  }
}
