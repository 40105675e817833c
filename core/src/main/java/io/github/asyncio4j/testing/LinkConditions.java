// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import java.time.Duration;
import java.util.Objects;

/// How a connection in memory treats what is sent. Immutable; each component has a method of its
/// name that returns a changed copy.
///
/// Bytes are never lost, doubled or put in another order: it is a stream. Each piece takes a
/// latency between the two bounds, chosen by the loop's seed, but never overtakes the one before.
///
/// @param minLatency of each piece
/// @param maxLatency of each piece; zero delivers in the next iteration
/// @param fragments whether the seed cuts what is written, and joins what was not yet read, in
///   places of its own choice
/// @param capacity how many bytes can be under way, as in the buffers of a kernel; the rest waits
///   in the transport's write buffer. 0 for none: a byte leaves the write buffer when the other end
///   has received it
public record LinkConditions(
    Duration minLatency, Duration maxLatency, boolean fragments, int capacity) {
  /// At once and in whole pieces, 64 KiB under way.
  public static final LinkConditions PLAIN =
      new LinkConditions(Duration.ZERO, Duration.ZERO, false, 64 * 1024);

  /// Up to 10 ms, in fragments, 16 KiB under way.
  public static final LinkConditions VARIED =
      new LinkConditions(Duration.ZERO, Duration.ofMillis(10), true, 16 * 1024);

  /// Checks the values.
  ///
  /// @throws IllegalArgumentException unless `maxLatency >= minLatency >= 0` and `capacity >= 0`
  public LinkConditions {
    Objects.requireNonNull(minLatency, "minLatency");
    if (minLatency.isNegative() || maxLatency.compareTo(minLatency) < 0) {
      throw new IllegalArgumentException(
          "maxLatency >= minLatency >= 0 does not hold: max " + maxLatency + ", min " + minLatency);
    }
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity < 0: " + capacity);
    }
  }

  /// Returns a copy with other bounds of the latency.
  ///
  /// @throws IllegalArgumentException unless `max >= min >= 0`
  public LinkConditions latency(Duration min, Duration max) {
    return new LinkConditions(min, max, fragments, capacity);
  }

  /// Returns a copy that cuts and joins pieces, or not.
  public LinkConditions fragments(boolean fragments) {
    return new LinkConditions(minLatency, maxLatency, fragments, capacity);
  }

  /// Returns a copy with another capacity, in bytes.
  ///
  /// @throws IllegalArgumentException when it is negative
  public LinkConditions capacity(int capacity) {
    return new LinkConditions(minLatency, maxLatency, fragments, capacity);
  }
}
