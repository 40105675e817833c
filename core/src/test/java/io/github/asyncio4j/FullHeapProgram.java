// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What [FullHeapTest] runs, in a JVM with a small heap: what ends leaves the heap full, and
/// another thread makes room some time after that.
final class FullHeapProgram {
  private enum How {
    SUCCEEDS,
    FAILS,
    IS_CANCELLED,
    FAILS_ASIDE,
    SUCCEEDS_ASIDE
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
            () ->
                switch (how) {
                  case SUCCEEDS, FAILS, IS_CANCELLED ->
                      outcomeOf(Asyncio.createTask(() -> end(how, cancelled)));
                  case SUCCEEDS_ASIDE -> outcomeOfCall(How.SUCCEEDS);
                  case FAILS_ASIDE -> outcomeOfCall(How.FAILS);
                });
    IO.println(got);
  }

  // What the JVM does for the first time, it may not do at all when there is no memory: it loads
  // classes. So others have ended before, while the loop slept.

  private static Object outcomeOfCall(How how) throws Exception {
    var loop = EventLoop.getRunningLoop();
    for (int i = 0; i < 3; i++) {
      loop.runInExecutor(null, () -> pause()).await();
    }
    return outcomeOf(loop.runInExecutor(null, () -> end(how, null)));
  }

  private static Object pause() {
    LockSupport.parkNanos(20_000_000);
    return VALUE;
  }

  private static Object outcomeOf(Future<Object> future) throws Exception {
    try {
      return future.await();
    } catch (OutOfMemoryError | CancelledError e) {
      held = null;
      return e.getClass().getSimpleName();
    } finally {
      // At once: the rest of the run needs memory too.
      held = null;
    }
  }

  // Nothing here allocates but fill().
  private static Object end(How how, @Nullable CancelledError cancelled) {
    try {
      fill();
    } catch (OutOfMemoryError e) {
      ending = true;
      if (how == How.FAILS) {
        throw e;
      } else if (how == How.IS_CANCELLED) {
        throw Objects.requireNonNull(cancelled);
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
