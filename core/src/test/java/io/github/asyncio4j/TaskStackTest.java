// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What the stack of a task shows (TK-01).
final class TaskStackTest {
  private static StackTraceElement frame(String type, String method) {
    return new StackTraceElement(type, method, null, 1);
  }

  private static StackTraceElement ours(Class<?> type, String method) {
    return frame(type.getName(), method);
  }

  @Test
  void aThreadThatIsHandingOverShowsNothingOfThat() {
    StackTraceElement inner = frame("com.example.Client", "request");
    StackTraceElement outer = frame("com.example.Main", "main");
    StackTraceElement[] frames = {
      frame("jdk.internal.misc.Unsafe", "park"),
      frame("java.util.concurrent.ForkJoinPool", "signalWork"),
      frame("java.lang.VirtualThread", "unpark"),
      frame("java.util.concurrent.locks.LockSupport", "unpark"),
      ours(BatonTaskThread.class, "giveBatonBack"),
      ours(BatonTaskThread.class, "suspend"),
      ours(Task.class, "waitFor"),
      ours(Future.class, "await"),
      inner,
      outer,
      ours(Task.class, "runBody"),
      ours(TaskThread.class, "runBody"),
      ours(BatonTaskThread.class, "main"),
      frame("java.lang.VirtualThread", "run")
    };

    assertThat(TaskStack.userFrames(frames)).containsExactly(inner, outer);
  }

  @Test
  void aThreadInABlockingCallShowsTheCall() {
    StackTraceElement call = frame("java.util.concurrent.FutureTask", "get");
    StackTraceElement user = frame("com.example.Main", "main");
    StackTraceElement[] frames = {
      frame("java.lang.VirtualThread", "park"),
      frame("java.util.concurrent.locks.LockSupport", "park"),
      call,
      user,
      ours(Task.class, "runBody"),
      ours(BatonTaskThread.class, "main")
    };

    assertThat(TaskStack.userFrames(frames)).containsExactly(call, user);
  }
}
