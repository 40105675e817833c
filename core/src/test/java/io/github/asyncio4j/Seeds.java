// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// The seeds that a model test goes through.
///
/// The system property `io.github.asyncio4j.seeds` sets how many there are, and
/// `io.github.asyncio4j.seed` replays a single one.
final class Seeds {
  private static final String SEED = "io.github.asyncio4j.seed";
  private static final String COUNT = "io.github.asyncio4j.seeds";

  private final long first;
  private final long end;

  private Seeds(long first, long end) {
    this.first = first;
    this.end = end;
  }

  /// Returns the seeds for a kind of loop: all of them for the first kind, a twentieth for others.
  static Seeds of(LoopKind kind, int count) {
    Long single = Long.getLong(SEED);
    if (single != null) {
      return new Seeds(single, single + 1);
    }
    long all = Long.getLong(COUNT, count);
    return new Seeds(0, kind == LoopKind.EPOLL_LOOP_THREAD ? all : Math.max(all / 20, 1));
  }

  /// Returns the first seed.
  long first() {
    return first;
  }

  /// Returns the seed after the last one.
  long end() {
    return end;
  }

  /// Returns the failure of a seed, with how to replay it.
  static AssertionError failed(Object what, long seed, Throwable cause) {
    return new AssertionError(
        what + ", replay with -D" + SEED + "=" + seed + ": " + cause.getMessage(), cause);
  }
}
