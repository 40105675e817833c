// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/// What [FullHeapTest] runs, in a JVM with a small heap: a task makes a timed call of the JDK while
/// the heap is full but for some bytes, more in each round. Once there are enough to suspend it and
/// too few to schedule its end.
final class FullHeapWaitProgram {
  private static final int MOST_BYTES = 1536;
  private static final int STEP_BYTES = 16;
  private static final int CHUNK = 1 << 16;

  private static final Semaphore filled = new Semaphore(0);

  private static volatile Object held;
  private static volatile Object gap;

  private FullHeapWaitProgram() {}

  public static void main(String[] args) throws Exception {
    Thread.ofPlatform().daemon().start(FullHeapWaitProgram::makeRoomEachTime);
    Asyncio.run(
        () -> {
          for (int bytes = 0; bytes < MOST_BYTES; bytes += STEP_BYTES) {
            waitWithFullHeap(bytes);
          }
        });
    IO.println("every wait was over");
  }

  private static void waitWithFullHeap(int bytes) throws Exception {
    Asyncio.createTask(
            () -> {
              // What happens for the first time is another matter.
              for (int i = 0; i < 3; i++) {
                LockSupport.parkNanos(1000);
              }
              gap = new byte[bytes];
              fill();
              gap = null;
              filled.release();
              LockSupport.parkNanos(1_000_000);
              held = null;
            })
        .await();
  }

  private static void fill() {
    int size = CHUNK;
    while (size > 0) {
      try {
        while (true) {
          held = new Object[] {held, new byte[size]};
        }
      } catch (OutOfMemoryError e) {
        size = size > 64 ? size / 8 : size > 8 ? 8 : 0;
      }
    }
  }

  // Nothing here allocates. Later than the wait begins.
  private static void makeRoomEachTime() {
    while (true) {
      filled.acquireUninterruptibly();
      LockSupport.parkNanos(20_000_000);
      held = null;
    }
  }
}
