// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers what a test has left behind into one error.
final class LeakReport {
  private final String loop;
  private final StringBuilder text = new StringBuilder();
  private final List<Throwable> causes = new ArrayList<>();
  // Whether nothing was found but assertions that have failed where no caller could hear of it.
  private boolean onlyAssertions = true;

  LeakReport(EventLoop loop) {
    this.loop = loop.toString();
  }

  void tasks(Collection<Task<?>> tasks) {
    for (Task<?> task : tasks) {
      onlyAssertions = false;
      AsyncGenerator<?> generator = AsyncGenerator.ofTask(task);
      if (generator != null) {
        // Its task is an affair of the library, which the test has never seen.
        text.append("\ngenerator still open: ").append(generator);
        appendStack(text, task);
      } else {
        text.append("\ntask still pending: ").append(describe(task));
      }
    }
  }

  void suspensions(List<String> suspensions) {
    for (String suspension : suspensions) {
      onlyAssertions = false;
      text.append("\nhidden suspension, in a blocking call of the JDK: ").append(suspension);
    }
  }

  void open(List<String> sockets) {
    // They may be open because an assertion has failed, so they take nothing from that.
    for (String socket : sockets) {
      text.append("\nstill open: ").append(socket);
    }
  }

  void failures(List<ExceptionContext> contexts) {
    for (ExceptionContext context : contexts) {
      text.append("\nreported to the exception handler: ").append(context.message());
      context.details().forEach((k, v) -> text.append("\n  ").append(k).append(": ").append(v));
      Throwable exception = context.exception();
      onlyAssertions &= exception instanceof AssertionError;
      if (exception != null) {
        text.append("\n  exception: ").append(exception);
        causes.add(exception);
      }
    }
  }

  /// Returns the error, or null when nothing was left behind.
  @Nullable AssertionError error() {
    if (text.isEmpty()) {
      return null;
    }
    if (onlyAssertions && !causes.isEmpty()) {
      // Made in a callback or in the handler of a server, they are the failures of the test.
      var first = (AssertionError) causes.getFirst();
      causes.stream().skip(1).filter(other -> other != first).forEach(first::addSuppressed);
      return first;
    }
    var error =
        new AssertionError(
            "the test has left something behind on " + loop + text,
            causes.isEmpty() ? null : causes.getFirst());
    causes.stream().skip(1).forEach(error::addSuppressed);
    return error;
  }

  /// Returns a task and where it is suspended, a line for each frame.
  static String describe(Task<?> task) {
    var text = new StringBuilder().append(task);
    appendStack(text, task);
    return text.toString();
  }

  private static void appendStack(StringBuilder text, Task<?> task) {
    for (StackTraceElement frame : task.getStack()) {
      text.append("\n    at ").append(frame);
    }
  }
}
