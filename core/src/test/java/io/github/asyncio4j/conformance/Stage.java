// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionHandler;
import io.github.asyncio4j.LoopKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.TreeSet;
import java.util.function.Supplier;

/// What a scenario plays on: a kind of loop, and a place to print.
///
/// The counterpart of `conformance/python/support.py`, as far as it is about loops.
final class Stage {
  final LoopKind kind;
  final Out out;

  private final Supplier<? extends EventLoop> loops;

  Stage(LoopKind kind, Out out) {
    this(kind, kind::newLoop, out);
  }

  /// Makes a stage on loops of another making, with the engine of a kind.
  Stage(LoopKind kind, Supplier<? extends EventLoop> loops, Out out) {
    this.kind = kind;
    this.loops = loops;
    this.out = out;
  }

  /// Prints a line.
  void out(String line) {
    out.print(line);
  }

  /// Prints what a call returns, or the word for what it throws.
  void attempt(String label, java.util.concurrent.Callable<?> call) {
    out.attempt(label, call);
  }

  /// As above for a call that returns nothing.
  void attempt(String label, Out.Action action) {
    out.attempt(label, action);
  }

  /// Returns a new loop of the kind under test; close it.
  EventLoop newLoop() {
    return loops.get();
  }

  /// Returns the loop of the main task.
  EventLoop loop() {
    return Asyncio.getRunningLoop();
  }

  /// Runs one iteration: whatever is ready now.
  static void runBriefly(EventLoop loop) {
    loop.callSoon(loop::stop);
    loop.runForever();
  }

  /// Lets five iterations pass.
  static void settle() {
    settle(5);
  }

  /// Lets some iterations pass.
  static void settle(int iterations) {
    for (int i = 0; i < iterations; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  /// Returns an exception handler that prints the exception and the keys of what it is given.
  ExceptionHandler printingHandler() {
    return (loop, context) -> {
      var keys = new TreeSet<>(context.details().keySet());
      if (context.message() != null) {
        keys.add("message");
      }
      if (context.exception() != null) {
        keys.add("exception");
      }
      out(
          "handler: "
              + Words.word(context.exception())
              + ", keys "
              + String.join(" ", new ArrayList<>(keys)));
    };
  }
}
