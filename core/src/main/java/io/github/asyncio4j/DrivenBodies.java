// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The bodies of a loop that run in other tasks' stead and have not ended, oldest first, held
/// strongly (EL-16). Whoever holds the loop.
final class DrivenBodies {
  private final BaseEventLoop loop;
  private final TaskRegistry bodies = new TaskRegistry();
  private boolean shutDown;

  DrivenBodies(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// Adds the task of a body that starts.
  void add(Task<?> body) {
    bodies.add(body);
    if (shutDown) {
      BaseEventLoop.LOGGER.log(
          WARNING,
          "asynchronous generator was first iterated after shutdownAsyncgens(): " + ownerOf(body));
    }
  }

  /// Removes the task of a body that has ended.
  void remove(Task<?> body) {
    bodies.remove(body);
  }

  /// Tells whether bodies have been, or are being, ended by [#shutdown()].
  boolean isShutDown() {
    return shutDown;
  }

  boolean isEmpty() {
    return bodies.toSet().isEmpty();
  }

  /// Ends all of them at once and waits for the ends. One that another one closes as well is ended
  /// once, and both wait for it. The thread of a task.
  void shutdown() {
    Task.current(loop, "shutdownAsyncgens()");
    shutDown = true;
    var closings = new LinkedHashMap<Object, Task<@Nullable Void>>();
    for (Task<?> body : bodies.toSet()) {
      TaskBody close = Objects.requireNonNull(body.driven)::close;
      closings.put(ownerOf(body), loop.createTask(close));
    }
    if (closings.isEmpty()) {
      return;
    }
    AllDone.of(loop, closings.values()).join();
    closings.forEach(this::report);
  }

  /// Warns in debug mode of bodies that have not been ended. The loop is closed.
  void warnOfAll() {
    if (loop.getDebug()) {
      for (Task<?> body : bodies.toSet()) {
        warn(Objects.requireNonNull(body.driven));
      }
    }
  }

  private void warn(DrivenBody body) {
    HandleTrace trace = body.trace();
    loop.lowlevel.warnUnclosed(body.owner(), trace == null ? List.of() : trace.source());
  }

  private static Object ownerOf(Task<?> body) {
    return Objects.requireNonNull(body.driven).owner();
  }

  private void report(Object generator, Task<?> closing) {
    Throwable failure = closing.cancelled() ? null : closing.exception();
    if (failure != null) {
      loop.callExceptionHandler(
          ExceptionContext.of(
                  "an error occurred during closing of asynchronous generator " + generator)
              .exception(failure)
              .with("asyncgen", generator));
    }
  }

  /// Refuses to suspend any of them from now on. The loop is closed.
  void refuseAll() {
    bodies.refuseAll();
  }

  /// Ends the bodies that are left, one at a time. The loop is closed.
  void abandonAll() {
    bodies.abandonAll();
  }
}
