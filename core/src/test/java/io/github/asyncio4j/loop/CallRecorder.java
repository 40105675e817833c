// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What recorders have in common, whatever the unit: the calls that every protocol gets, whether
/// one came out of order, and who waits for the next. Loop thread only.
abstract class CallRecorder implements BaseProtocol {
  final EventLoop loop;
  final List<String> calls = new ArrayList<>();
  final List<String> breaches = new ArrayList<>();
  Exception lostTo;

  private final List<Future<@Nullable Void>> waiting = new ArrayList<>();
  private boolean paused;

  CallRecorder(EventLoop loop) {
    this.loop = loop;
  }

  /// Notes that the connection is made.
  final void noteMade() {
    if (!calls.isEmpty()) {
      breaches.add("connectionMade after " + calls);
    }
    note("made");
  }

  @Override
  public void pauseWriting() {
    ensureConnected("pauseWriting");
    if (paused) {
      breaches.add("second pauseWriting in a row");
    }
    paused = true;
    note("pause");
  }

  @Override
  public void resumeWriting() {
    ensureConnected("resumeWriting");
    if (!paused) {
      breaches.add("resumeWriting without pauseWriting");
    }
    paused = false;
    note("resume");
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    ensureConnected("connectionLost");
    lostTo = exc;
    note(exc == null ? "lost" : "lost to " + exc.getClass().getSimpleName());
  }

  final void ensureConnected(String call) {
    if (calls.isEmpty() || isLost()) {
      breaches.add(call + " after " + calls);
    }
  }

  boolean isLost() {
    return !calls.isEmpty() && calls.getLast().startsWith("lost");
  }

  boolean isPaused() {
    return paused;
  }

  /// Adds a call, and wakes who waits.
  final void note(String call) {
    calls.add(call);
    wake();
  }

  final void wake() {
    var woken = List.copyOf(waiting);
    waiting.clear();
    woken.forEach(waiter -> waiter.trySetResult(null));
  }

  /// Suspends until a condition holds; it is asked after each call.
  void until(BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      Future<@Nullable Void> waiter = loop.createFuture();
      waiting.add(waiter);
      waiter.await();
    }
  }

  void untilLost() throws Exception {
    until(this::isLost);
  }
}
