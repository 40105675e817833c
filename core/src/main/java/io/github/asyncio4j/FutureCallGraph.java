// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A future, where its task is, and who waits for it (TC-14): what `Asyncio.captureCallGraph`
/// returns. Immutable; a picture of one moment.
///
/// @param future the future or task
/// @param callStack where the task is, innermost frame first; empty for a future that is no task,
///   and for a task that has not started or is done
/// @param awaitedBy what waits for it, in the order in which it began to. A future that waits for
///   itself by way of others is there a second time, with an empty list; any other that is there
///   more than once is the same object each time
public record FutureCallGraph(
    Future<?> future, List<FrameCallGraphEntry> callStack, List<FutureCallGraph> awaitedBy) {
  /// Copies the lists.
  public FutureCallGraph {
    callStack = List.copyOf(callStack);
    awaitedBy = List.copyOf(awaitedBy);
  }

  /// Returns where a task is and who waits for it, and for those, and so on. Loop thread only.
  ///
  /// A task that awaits the future is its awaiter, and so is one that waits for it in a
  /// `TaskGroup`, `wait`, `asCompleted` or `staggeredRace`. `gather` and `shield` return a future,
  /// which is the awaiter of those it was made of.
  ///
  /// @param future where to begin; null for the current task
  /// @param depth 1 for the whole stack; how many of the innermost frames are left out, plus one,
  ///   when it is the current task's
  /// @param limit how many frames to keep of each stack, the innermost; the outermost if it is
  ///   negative; null for all. With 0 no stack is captured
  /// @return null when no future is given and the caller is in a callback
  /// @throws IllegalStateException when no future is given and no loop runs in this thread
  /// @throws IllegalArgumentException when the depth is less than 1
  public static @Nullable FutureCallGraph capture(
      @Nullable Future<?> future, int depth, @Nullable Integer limit) {
    return CallGraphs.capture(future, depth, limit);
  }

  /// Returns the graph as text, in the manner of asyncio, without an end of line. What is there
  /// more than once has its stack and its awaiters once, and is said to be above after that. Of a
  /// chain of tasks two hundred levels are shown.
  ///
  /// ```text
  /// * Task(name='fetch', id=0x1b2c)
  ///   + Call stack:
  ///   |   at app.Main.fetch(Main.java:20)
  ///   + Awaited by:
  ///     * Task(name='main', id=0x3d4e)
  ///       + Call stack:
  ///       |   at app.Main.main(Main.java:10)
  /// ```
  public String format() {
    return CallGraphs.format(this);
  }

  /// Returns the text of [#format()].
  @Override
  public String toString() {
    return format();
  }
}
