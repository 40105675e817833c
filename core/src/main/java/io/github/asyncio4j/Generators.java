// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The generators of a loop that have been iterated and have not ended, oldest first, held strongly
/// (EL-16). Whoever holds the loop.
final class Generators {
  private final BaseEventLoop loop;
  private final TaskRegistry bodies = new TaskRegistry();
  private boolean shutDown;

  Generators(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// Adds the task of a body that starts.
  void add(Task<?> body, AsyncGenerator<?> generator) {
    bodies.add(body);
    if (shutDown) {
      BaseEventLoop.LOGGER.log(
          WARNING,
          "asynchronous generator was first iterated after shutdownAsyncgens(): " + generator);
    }
  }

  /// Removes the task of a body that has ended.
  void remove(Task<?> body) {
    bodies.remove(body);
  }

  /// Tells whether generators have been, or are being, closed by [#shutdown()].
  boolean isShutDown() {
    return shutDown;
  }

  boolean isEmpty() {
    return bodies.toSet().isEmpty();
  }

  /// Closes all of them at once and waits for the ends. One that another one closes as well is
  /// closed once, and both wait for it. The thread of a task.
  void shutdown() {
    Task.current(loop, "shutdownAsyncgens()");
    shutDown = true;
    var closings = new LinkedHashMap<AsyncGenerator<?>, Task<@Nullable Void>>();
    for (Task<?> body : bodies.toSet()) {
      AsyncGenerator<?> generator = Objects.requireNonNull(body.generation).generator;
      TaskBody aclose = generator::aclose;
      closings.put(generator, loop.createTask(aclose));
    }
    if (closings.isEmpty()) {
      return;
    }
    Gathering.of(loop, new ArrayList<>(closings.values()), Generators::swallow).join();
    closings.forEach(this::report);
  }

  private static boolean swallow(Future<?> closing) {
    closing.markRetrieved();
    return true;
  }

  private void report(AsyncGenerator<?> generator, Task<?> closing) {
    Throwable failure = closing.cancelled() ? null : closing.exception();
    if (failure != null) {
      loop.callExceptionHandler(
          ExceptionContext.of(
                  "an error occurred during closing of asynchronous generator " + generator)
              .exception(failure)
              .with("asyncgen", generator));
    }
  }

  /// Ends the bodies that are left, one at a time. The loop is closed.
  void abandonAll() {
    bodies.abandonAll();
  }
}
