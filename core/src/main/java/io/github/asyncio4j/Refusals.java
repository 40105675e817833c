// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// What a loop, its tasks and its futures throw at a call that may not be made now: the text says
/// what the mistake is, with whom, and what to do instead. Any thread.
///
/// It knows them by their texts only.
final class Refusals {
  private Refusals() {}

  /// Returns what is said to who uses a loop after its end.
  static String closed(Object loop) {
    return "Event loop is closed: " + loop + "; make another one by Asyncio.run(() -> ...)";
  }

  /// A loop is run that runs.
  static IllegalStateException alreadyRunning(Object loop) {
    return new IllegalStateException(
        "This event loop is already running: " + loop + "; in its tasks await, or createTask()");
  }

  /// A loop is run inside of another one.
  static IllegalStateException inside(Object other) {
    return new IllegalStateException(
        "Cannot run the event loop while another loop is running: "
            + other
            + "; run it in a thread of its own");
  }

  /// A loop and what is made with it is run inside of another one, by the named method.
  static IllegalStateException inside(Object other, String call) {
    return new IllegalStateException(
        call
            + " cannot be called from a running event loop: "
            + other
            + "; a task calls the body itself, a callback starts a task: createTask(() -> ...)");
  }

  /// A loop is closed that runs.
  static IllegalStateException closedWhileRunning(Object loop) {
    return new IllegalStateException(
        "Cannot close a running event loop: " + loop + "; stop() it, and close it after its run");
  }

  /// A loop was stopped that is to run until a future is done.
  static IllegalStateException stoppedBefore(Object future) {
    return new IllegalStateException(
        "Event loop stopped before Future completed: "
            + future
            + "; stop() was called, the run ends by itself when that is done");
  }

  /// A future is given together with a loop that is not its own.
  static IllegalArgumentException ofAnotherLoop(Object future, Object itsLoop) {
    return new IllegalArgumentException(
        "The future belongs to a different loop than the one specified: "
            + future
            + "; it is of "
            + itsLoop);
  }

  /// A pending future is asked for its result or its exception.
  static InvalidStateException notSet(String what, Object future) {
    return new InvalidStateException(
        what + " is not set: " + future + "; await() it, or ask done() before");
  }

  /// A future is given an outcome that has one.
  static InvalidStateException alreadyDone(Object future) {
    return new InvalidStateException(
        "invalid state: "
            + future
            + "; it is done already: ask done() before, or use trySetResult()");
  }

  /// A task is given an outcome.
  static IllegalStateException outcomeOfTask(String call, Object task) {
    return new IllegalStateException(
        "Task does not support "
            + call
            + " operation: "
            + task
            + "; it ends as its body does, or by cancel()");
  }
}
