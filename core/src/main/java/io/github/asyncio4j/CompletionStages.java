// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Ties futures of a loop to those of the JDK, in both directions (FT-08).
final class CompletionStages {
  private CompletionStages() {}

  /// Returns a future of the loop that takes the outcome of a stage. Loop thread.
  ///
  /// Cancelling it cancels the stage. An outcome that arrives after the loop has closed is dropped.
  static <T extends @Nullable Object> Future<T> wrap(CompletionStage<T> stage, BaseEventLoop loop) {
    Future<T> future = loop.createFuture();
    stage.whenComplete(new StageDone<>(future));
    future.addDoneCallback(
        f -> {
          if (f.cancelled()) {
            // True makes no difference to a future of the JDK, but its HTTP client aborts the
            // exchange.
            stage.toCompletableFuture().cancel(true);
          }
        });
    return future;
  }

  /// What a stage calls at its end. Made while there is memory: who calls it has no way to tell
  /// that there is none.
  private static final class StageDone<T extends @Nullable Object>
      implements BiConsumer<T, @Nullable Throwable> {
    private final Future<T> future;
    private final ReusablePost post;
    // Written by who ends the stage before it posts, then the loop's.
    private @Nullable T value;
    private @Nullable Throwable exception;

    StageDone(Future<T> future) {
      this.future = future;
      this.post = new ReusablePost(future.loop, this::take, ContextMap.EMPTY);
    }

    @Override
    public void accept(T value, @Nullable Throwable exception) {
      this.value = value;
      this.exception = exception;
      post.post();
    }

    @SuppressWarnings("NullAway") // without an exception the value is what the stage has
    private void take() {
      CompletionStages.take(future, value, exception);
    }
  }

  private static <T extends @Nullable Object> void take(
      Future<T> future, T value, @Nullable Throwable exception) {
    if (future.done()) {
      return;
    }
    Throwable cause =
        exception instanceof CompletionException e && e.getCause() != null
            ? e.getCause()
            : exception;
    if (cause == null) {
      future.complete(value);
    } else if (cause instanceof CancellationException) {
      future.cancel();
    } else {
      future.fail(cause);
    }
  }

  /// Returns a future of the JDK that takes the outcome of one of the loop. Loop thread.
  ///
  /// Cancelling it, from any thread, cancels the other.
  static <T extends @Nullable Object> CompletableFuture<T> unwrap(Future<T> future) {
    CompletableFuture<T> result = following(future.loop);
    tie(future, result);
    return result;
  }

  /// Returns a future of the JDK that somebody on the loop is going to complete. Any thread.
  static <T extends @Nullable Object> CompletableFuture<T> following(BaseEventLoop loop) {
    return new FollowingFuture<>(call -> ensureMayWait(loop, call));
  }

  // A task that the loop's own thread carries is suspended by the call, and others go on.
  private static void ensureMayWait(BaseEventLoop loop, String call) {
    if (loop.holdsLoop() && !(loop.carriesTasks() && Task.ofThisThread() != null)) {
      throw new IllegalStateException(
          call
              + " would wait for ever, since it stops the loop that completes the future: "
              + loop
              + "; a task waits for it by Future.await(future), a callback cannot wait");
    }
  }

  /// Gives the outcome of a future of the loop to one of the JDK. Loop thread.
  @SuppressWarnings("CollectionUndefinedEquality") // futures are equal if they are the same
  static <T extends @Nullable Object> void tie(Future<T> future, CompletableFuture<T> result) {
    future.loop.followers.add(result);
    future.addDoneCallback(
        (Consumer<Future<T>> & Lowlevel.Repeatable)
            f -> {
              give(f, result);
              future.loop.followers.remove(result);
            });
    var cancel = new ReusablePost(future.loop, future::cancel, ContextMap.EMPTY);
    var _ =
        result.whenComplete(
            (value, exception) -> {
              if (result.isCancelled()) {
                cancel.post();
              }
            });
  }

  /// Completes a future of the JDK with the outcome of one of the loop, which is done.
  private static <T extends @Nullable Object> void give(Future<T> from, CompletableFuture<T> to) {
    if (from.cancelled()) {
      to.cancel(false);
      return;
    }
    Throwable exception = from.exception();
    if (exception != null) {
      to.completeExceptionally(exception);
    } else {
      try {
        to.complete(from.result());
      } catch (Exception e) {
        to.completeExceptionally(e);
      }
    }
  }
}
