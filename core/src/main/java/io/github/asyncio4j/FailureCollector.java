// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// The steps of an end that must all be taken, whatever each of them throws. The closing thread.
final class FailureCollector {
  private @Nullable Throwable first;

  /// A step that may fail.
  interface Step {
    void run() throws Exception;
  }

  /// Takes a step; a failure is kept for the end.
  void step(Step step) {
    try {
      step.run();
    } catch (Throwable t) {
      if (first == null) {
        first = t;
      } else if (first != t) {
        first.addSuppressed(t);
      }
    }
  }

  /// Throws the first failure as it is, if there was one; the others are suppressed in it.
  void rethrowAsItIs() throws Exception {
    if (first instanceof Exception e) {
      throw e;
    }
    rethrow();
  }

  /// Throws the first failure, if there was one; the others are suppressed exceptions of it.
  void rethrow() {
    switch (first) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable t -> throw new IllegalStateException("closing has failed", t);
    }
  }
}
