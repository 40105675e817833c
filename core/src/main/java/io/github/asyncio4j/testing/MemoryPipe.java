// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One direction of a connection in memory: what is under way to its sink. Loop thread only.
final class MemoryPipe {
  /// What can be under way.
  sealed interface Signal {}

  /// Bytes from the position of a buffer to its limit, at least one; the receiver's to keep.
  record Data(ByteBuffer bytes) implements Signal {}

  /// The end of the stream.
  record End() implements Signal {}

  /// The connection is broken.
  record Reset() implements Signal {}

  private final EventLoop loop;
  private final LinkConditions conditions;
  private final RandomGenerator random;
  private final Deque<Signal> underWay = new ArrayDeque<>();
  private @Nullable MemoryTransport source;
  private @Nullable MemoryTransport sink;
  private long lastArrival;
  // Sent, and not yet received by the protocol of the sink.
  private int unreceived;

  MemoryPipe(EventLoop loop, LinkConditions conditions, RandomGenerator random) {
    this.loop = loop;
    this.conditions = conditions;
    this.random = random;
  }

  void join(MemoryTransport source, MemoryTransport sink) {
    this.source = source;
    this.sink = sink;
  }

  /// Returns how many bytes it takes now.
  int room() {
    return conditions.capacity() == 0 ? Integer.MAX_VALUE : conditions.capacity() - unreceived;
  }

  /// Returns how many bytes count as not sent yet though they are under way.
  int held() {
    return conditions.capacity() == 0 ? unreceived : 0;
  }

  /// Returns how many of `count` bytes go in one piece.
  int pieceOf(int count) {
    return !conditions.fragments() || random.nextInt(4) == 0 ? count : 1 + random.nextInt(count);
  }

  /// Sends a signal on its way; with a closed loop it goes nowhere.
  void send(Signal signal) {
    if (loop.isClosed()) {
      return;
    }
    if (signal instanceof Data data) {
      unreceived += data.bytes().remaining();
    }
    underWay.add(signal);
    // Whichever of the queued handles runs first takes the oldest signal: a stream has one order.
    Context current = Objects.requireNonNull(sink).context();
    if (conditions.maxLatency().isZero()) {
      loop.callSoon(() -> arrive(current), current);
    } else {
      lastArrival = Math.max(lastArrival, loop.time() + latency(conditions, random));
      loop.callAt(lastArrival, () -> arrive(current), current);
    }
  }

  static long latency(LinkConditions conditions, RandomGenerator random) {
    long min = conditions.minLatency().toNanos();
    long max = conditions.maxLatency().toNanos();
    return min == max ? min : random.nextLong(min, max + 1);
  }

  private void arrive(@Nullable Context current) {
    Objects.requireNonNull(sink).arrived(underWay.remove(), current);
  }

  /// The sink's protocol has received bytes, or nobody ever will.
  void received(int count) {
    unreceived -= count;
    Objects.requireNonNull(source).roomFreed();
  }
}
