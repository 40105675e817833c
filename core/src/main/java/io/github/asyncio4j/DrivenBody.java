// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// What a task runs in another one's stead, its consumer's: the body of an async generator. Such a
/// task is in no set of all tasks. Whoever holds the loop.
///
/// A cancellation does not travel between the two. While a consumer drives the body, requests to
/// cancel, their count and what is yet to be thrown are the consumer's alone, and the body's task
/// looks there: so they count the same on both sides of a yield, as in one task. Only what the body
/// is cancelled by while it rests, by a deadline or a group that spans a yield, waits in its own
/// task for whoever drives it next.
abstract class DrivenBody {
  /// Who waits for the body, and has not got what it waits for.
  @Nullable Task<?> consumer;

  /// Called when the body's task has gone as far as it goes for now. Who carried it.
  abstract void bodyRests();

  /// Ends the body and suspends until it has ended. The thread of a task.
  abstract void close() throws Exception;

  /// Returns the object that a program knows.
  abstract Object owner();

  /// Returns where that was made, in debug mode, else null.
  abstract @Nullable HandleTrace trace();

  /// Tells whether a future is the consumer, or the consumer's consumer, and so on.
  boolean isDrivenBy(Future<?> other) {
    Task<?> driver = consumer;
    while (driver != null && driver != other) {
      driver = driver.driven == null ? null : driver.driven.consumer;
    }
    return driver != null;
  }

  /// Returns the last one in the row of the consumer, the consumer's consumer, and so on.
  ///
  /// @param own the body's task, which is returned when there is no consumer
  Task<?> driverOf(Task<?> own) {
    Task<?> driver = own;
    for (DrivenBody at = this; at != null && at.consumer != null; at = driver.driven) {
      driver = at.consumer;
    }
    return driver;
  }

  /// Returns the task that runs in another one's stead: the body of the generator that it waits
  /// for, or the body of the one which that waits for, and so on. Else the task itself.
  static Task<?> innermost(Task<?> task) {
    Task<?> inner = task;
    while (inner.waitingFor instanceof Task<?> body
        && body.driven != null
        && body.driven.consumer == inner) {
      inner = body;
    }
    return inner;
  }

  /// Moves what the body was cancelled by while nobody drove it. The driver's own thread.
  static void takeOverRequests(Task<?> driver, Task<?> body) {
    driver.cancelRequests += body.cancelRequests;
    body.cancelRequests = 0;
    if (body.mustCancel) {
      driver.mustCancel = true;
      driver.cancelMessage = body.cancelMessage;
      body.mustCancel = false;
    }
  }

  /// Leaves no interrupt of a cancellation behind in a task's thread, as another one goes on in its
  /// stead. That thread itself.
  ///
  /// @param thrown what is to be thrown over there, or null
  static void settleInterrupt(Task<?> task, @Nullable Throwable thrown) {
    Task<?> driver = task.driver();
    CancelInterrupt sent = driver.interrupt;
    if (sent != null && thrown != null && sent.leavesAs(thrown, driver.cancelRequests > 0)) {
      driver.mustCancel = false;
    }
    CancelInterrupt.noteThrown(driver);
    CancelInterrupt.dropFor(driver);
  }
}
