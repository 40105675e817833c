// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// The exception of a future, and whether anybody has asked for it (FT-06, R-56). Loop thread only.
///
/// A failure that nobody retrieved is reported once: when its future is collected or, at the
/// latest, when its loop closes.
final class Failure {
  /// Stands for the exception of a future for which there was no memory left.
  private static final Failure WITHOUT_MEMORY =
      new Failure(new OutOfMemoryError("no memory left for the exception of a future"), null);

  final Throwable exception;

  // Null once it is retrieved. Apart from this, so that only the future holds the exception.
  private @Nullable UnseenFailure unseen;
  // Made by the first who is thrown the exception.
  private @Nullable AwaitTrace trace;

  private Failure(Throwable exception, @Nullable UnseenFailure unseen) {
    this.exception = exception;
    this.unseen = unseen;
  }

  /// Returns an exception as one that need not be declared; an error is thrown.
  static RuntimeException unchecked(Exception e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case IOException io -> new UncheckedIOException(io);
      default -> new CompletionException(e);
    };
  }

  /// Has the class initialised: where the heap is full that would fail for good.
  static void load() {}

  /// Returns the failure of a future and starts to watch over it.
  static Failure of(Throwable exception, Future<?> future) {
    try {
      var unseen = new UnseenFailure(exception, future);
      var failure = new Failure(exception, unseen);
      future.loop.failures.add(unseen);
      return failure;
    } catch (OutOfMemoryError e) {
      // Whoever waits for the future must be told all the same.
      return WITHOUT_MEMORY;
    }
  }

  /// Somebody has seen the exception: nothing is to be reported.
  void retrieved() {
    if (unseen != null) {
      unseen.forget();
      unseen = null;
    }
  }

  /// Adds the frames of the caller, who is about to be thrown the exception.
  void joinFrames(StackRoom stack) {
    AwaitTrace joining = trace;
    if (joining == null) {
      try {
        joining = new AwaitTrace(exception);
      } catch (OutOfMemoryError e) {
        // Then without.
        return;
      }
      trace = joining;
    }
    joining.join(stack);
  }

  /// Throws the exception as it is; the return type lets the caller write `throw`.
  Exception rethrow() throws Exception {
    switch (exception) {
      case Exception e -> throw e;
      case Error e -> throw e;
      default -> throw new Exception(exception);
    }
  }
}
