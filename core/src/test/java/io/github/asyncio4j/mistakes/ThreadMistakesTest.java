// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.internal.jdk.VirtualThreads;
import io.github.asyncio4j.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with threads: the wrong one, or one that is blocked. Debug mode tells of those that
/// asyncio tells of there, too.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ThreadMistakesTest extends MistakeCase {
  ThreadMistakesTest(LoopKind kind) {
    super(kind);
    loop.setDebug(true);
  }

  private static final String INSTEAD =
      "; from another thread use callSoonThreadsafe() of the loop, or"
          + " Asyncio.runCoroutineThreadsafe()";

  /// Makes a call in another thread that has a name, and returns what it throws.
  private static @Nullable Throwable thrownInWorker(ThrowingCallable call) throws Exception {
    var thrown = new CompletableFuture<@Nullable Throwable>();
    Thread worker =
        Thread.ofPlatform().name("worker").start(() -> thrown.complete(catchThrowable(call)));
    worker.join();
    return thrown.get();
  }

  private void assertRefusedInWorker(ThrowingCallable call) throws Exception {
    assertThat(thrownInWorker(call))
        .isExactlyInstanceOf(IllegalStateException.class)
        .message()
        .matches(
            "\\QNon-thread-safe operation invoked on an event loop other than the current one: "
                + loop
                + "\\E by Thread\\[#\\d+,worker,5,\\w+]"
                + "\\Q"
                + INSTEAD
                + "\\E");
  }

  @Mistake(2)
  void aCallbackIsQueuedByAnotherThread() throws Exception {
    run(
        () -> {
          assertRefusedInWorker(() -> loop.callSoon(() -> {}));
          assertRefusedInWorker(() -> loop.callLater(LONG, () -> {}));
        });
  }

  @Mistake(2)
  void aTaskIsCreatedByAnotherThread() throws Exception {
    run(() -> assertRefusedInWorker(() -> loop.createTask(() -> "never")));
  }

  @Mistake(2)
  void aFutureIsCompletedByAnotherThread() throws Exception {
    run(
        () -> {
          Future<String> future = loop.createFuture();
          assertRefusedInWorker(() -> future.setResult("never"));
          assertRefusedInWorker(() -> future.cancel());
        });
  }

  @Mistake(2)
  void anEventIsSetByAnotherThread() throws Exception {
    run(
        () -> {
          var event = new Event();
          var waiting = loop.createTask((VoidCoroutine) event::await);
          Asyncio.sleep(Duration.ZERO);

          assertThat(thrownInWorker(event::set))
              .isExactlyInstanceOf(IllegalStateException.class)
              .message()
              .matches(
                  "\\QNon-thread-safe operation invoked on a primitive of another event loop, "
                      + loop
                      + "\\E, by Thread\\[#\\d+,worker,5,\\w+]"
                      + "\\Q: <Event [unset, waiters:1]>"
                      + INSTEAD
                      + "\\E");
          event.set();
          waiting.await();
        });
  }

  @Mistake(2)
  void aFutureIsAwaitedByAnotherThread() throws Exception {
    run(
        () -> {
          Future<String> future = loop.createFuture();
          assertThat(thrownInThread(future::await))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "await() called outside a task of "
                      + loop
                      + "; call it in Asyncio.run(() -> ...), from another thread in"
                      + " Asyncio.runCoroutineThreadsafe(() -> ..., loop)");
        });
  }

  @Mistake(2)
  void aCallOfToThreadUsesTheLoopItself() throws Exception {
    run(
        () ->
            assertThat(thrownInThread(() -> Asyncio.sleep(SHORT)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "sleep() called outside a task: PT0.005S; call it in Asyncio.run(() -> ...), from"
                        + " another thread in Asyncio.runCoroutineThreadsafe(() -> ..., loop)"));
  }

  private String wouldWaitForEver(String call) {
    return call
        + " would wait for ever, since it stops the loop that completes the future: "
        + loop
        + "; a task waits for it by Future.await(future), a callback cannot wait";
  }

  @Mistake(2)
  void aCallbackWaitsForWhatItsLoopCompletes() throws Exception {
    run(
        () -> {
          CompletableFuture<String> future = loop.<String>createFuture().toCompletableFuture();
          assertThat(thrownInCallback(future::get)).hasMessage(wouldWaitForEver("get()"));
          assertThat(thrownInCallback(future::join)).hasMessage(wouldWaitForEver("join()"));
        });
  }

  @Mistake(2)
  void aCallbackWaitsForATaskThatItsLoopRuns() throws Exception {
    run(
        () -> {
          CompletableFuture<String> asked =
              Asyncio.runCoroutineThreadsafe(() -> Asyncio.sleep(Duration.ZERO, "done"), loop);
          assertThat(thrownInCallback(asked::get)).hasMessage(wouldWaitForEver("get()"));
          assertThat(Future.await(asked)).isEqualTo("done");
        });
  }

  private List<String> freezes() {
    return logged().stream().filter(text -> text.contains("from going on")).toList();
  }

  private void keepTheLoop() {
    while (freezes().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Mistake(2)
  void aTaskKeepsTheLoop() throws Exception {
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    run(() -> loop.createTask((VoidCoroutine) this::keepTheLoop, "busy").await());

    assertThat(freezes())
        .singleElement()
        .asString()
        .startsWith("<Task pending name='busy' coro=<ThreadMistakesTest.lambda()>")
        .containsPattern(
            " has kept <SelectorEventLoop .*> from going on for \\d\\.\\d{3} seconds, and still"
                + " does"
                + (kind.carriesItsTasks()
                    ? "\n"
                    : "\\Q. Blocking calls belong into Asyncio.toThread(); with "
                        + VirtualThreads.flag()
                        + " they only suspend their task\n\\E"))
        .contains("ThreadMistakesTest.keepTheLoop");
  }

  @Mistake(2)
  void aBlockingCallSuspendsItsTaskUnseenOrStopsTheLoop() throws Exception {
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    var times = new ArrayList<String>();
    run(
        () ->
            loop.createTask(
                    () -> {
                      while (times.size() < 3 || (!kind.carriesItsTasks() && freezes().isEmpty())) {
                        Thread.sleep(1);
                        times.add("slept");
                      }
                    },
                    "reports")
                .await());

    if (kind.carriesItsTasks()) {
      assertThat(hidden())
          .singleElement()
          .asString()
          .matches(
              "(?s)Hidden suspension, in a blocking call of the JDK: <Task pending name='reports'"
                  + " coro=<ThreadMistakesTest\\.lambda\\(\\)>.*>\n"
                  + "  at java\\.base/java\\.lang\\.Thread\\.sleep\\(Thread\\.java:\\d+\\)\n"
                  + "  at .*ThreadMistakesTest\\.lambda.*\\(ThreadMistakesTest\\.java:\\d+\\)");
    } else {
      assertThat(freezes())
          .singleElement()
          .asString()
          .matches(
              "(?s)<Task pending name='reports' .*"
                  + " Blocking calls belong into Asyncio\\.toThread\\(\\);.*\n"
                  + "  at java\\.base/java\\.lang\\.Thread\\.sleep\\(Thread\\.java:\\d+\\)\n"
                  + "  at .*ThreadMistakesTest\\.lambda.*\\(ThreadMistakesTest\\.java:\\d+\\)");
    }
  }

  private List<String> hidden() {
    return logged().stream().filter(text -> text.startsWith("Hidden suspension")).toList();
  }
}
