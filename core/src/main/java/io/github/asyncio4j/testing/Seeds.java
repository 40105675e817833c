// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/// The numbers that decide what a [TestLoop] leaves to chance. Any thread.
public final class Seeds {
  /// The system property that replays one seed: `-Dio.github.asyncio4j.seed=17`.
  public static final String PROPERTY = "io.github.asyncio4j.seed";

  private Seeds() {}

  /// A test that runs on a loop of its own.
  @FunctionalInterface
  public interface Body {
    /// Runs once. The thread that called [Seeds#run(int, Body)].
    ///
    /// @param loop neither running nor closed; closed afterwards
    /// @throws Exception when the test fails
    void run(TestLoop loop) throws Exception;
  }

  /// Runs a test with each of the seeds 1 to `count`, or with the one of the property alone, until
  /// one fails.
  ///
  /// @throws IllegalArgumentException when `count` is below 1, or the property is not a number
  /// @throws AssertionError when the test throws: it names the seed, the cause is what was thrown
  public static void run(int count, Body body) {
    for (long seed : of(count).toArray()) {
      try (var loop = new TestLoop(seed)) {
        body.run(loop);
      } catch (VirtualMachineError e) {
        throw e;
      } catch (Throwable t) {
        throw failure(seed, t);
      }
    }
  }

  /// Returns the seeds 1 to `count`, or the one of the property alone.
  ///
  /// @throws IllegalArgumentException when `count` is below 1, or the property is not a number
  public static LongStream of(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count < 1: " + count);
    }
    return System.getProperty(PROPERTY) == null
        ? LongStream.rangeClosed(1, count)
        : LongStream.of(propertyOr(0));
  }

  /// Returns the failure of a test under a seed, with how to run it again.
  public static AssertionError failure(long seed, Throwable cause) {
    return new AssertionError(
        "failed with seed " + seed + ", replay with -D" + PROPERTY + "=" + seed + ": " + cause,
        cause);
  }

  /// Returns the seed of the property, or another when it is not set.
  ///
  /// @throws IllegalArgumentException when the property is not a number
  public static long propertyOr(long otherwise) {
    String text = System.getProperty(PROPERTY);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(PROPERTY + " is not a number: " + text, e);
    }
  }

  /// Returns a generator for one purpose that no draw for another one influences.
  static RandomGenerator generator(long seed, String purpose) {
    return new SplittableRandom(seed * 0x9e3779b97f4a7c15L + purpose.hashCode());
  }
}
