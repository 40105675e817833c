// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The calls of a loop in an executor that have not ended, to tell which of them keep it from
/// ending. Any thread.
final class PendingCalls {
  private static final int MOST_SHOWN = 10;
  private static final int MOST_FRAMES = 10;

  private final Set<Call> calls = ConcurrentHashMap.newKeySet();

  /// A call that waits for a thread or is in one.
  interface Call {
    /// Returns the thread that makes the call, or null while it waits for one.
    @Nullable Thread thread();
  }

  void add(Call call) {
    calls.add(call);
  }

  void remove(Call call) {
    calls.remove(call);
  }

  /// Returns which threads make calls and where each stands, as the end of a sentence; of what a
  /// thread does only the part that is the program's own.
  String describe() {
    List<Call> left = List.copyOf(calls);
    List<Call> running = left.stream().filter(call -> call.thread() != null).toList();
    if (left.isEmpty()) {
      return ": no call of this loop is left in it";
    }
    var text = new StringBuilder(": ");
    text.append(running.size()).append(running.size() == 1 ? " call runs" : " calls run");
    if (left.size() > running.size()) {
      text.append(", ").append(left.size() - running.size()).append(" not started");
    }
    running.stream().limit(MOST_SHOWN).forEach(call -> append(text, call));
    if (running.size() > MOST_SHOWN) {
      text.append("\nand ").append(running.size() - MOST_SHOWN).append(" more");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Call call) {
    Thread thread = Objects.requireNonNull(call.thread());
    String name = thread.getName();
    text.append("\nin ").append(name.isEmpty() ? "thread #" + thread.threadId() : name);
    StackTraceElement[] stack = thread.getStackTrace();
    // Below it is what every call has: the library's own frames, and those of the executor.
    String bottom = call.getClass().getName();
    int own =
        IntStream.range(0, stack.length)
            .filter(i -> stack[i].getClassName().equals(bottom))
            .findFirst()
            .orElse(stack.length);
    text.append(
        JdkCalls.from(Arrays.asList(stack).subList(0, own)).stream()
            .limit(MOST_FRAMES)
            .map(frame -> "\n  at " + frame)
            .collect(Collectors.joining()));
  }
}
