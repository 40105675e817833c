// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.callgraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.FrameCallGraphEntry;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.FutureCallGraph;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ReturnWhen;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.sync.Lock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Who waits for whom (TC-14). Outside the package of the library, whose frames are left out.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class CallGraphTest {
  /// A way for a task to wait for a future.
  private interface Wait {
    Object on(Future<String> future) throws Exception;
  }

  private final EventLoop loop;

  CallGraphTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static FutureCallGraph capture(Future<?> future) {
    return Objects.requireNonNull(Asyncio.captureCallGraph(future, 1, null));
  }

  private static String nameOf(Future<?> future) {
    return future instanceof Task<?> task ? task.getName() : "future";
  }

  private static List<String> framesOf(FutureCallGraph graph) {
    return graph.callStack().stream().map(entry -> entry.frame().getMethodName()).toList();
  }

  /// Returns who waits for a future, and for that, and so on, where it is one each.
  private static List<String> chainOf(Future<?> future) {
    var chain = new ArrayList<String>();
    FutureCallGraph graph = capture(future);
    while (!graph.awaitedBy().isEmpty()) {
      assertThat(graph.awaitedBy()).hasSize(1);
      graph = graph.awaitedBy().getFirst();
      chain.add(nameOf(graph.future()));
    }
    return chain;
  }

  /// Has a task called `waiter` wait for a future and returns the chain behind that future while it
  /// waits. Afterwards nobody waits for it.
  private List<String> chainWhile(Wait wait) throws Exception {
    return loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Task<?> waiter = loop.createTask(() -> wait.on(future), "waiter");
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          List<String> chain = chainOf(future);
          waiter.cancel();
          assertThatThrownBy(waiter::await).isInstanceOf(CancelledError.class);
          assertThat(chainOf(future)).isEmpty();
          return chain;
        });
  }

  private String innermost(Future<String> future) throws Exception {
    return future.await();
  }

  private String outermost(Future<String> future) throws Exception {
    return innermost(future);
  }

  @Test
  void aTaskIsShownWithItsStackAndThoseThatAwaitIt() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Task<String> child = loop.createTask(() -> outermost(future), "child");
          Task<?> parent = loop.createTask(() -> innermost(child), "parent");
          Asyncio.sleep(Duration.ZERO);

          FutureCallGraph graph = capture(child);

          assertThat(graph.future()).isSameAs(child);
          assertThat(framesOf(graph)).startsWith("innermost", "outermost");
          assertThat(graph.awaitedBy()).hasSize(1);
          FutureCallGraph awaiter = graph.awaitedBy().getFirst();
          assertThat(awaiter.future()).isSameAs(parent);
          assertThat(framesOf(awaiter)).startsWith("innermost").doesNotContain("outermost");
          assertThat(capture(future).callStack()).isEmpty();
          assertThat(chainOf(future)).containsExactly("child", "parent");
          future.setResult("");
          parent.await();
        });
  }

  private void locked(Lock lock) {
    lock.acquire();
  }

  // TK-01
  @Test
  void theStackOfATaskBeginsWithWhatItWaitsFor() throws Exception {
    loop.runUntilComplete(
        () -> {
          var lock = new Lock();
          lock.acquire();
          Task<?> task = loop.createTask(() -> locked(lock), "waiter");
          assertThat(task.getStack()).isEmpty();
          Asyncio.sleep(Duration.ZERO);

          assertThat(framesOf(capture(task))).containsSubsequence("acquire", "locked");
          assertThat(task.getStack(1)).containsExactly(task.getStack().getFirst());
          assertThat(task.getStack(0)).isEmpty();
          assertThat(task.getStack(1000)).isEqualTo(task.getStack());
          assertThatThrownBy(() -> task.getStack(-1)).hasMessage("limit < 0: -1");
          lock.release();
          task.await();
        });
  }

  private static Object suspendForEver() throws Exception {
    while (true) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  // TK-01. Its thread may be on the way to where it rests when the next callback looks.
  @Test
  void aTaskThatHasJustSuspendedShowsNothingOfHow() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task = loop.createTask(CallGraphTest::suspendForEver);
          Asyncio.sleep(Duration.ZERO);
          var innermost = new HashSet<String>();
          Future<String> looked = loop.createFuture();
          loop.callSoon(() -> lookAgainAndAgain(task, 5_000, innermost, looked));

          looked.await();

          assertThat(innermost).containsExactly("suspendForEver");
          task.cancel();
        });
  }

  private void lookAgainAndAgain(
      Task<?> task, int times, Set<String> innermost, Future<String> looked) {
    if (times == 0) {
      looked.setResult("");
      return;
    }
    innermost.add(task.getStack().getFirst().getMethodName());
    loop.callSoon(() -> lookAgainAndAgain(task, times - 1, innermost, looked));
  }

  @Test
  void awaitersComeInTheOrderInWhichTheyBeganToWaitEachOnce() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          loop.createTask(() -> future.await(), "a");
          loop.createTask(() -> Asyncio.gather(List.of(future)).await(), "b");
          loop.createTask(() -> future.await(), "c");
          Asyncio.sleep(Duration.ZERO);

          assertThat(capture(future).awaitedBy().stream().map(g -> nameOf(g.future())))
              .containsExactly("a", "future", "c");
          future.setResult("");
          Asyncio.sleep(Duration.ZERO);
          assertThat(chainOf(future)).isEmpty();
        });
  }

  @Test
  void whatIsReachedByManyWaysIsCapturedAndPrintedOnce() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> first = loop.createFuture();
          Future<?> last = first;
          int levels = 50;
          for (int i = 0; i < levels; i++) {
            last = gather(gather(last), gather(last));
          }
          Future<?> end = last;
          Task<?> waiter = loop.createTask(() -> end.await(), "waiter");
          Asyncio.sleep(Duration.ZERO);

          List<FutureCallGraph> sides = capture(first).awaitedBy();

          assertThat(sides).hasSize(2);
          assertThat(sides.get(0).awaitedBy().getFirst())
              .isSameAs(sides.get(1).awaitedBy().getFirst());
          String text = capture(first).format();
          assertThat(text.lines().filter(line -> line.contains("* Future")))
              .hasSize(4 * levels + 1);
          assertThat(text).containsOnlyOnce("* Task(name='waiter'");
          assertThat(text.lines().filter(line -> line.endsWith(" (above)"))).hasSize(levels);
          first.setResult("");
          waiter.await();
        });
  }

  private static Future<?> gather(Future<?>... futures) {
    return Asyncio.gather(List.of(futures));
  }

  @Test
  void waitIsSeen() throws Exception {
    assertThat(chainWhile(f -> Asyncio.wait(List.of(f)))).containsExactly("waiter");
    assertThat(chainWhile(f -> Asyncio.wait(List.of(f), null, ReturnWhen.FIRST_COMPLETED)))
        .containsExactly("waiter");
  }

  @Test
  void waitForIsSeen() throws Exception {
    assertThat(chainWhile(f -> Asyncio.waitFor(f, Duration.ofHours(1)))).containsExactly("waiter");
  }

  @Test
  void waitForThatWaitsForTheEndOfACancellationIsSeen() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> gate = loop.createFuture();
          Task<String> stubborn =
              loop.createTask(
                  () -> {
                    try {
                      return loop.<String>createFuture().await();
                    } finally {
                      gate.await();
                    }
                  });
          Asyncio.sleep(Duration.ZERO);
          Task<?> waiter =
              loop.createTask(() -> Asyncio.waitFor(stubborn, Duration.ZERO), "waiter");
          Asyncio.sleep(Duration.ZERO);

          assertThat(chainOf(stubborn)).containsExactly("waiter");
          waiter.cancel();
          assertThatThrownBy(waiter::await).isInstanceOf(CancelledError.class);
          assertThat(chainOf(stubborn)).isEmpty();
          gate.setResult("");
        });
  }

  @Test
  void gatherAndShieldAreSeenAsFutures() throws Exception {
    assertThat(chainWhile(f -> Asyncio.shield(f).await())).containsExactly("future", "waiter");
    assertThat(chainWhile(f -> Asyncio.gather(Asyncio.shield(f)).await()))
        .containsExactly("future", "future", "waiter");
  }

  @Test
  void asCompletedIsSeenWhileItIsWaitedFor() throws Exception {
    assertThat(chainWhileIterating()).containsExactly("waiter");
  }

  // Its callbacks stay when the iteration is broken off, and then tell nobody.
  private List<String> chainWhileIterating() throws Exception {
    return chainWhile(
        f -> {
          for (Future<String> future : Asyncio.asCompleted(List.of(f))) {
            future.result();
          }
          return "";
        });
  }

  @Test
  void aTaskGroupAndARaceAreSeen() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Coroutine<String> body = future::await;
          Task<?> group =
              loop.createTask(
                  () ->
                      Asyncio.taskGroup(
                          g -> {
                            g.createTask(body, "member");
                          }),
                  "group");
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          assertThat(chainOf(future)).containsExactly("member", "group");
          group.cancel();
          assertThatThrownBy(group::await).isInstanceOf(CancelledError.class);

          Future<String> second = loop.createFuture();
          Task<?> race =
              loop.createTask(
                  () -> Asyncio.staggeredRace(List.<Coroutine<String>>of(second::await), null),
                  "race");
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          assertThat(chainOf(second)).hasSize(2).last().isEqualTo("race");
          second.setResult("");
          race.await();
        });
  }

  @Test
  void theCurrentTaskBeginsAtTheCaller() throws Exception {
    FutureCallGraph graph =
        Objects.requireNonNull(loop.runUntilComplete(() -> captureBelow(1, null)));

    assertThat(framesOf(graph)).startsWith("captureHere", "captureBelow");
  }

  @Test
  void depthLeavesOutTheInnermostFramesOfTheCurrentTask() throws Exception {
    FutureCallGraph graph =
        Objects.requireNonNull(loop.runUntilComplete(() -> captureBelow(2, null)));

    assertThat(framesOf(graph)).startsWith("captureBelow");
  }

  @Test
  void aLimitKeepsTheInnermostOrTheOutermostFrames() throws Exception {
    List<FrameCallGraphEntry> all = stackWithLimit(null);
    int size = all.size();

    assertThat(size).isGreaterThan(2);
    assertThat(stackWithLimit(2).stream().map(e -> e.frame().getMethodName()))
        .containsExactly("captureHere", "captureBelow");
    assertThat(stackWithLimit(-1)).hasSize(1).doesNotContain(all.getFirst());
    assertThat(stackWithLimit(0)).isEmpty();
    assertThat(stackWithLimit(size + 1)).hasSize(size);
    assertThat(stackWithLimit(Integer.MIN_VALUE)).hasSize(size);
  }

  private List<FrameCallGraphEntry> stackWithLimit(Integer limit) throws Exception {
    return Objects.requireNonNull(loop.runUntilComplete(() -> captureBelow(1, limit))).callStack();
  }

  private static FutureCallGraph captureBelow(int depth, Integer limit) {
    return captureHere(depth, limit);
  }

  private static FutureCallGraph captureHere(int depth, Integer limit) {
    return Asyncio.captureCallGraph(null, depth, limit);
  }

  @Test
  void withoutALoopAFutureMustBeGiven() {
    assertThatThrownBy(() -> Asyncio.captureCallGraph()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Asyncio.captureCallGraph(null, 0, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
    assertThat(capture(loop.createFuture()).awaitedBy()).isEmpty();
  }

  @Test
  void inACallbackThereIsNoGraph() throws Exception {
    Future<String> seen = loop.createFuture();
    loop.callSoon(
        () -> seen.setResult(Asyncio.captureCallGraph() + "," + Asyncio.formatCallGraph()));

    assertThat(loop.runUntilComplete(seen)).isEqualTo("null,");
  }

  @Test
  void aCombinatorOfOnesOwnCanTellWhoWaits() {
    Future<String> future = loop.createFuture();
    Future<String> waiter = loop.createFuture();

    Asyncio.futureAddToAwaitedBy(future, waiter);
    Asyncio.futureAddToAwaitedBy(future, waiter);
    assertThat(chainOf(future)).containsExactly("future");
    Asyncio.futureDiscardFromAwaitedBy(future, waiter);

    assertThat(chainOf(future)).isEmpty();
    future.setResult("");
    Asyncio.futureAddToAwaitedBy(future, waiter);
    assertThat(chainOf(future)).isEmpty();
  }

  @Test
  void aCircleOfWaitersEnds() {
    Future<String> a = loop.createFuture();
    Future<String> b = loop.createFuture();
    Asyncio.futureAddToAwaitedBy(a, b);
    Asyncio.futureAddToAwaitedBy(b, a);

    FutureCallGraph graph = capture(a);

    FutureCallGraph again = graph.awaitedBy().getFirst().awaitedBy().getFirst();
    assertThat(again.future()).isSameAs(a);
    assertThat(again.awaitedBy()).isEmpty();
  }

  @Test
  void whereACircleClosesTheTextSaysThatItIsAbove() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<Task<?>> known = loop.createFuture();
          Task<?> one = loop.createTask(() -> known.await().await(), "one");
          Task<?> two = loop.createTask(() -> one.await(), "two");
          Asyncio.sleep(Duration.ZERO);
          known.setResult(two);
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);

          assertThat(namesIn(Asyncio.formatCallGraph(one, 1, null)))
              .containsExactly("one", "two", "one (above)");
          assertThat(Asyncio.formatCallGraph(one, 1, null)).endsWith(" (above)");
          assertThat(namesIn(Asyncio.formatCallGraph(one, 1, 0)))
              .containsExactly("one", "two", "one (above)");
          one.cancel();
          Asyncio.wait(List.of(one, two));
        });
  }

  private static List<String> namesIn(String text) {
    return text.lines()
        .filter(line -> line.contains("* Task(name="))
        .map(line -> line.replaceAll(".*name='(.*)', id=0x[0-9a-f]+\\)", "$1"))
        .toList();
  }

  @Test
  void theTextIsIndentedAsAsynciosIs() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Task<String> child = loop.createTask(() -> innermost(future), "child");
          Task<?> parent = loop.createTask(() -> Asyncio.shield(child).await(), "parent");
          Asyncio.sleep(Duration.ZERO);

          List<String> lines =
              Asyncio.formatCallGraph(child, 1, 1)
                  .lines()
                  .map(line -> line.replaceAll("id=0x[0-9a-f]+", "id=ID"))
                  .map(line -> line.replaceAll("java:[0-9]+", "java:N"))
                  .toList();

          assertThat(lines)
              .containsExactly(
                  "* Task(name='child', id=ID)",
                  "  + Call stack:",
                  lines.get(2),
                  "  + Awaited by:",
                  "    * Future(id=ID)",
                  "      + Awaited by:",
                  "        * Task(name='parent', id=ID)",
                  "          + Call stack:",
                  lines.get(8));
          // A JVM with modules puts the name of this one before the class.
          assertThat(lines.get(2))
              .startsWith("  |   at ")
              .endsWith("callgraph.CallGraphTest.innermost(CallGraphTest.java:N)");
          assertThat(lines.get(8)).startsWith("          |   at ");
          future.setResult("");
          parent.await();
        });
  }

  @Test
  void printingWritesTheText() throws Exception {
    var bytes = new ByteArrayOutputStream();
    Future<String> future = loop.createFuture();

    Asyncio.printCallGraph(future, new PrintStream(bytes, true, StandardCharsets.UTF_8), 1, null);

    assertThat(bytes.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo(Asyncio.formatCallGraph(future, 1, null));
  }
}
