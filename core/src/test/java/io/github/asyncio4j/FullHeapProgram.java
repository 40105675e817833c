// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/// What [FullHeapTest] runs, in a JVM with a small heap: a task leaves the heap full when it ends,
/// and another thread makes room some time after that.
final class FullHeapProgram {
  private enum How {
    SUCCEEDS,
    FAILS,
    IS_CANCELLED
  }

  private static volatile Object held;
  private static volatile boolean ending;

  private static final Object VALUE = "a value";

  private FullHeapProgram() {}

  public static void main(String[] args) throws Exception {
    Thread.ofPlatform().daemon().start(FullHeapProgram::makeRoomLater);
    How how = How.valueOf(args[0].toUpperCase(Locale.ROOT));
    CancelledError cancelled = new CancelledError();
    Object got =
        Asyncio.run(
            () -> {
              Task<Object> task = Asyncio.createTask(() -> end(how, cancelled));
              try {
                return task.await();
              } catch (OutOfMemoryError | CancelledError e) {
                held = null;
                return e.getClass().getSimpleName();
              } finally {
                // At once: the rest of the run needs memory too.
                held = null;
              }
            });
    IO.println(got);
  }

  // Nothing here allocates but fill().
  private static Object end(How how, CancelledError cancelled) {
    try {
      fill();
    } catch (OutOfMemoryError e) {
      ending = true;
      if (how == How.FAILS) {
        throw e;
      } else if (how == How.IS_CANCELLED) {
        throw cancelled;
      }
    }
    return VALUE;
  }

  private static void fill() {
    int size = 1 << 16;
    while (true) {
      try {
        while (true) {
          held = new Object[] {held, new byte[size]};
        }
      } catch (OutOfMemoryError e) {
        if (size == 0) {
          throw e;
        }
        size = size > 64 ? size / 8 : 0;
      }
    }
  }

  // Nothing here allocates. Longer than the body takes to end, and the loop between two tries.
  private static void makeRoomLater() {
    while (!ending) {
      LockSupport.parkNanos(1_000_000);
    }
    for (int i = 0; i < 200; i++) {
      LockSupport.parkNanos(1_000_000);
    }
    held = null;
  }
}
