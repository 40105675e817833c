// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// A sequence whose values are made one at a time, by code that may suspend (asyncio's asynchronous
/// generator).
///
/// ```java
/// AsyncGenerator<String> lines = AsyncGenerator.of(out -> {
///   try (var connection = Asyncio.openConnection("127.0.0.1", 8888)) {
///     for (String line; (line = connection.reader().readline(UTF_8)) != null; ) {
///       out.yield(line);
///     }
///   }
/// });
/// try (lines) {
///   for (String line : lines) {
///     IO.println(line);
///   }
/// }
/// ```
///
/// Any task of one loop, the one that iterates first; one consumer at a time. The body starts when
/// the first value is asked for, runs until it yields and stands there until the next one is asked
/// for. It runs in the consumer's context, and an exception of it is thrown to the consumer: by
/// [#anext()] as it is, by a for-each and [#close()], which can throw no checked one, inside an
/// unchecked one. Values may be null.
///
/// Close a generator that is not iterated to its end, best with try-with-resources: only then do
/// the `finally` blocks of its body run, and they may suspend. The loop holds a generator that was
/// left alone, and closes it in [EventLoop#shutdownAsyncgens()], which [Asyncio#run] calls.
///
/// Cancelling the consumer while it waits for a value throws [CancelledError] inside the body,
/// where that is suspended. A body that catches it and yields goes on, and its consumer too.
///
/// Inside the body [Asyncio#currentTask()] is a task of the generator's own that is in no set of
/// all tasks. To cancel it is to cancel its consumer, whose requests it counts and takes back. A
/// deadline or a failed task of a group that comes while the body stands at a `yield` inside the
/// `timeout` or the group waits for the body to go on: it does not disturb the consumer.
///
/// @param <T> what the values are
public final class AsyncGenerator<T extends @Nullable Object>
    implements Iterable<T>, AutoCloseable {
  private final GeneratorState<T> generation;
  private final Iterator<T> iterator = new ValueIterator();

  /// What makes the values.
  ///
  /// @param <T> what the values are
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /// Makes the values, inside a task of the consumer's loop.
    ///
    /// @param out where they go
    /// @throws Exception whatever goes wrong; the consumer gets it
    void run(Yielder<T> out) throws Exception;
  }

  /// Takes the values of a [Body]. The body's own task only.
  ///
  /// @param <T> what the values are
  public interface Yielder<T extends @Nullable Object> {
    /// Hands a value to the consumer and suspends until the next one is asked for.
    ///
    /// @throws GeneratorExit when the generator is closed
    /// @throws CancelledError when the loop is closed
    /// @throws IllegalStateException outside the body, or where the thread cannot be suspended: the
    ///   consumer does not get the value then
    // asyncio's word; Java lets it be called on an object, and nobody calls it otherwise.
    @SuppressWarnings("NamedLikeContextualKeyword")
    void yield(T value);
  }

  private AsyncGenerator(Body<T> body) {
    generation = new GeneratorState<>(this, body);
  }

  /// Returns a generator with the given body. Any thread. Nothing runs yet.
  public static <T extends @Nullable Object> AsyncGenerator<T> of(Body<T> body) {
    return new AsyncGenerator<>(body);
  }

  /// Returns the generator whose body a task runs, or null when it is any other task. Loop thread
  /// only. For tools that list tasks.
  public static @Nullable AsyncGenerator<?> ofTask(Task<?> task) {
    GeneratorState<?> generation = GeneratorState.of(task);
    return generation == null ? null : generation.generator;
  }

  /// Returns the next value, suspending until there is one.
  ///
  /// @throws NoSuchElementException at the end
  /// @throws IllegalStateException when another consumer waits for a value, outside a task of the
  ///   generator's loop, or when the body threw a [NoSuchElementException], its cause
  /// @throws CancelledError when the calling task is cancelled
  /// @throws Exception the exception of the body, as it is, once; after that the generator is at
  ///   its end
  public T anext() throws Exception {
    if (generation.advance("anext()")) {
      return generation.take();
    }
    throw new NoSuchElementException("asynchronous generator is at its end: " + this);
  }

  /// Returns the next value, or another one at the end; as [#anext()] for the rest.
  public T anext(T other) throws Exception {
    return generation.advance("anext()") ? generation.take() : other;
  }

  /// Returns an iterator whose `hasNext` and `next` suspend; for use by for-each in a task.
  ///
  /// All iterators of a generator are one: a second loop goes on where the first was left. An
  /// unchecked exception of the body is thrown as it is, an `IOException` as the cause of an
  /// [java.io.UncheckedIOException], another checked one as the cause of a
  /// [java.util.concurrent.CompletionException].
  @Override
  public Iterator<T> iterator() {
    return iterator;
  }

  /// Ends the body and suspends until it has ended: a [GeneratorExit] is thrown at the `yield`
  /// where it stands. Idempotent; a body that never started is not run.
  ///
  /// Legal outside a task when there is nothing to wait for. On a closed loop it does nothing, the
  /// body having been ended with the loop.
  ///
  /// Once [EventLoop#shutdownAsyncgens()] was called, it waits for another call that is closing the
  /// generator: generators that were left open inside one another are closed in any order then.
  ///
  /// @throws IllegalStateException when a consumer waits for a value or for the end, when the body
  ///   yields again, or outside a task of the generator's loop
  /// @throws CancelledError when the calling task is cancelled and the body does not catch it
  /// @throws Exception what the body throws while it ends
  public void aclose() throws Exception {
    generation.close("aclose()");
  }

  /// Ends the body; as [#aclose()], with checked exceptions wrapped as those of [#iterator()] are.
  @Override
  public void close() {
    try {
      generation.close("close()");
    } catch (Exception e) {
      throw unchecked(e);
    }
  }

  private static RuntimeException unchecked(Exception e) {
    Task<?> consumer = Task.ofThisThread();
    if (consumer != null && consumer.isCancelledBy(e)) {
      // While the body was inside a blocking call of the JDK.
      var cancellation = new CancelledError(e.getMessage());
      cancellation.initCause(e);
      // Among them may be the failures of a group, for which it stands then.
      Arrays.stream(e.getSuppressed()).forEach(cancellation::addSuppressed);
      throw cancellation;
    }
    return Failure.unchecked(e);
  }

  @Override
  public String toString() {
    return "<AsyncGenerator " + generation.describe() + ">";
  }

  private final class ValueIterator implements Iterator<T> {
    @Override
    public boolean hasNext() {
      try {
        return generation.advance("hasNext()");
      } catch (Exception e) {
        throw unchecked(e);
      }
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException(
            "asynchronous generator is at its end: " + AsyncGenerator.this);
      }
      return generation.take();
    }
  }
}
