// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// System calls some of which fail, or move less than asked for, by a plan and a seed. For tests.
///
/// Any thread: it is as slow as one lock for all. The plan may be changed at any time.
public final class FaultInjector extends FilteredSyscalls {
  private final SplittableRandom random;

  // Guarded by this.
  private final Map<String, Plan> plans = new HashMap<>();

  /// Makes an injector without a plan, so that all calls pass.
  ///
  /// @param seed the same seed and the same calls give the same faults
  public FaultInjector(Syscalls next, long seed) {
    super(next);
    this.random = new SplittableRandom(seed);
  }

  /// Fails the k-th of the calls from now on, without making it.
  ///
  /// @param name the C name of the function
  /// @param k 1 is the next
  /// @throws IllegalArgumentException when `k` is not positive
  public synchronized FaultInjector failKth(String name, int k, int errno) {
    if (k < 1) {
      throw new IllegalArgumentException("k < 1: " + k);
    }
    Plan plan = plan(name);
    plan.failures.put(plan.calls + k, errno);
    return this;
  }

  /// Fails calls at random, without making them: with `EAGAIN` that is the spurious readiness that
  /// every caller of a non-blocking function must expect.
  ///
  /// @param probability from 0, never, to 1, always
  public synchronized FaultInjector failOften(String name, double probability, int errno) {
    Plan plan = plan(name);
    plan.probability = probability;
    plan.randomErrno = errno;
    return this;
  }

  /// Cuts each call to a random number of bytes.
  ///
  /// Not `read` while an epoll selector is in use: an eventfd gives its eight bytes or nothing.
  ///
  /// @param max at least 1; each call moves 1 to this many
  /// @throws IllegalArgumentException when `max` is not positive
  public synchronized FaultInjector cut(String name, int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max < 1: " + max);
    }
    plan(name).maxBytes = max;
    return this;
  }

  /// Drops the plan: all calls pass.
  public synchronized void clear() {
    plans.clear();
  }

  /// Returns how many calls of a function were asked for since its plan began.
  public synchronized long calls(String name) {
    return plan(name).calls;
  }

  private Plan plan(String name) {
    return plans.computeIfAbsent(name, _ -> new Plan());
  }

  @Override
  int around(String name, int fd, long count, Call call) {
    long allowed = count;
    synchronized (this) {
      Plan plan = plans.get(name);
      if (plan != null) {
        plan.calls++;
        Integer errno = plan.failures.remove(plan.calls);
        if (errno != null) {
          return -errno;
        }
        if (plan.probability > 0 && random.nextDouble() < plan.probability) {
          return -plan.randomErrno;
        }
        if (count > 0 && plan.maxBytes > 0) {
          allowed = Math.min(count, random.nextInt(plan.maxBytes) + 1L);
        }
      }
    }
    return call.make(allowed);
  }

  private static final class Plan {
    final Map<Long, Integer> failures = new HashMap<>();
    long calls;
    double probability;
    int randomErrno;
    int maxBytes;
  }
}
