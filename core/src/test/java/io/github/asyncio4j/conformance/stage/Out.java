// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/// Where a scenario prints its lines, in the words of conformance/README.md. Any thread.
public final class Out {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  /// Prints a line.
  public void print(String line) {
    lines.add(line);
  }

  /// Prints what a call returns, or the word for what it throws.
  public void attempt(String label, Callable<?> call) {
    String outcome;
    try {
      outcome = Words.show(call.call());
    } catch (Throwable t) {
      outcome = Words.word(t);
    }
    print(label + ": " + outcome);
  }

  /// As [#attempt(String, Callable)] for a call that returns nothing.
  public void attempt(String label, Action action) {
    attempt(
        label,
        () -> {
          action.run();
          return null;
        });
  }

  /// A call that returns nothing.
  public interface Action {
    void run() throws Exception;
  }

  public List<String> lines() {
    return lines;
  }
}
