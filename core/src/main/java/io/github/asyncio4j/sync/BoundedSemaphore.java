// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

/// A semaphore that never has more permits than in the beginning (asyncio's `BoundedSemaphore`,
/// SY-05).
///
/// Loop thread only, tasks of the loop included. All else is as in [Semaphore].
public final class BoundedSemaphore extends Semaphore {
  private final int bound;

  /// Makes a semaphore with one permit.
  public BoundedSemaphore() {
    this(1);
  }

  /// Makes a semaphore.
  ///
  /// @param value how many permits there are
  /// @throws IllegalArgumentException when it is negative
  public BoundedSemaphore(int value) {
    super(value);
    this.bound = value;
  }

  /// Gives a permit back; as [Semaphore#release()].
  ///
  /// @throws IllegalArgumentException when no permit is missing (asyncio's `ValueError`)
  @Override
  public void release() {
    checkThread();
    if (value() >= bound) {
      throw new IllegalArgumentException("BoundedSemaphore released too many times: " + this);
    }
    super.release();
  }
}
