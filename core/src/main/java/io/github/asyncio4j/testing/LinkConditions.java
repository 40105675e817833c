// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How the links of a network in memory treat what is sent. Immutable; each method with a parameter
/// returns a changed copy. What is left to chance the loop's seed decides.
///
/// Bytes of a stream are never lost, doubled or put in another order. Each piece takes a latency
/// between the two bounds, but never overtakes the one before; while its link is down it waits.
/// Datagrams have a latency each, and may be lost, doubled, or overtaken, save those of unix
/// sockets: no system does that to them.
///
/// ```java
/// var mobile =
///     LinkConditions.VARIED
///         .latency(Duration.ofMillis(30), Duration.ofMillis(300))
///         .loss(0.05)
///         .outages(0.001, Duration.ofSeconds(1), Duration.ofSeconds(20));
/// ```
public final class LinkConditions {
  /// At once and in whole pieces, 64 KiB under way; nothing is lost.
  public static final LinkConditions PLAIN = new LinkConditions();

  /// Up to 10 ms, in fragments, 16 KiB under way; nothing is lost.
  public static final LinkConditions VARIED =
      PLAIN.latency(Duration.ZERO, Duration.ofMillis(10)).fragments(true).capacity(16 * 1024);

  /// As [#VARIED]; one datagram in ten is lost, one in twenty comes twice.
  public static final LinkConditions LOSSY = VARIED.loss(0.1).duplication(0.05);

  private Duration minLatency = Duration.ZERO;
  private Duration maxLatency = Duration.ZERO;
  private boolean fragments;
  private int capacity = 64 * 1024;
  private double loss;
  private double duplication;
  private double reordering = 1;
  private double outageChance;
  private Duration minOutage = Duration.ZERO;
  private Duration maxOutage = Duration.ZERO;

  private LinkConditions() {}

  private LinkConditions(LinkConditions other) {
    this.minLatency = other.minLatency;
    this.maxLatency = other.maxLatency;
    this.fragments = other.fragments;
    this.capacity = other.capacity;
    this.loss = other.loss;
    this.duplication = other.duplication;
    this.reordering = other.reordering;
    this.outageChance = other.outageChance;
    this.minOutage = other.minOutage;
    this.maxOutage = other.maxOutage;
  }

  /// Returns the least latency of a piece or a datagram.
  public Duration minLatency() {
    return minLatency;
  }

  /// Returns the greatest latency of a piece or a datagram; zero delivers in the next iteration.
  public Duration maxLatency() {
    return maxLatency;
  }

  /// Returns a copy with other bounds of the latency.
  ///
  /// @throws IllegalArgumentException unless `max >= min >= 0`
  public LinkConditions latency(Duration min, Duration max) {
    ensureBounds("latency", min, max);
    var copy = new LinkConditions(this);
    copy.minLatency = min;
    copy.maxLatency = max;
    return copy;
  }

  private static void ensureBounds(String what, Duration min, Duration max) {
    if (min.isNegative() || max.compareTo(min) < 0) {
      throw new IllegalArgumentException(
          "%s: max >= min >= 0 does not hold: max %s, min %s".formatted(what, max, min));
    }
  }

  /// Tells whether the seed cuts what is written to a stream, and joins what was not yet read, in
  /// places of its own choice.
  public boolean fragments() {
    return fragments;
  }

  /// Returns a copy that cuts and joins pieces, or not.
  public LinkConditions fragments(boolean fragments) {
    var copy = new LinkConditions(this);
    copy.fragments = fragments;
    return copy;
  }

  /// Returns how many bytes of a stream can be under way, as in the buffers of a kernel; the rest
  /// waits in the transport's write buffer. 0 for none: a byte leaves the write buffer when the
  /// other end has received it.
  public int capacity() {
    return capacity;
  }

  /// Returns a copy with another capacity, in bytes.
  ///
  /// @throws IllegalArgumentException when it is negative
  public LinkConditions capacity(int capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity < 0: " + capacity);
    }
    var copy = new LinkConditions(this);
    copy.capacity = capacity;
    return copy;
  }

  /// Returns the chance of a datagram to be lost, 0 to 1.
  public double loss() {
    return loss;
  }

  /// Returns a copy with another chance of a datagram to be lost.
  ///
  /// @throws IllegalArgumentException unless it is 0 to 1
  public LinkConditions loss(double chance) {
    var copy = new LinkConditions(this);
    copy.loss = ensureChance("loss", chance);
    return copy;
  }

  private static double ensureChance(String what, double chance) {
    if (!(chance >= 0 && chance <= 1)) {
      throw new IllegalArgumentException(what + " is no chance of 0 to 1: " + chance);
    }
    return chance;
  }

  /// Returns the chance of a datagram to arrive twice, each time with a latency of its own, 0 to 1.
  public double duplication() {
    return duplication;
  }

  /// Returns a copy with another chance of a datagram to arrive twice.
  ///
  /// @throws IllegalArgumentException unless it is 0 to 1
  public LinkConditions duplication(double chance) {
    var copy = new LinkConditions(this);
    copy.duplication = ensureChance("duplication", chance);
    return copy;
  }

  /// Returns the chance of a datagram not to care for those that were sent before it on the same
  /// link, 0 to 1. It overtakes those that have a greater latency.
  public double reordering() {
    return reordering;
  }

  /// Returns a copy with another chance of datagrams to be overtaken; 1 unless it is set.
  ///
  /// @throws IllegalArgumentException unless it is 0 to 1
  public LinkConditions reordering(double chance) {
    var copy = new LinkConditions(this);
    copy.reordering = ensureChance("reordering", chance);
    return copy;
  }

  /// Returns the chance of whatever is sent to bring its link down, in both directions, 0 to 1.
  public double outageChance() {
    return outageChance;
  }

  /// Returns how long such an outage lasts at least.
  public Duration minOutage() {
    return minOutage;
  }

  /// Returns how long such an outage lasts at most.
  public Duration maxOutage() {
    return maxOutage;
  }

  /// Returns a copy whose links go down by themselves, and come up again after a while: as a
  /// [MemoryLinks#partition] that the seed makes and repairs.
  ///
  /// @param chance of each piece and each datagram to bring its link down
  /// @throws IllegalArgumentException unless the chance is 0 to 1, and `max >= min >= 0`
  public LinkConditions outages(double chance, Duration min, Duration max) {
    ensureBounds("outages", min, max);
    var copy = new LinkConditions(this);
    copy.outageChance = ensureChance("outages", chance);
    copy.minOutage = min;
    copy.maxOutage = max;
    return copy;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof LinkConditions other && toString().equals(other.toString());
  }

  @Override
  public int hashCode() {
    return Objects.hash(minLatency, maxLatency, capacity, loss);
  }

  @Override
  public String toString() {
    return ("LinkConditions{latency=%s..%s, fragments=%s, capacity=%s, loss=%s, duplication=%s,"
            + " reordering=%s, outages=%s %s..%s}")
        .formatted(
            minLatency,
            maxLatency,
            fragments,
            capacity,
            loss,
            duplication,
            reordering,
            outageChance,
            minOutage,
            maxOutage);
  }
}
