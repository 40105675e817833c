// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Calls in threads that no loop knows, as `in_thread` of `conformance/python/support.py`.
public final class Threads {
  private Threads() {}

  /// Makes a call in a new thread, waits for its end, returns or throws its outcome.
  public static <T> T inThread(Callable<T> call) throws Exception {
    var outcome = new FutureTask<>(call);
    Thread.ofPlatform().start(outcome).join();
    return resultOf(outcome);
  }

  /// As [#inThread(Callable)] for what returns nothing and throws nothing.
  public static void runInThread(Runnable body) {
    try {
      inThread(
          () -> {
            body.run();
            return null;
          });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("unexpected in a thread", e);
    }
  }

  /// Waits for the outcome of a future of the JDK; an exception is thrown as it is.
  public static <T> T resultOf(Future<T> future) throws Exception {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
