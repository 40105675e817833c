// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Protects a future from the cancellation of who waits for it (TC-07, R-51). Loop thread only.
public final class Shield {
  private Shield() {}

  /// Returns a future that follows another and can be cancelled without cancelling it.
  public static <T extends @Nullable Object> Future<T> of(Future<T> inner) {
    if (inner.done()) {
      return inner;
    }
    Future<T> outer = inner.getLoop().createFuture();
    var onInner = new InnerDone<>(outer);
    inner.addDoneCallback(onInner);
    outer.addDoneCallback(
        f -> {
          if (!inner.done()) {
            inner.removeDoneCallback(onInner);
          }
        });
    return outer;
  }

  /// What the inner future calls; also tells that the outer one waits for it (TC-14).
  private record InnerDone<T extends @Nullable Object>(Future<T> outer)
      implements Consumer<Future<T>>, Awaiter {
    @Override
    public void accept(Future<T> inner) {
      innerDone(inner, outer);
    }

    @Override
    public Future<?> awaiter() {
      return outer;
    }
  }

  private static <T extends @Nullable Object> void innerDone(Future<T> inner, Future<T> outer) {
    if (outer.cancelled()) {
      // Cancelled in the same iteration: the failure counts as seen, as in asyncio.
      Futures.markRetrieved(inner);
      return;
    }
    if (inner.cancelled()) {
      outer.cancel();
      return;
    }
    Throwable exception = inner.exception();
    if (exception != null) {
      outer.setException(exception);
      return;
    }
    T result;
    try {
      result = inner.result();
    } catch (Exception e) {
      throw new IllegalStateException("a future without an exception has failed: " + inner, e);
    }
    outer.setResult(result);
  }
}
