// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What loops tell to who looks on from another thread. Other tests may have loops of their own in
/// this JVM.
final class InspectionTest {
  private static final int ID = 2;

  private static List<String[]> inspect(int mostDetailed) {
    var out = new StringWriter();
    try {
      Inspection.write(out, mostDetailed);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return out.toString().lines().map(line -> line.split("\t", -1)).toList();
  }

  private static List<String[]> ofKind(String kind, List<String[]> lines) {
    return lines.stream().filter(line -> line[0].equals(kind)).toList();
  }

  private static String[] lineOf(EventLoop loop, List<String[]> lines) {
    String id = "0x" + Integer.toHexString(System.identityHashCode(loop));
    return ofKind("loop", lines).stream().filter(l -> l[ID].equals(id)).findFirst().orElseThrow();
  }

  private static List<String[]> tasksOf(EventLoop loop, List<String[]> lines) {
    String number = lineOf(loop, lines)[1];
    return ofKind("task", lines).stream().filter(task -> task[3].equals(number)).toList();
  }

  private static CompletableFuture<Void> inThread(EventLoop loop) {
    return CompletableFuture.runAsync(
        loop::runForever, run -> Thread.ofPlatform().daemon().start(run));
  }

  @ParameterizedTest
  @EnumSource
  void aLoopWithNothingToDoWaitsInSelect(LoopKind kind) throws Exception {
    try (EventLoop loop = kind.newLoop()) {
      assertThat(lineOf(loop, inspect(10))[7]).isEqualTo("idle");
      CompletableFuture<Void> run = inThread(loop);
      while (!BaseEventLoop.require(loop).kernel.isAsleep()) {
        Thread.onSpinWait();
      }

      List<String[]> seen = inspect(10);

      assertThat(lineOf(loop, seen)[7]).isEqualTo("select");
      assertThat(lineOf(loop, seen)[8]).isEmpty();
      loop.callSoonThreadsafe(loop::stop);
      run.get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLoopThatTurnsDoesNotStandStillHoweverBusyItIs(LoopKind kind) throws Exception {
    try (EventLoop loop = kind.newLoop()) {
      var begun = new CountDownLatch(1);
      Task<?> task =
          loop.createTask(
              () -> {
                while (true) {
                  Asyncio.sleep(Duration.ZERO);
                  begun.countDown();
                }
              });
      CompletableFuture<Void> run = inThread(loop);
      begun.await();

      assertThat(lineOf(loop, inspect(10))[8]).isEmpty();
      loop.callSoonThreadsafe(
          () -> {
            task.addDoneCallback(_ -> loop.stop());
            task.cancel();
          });
      run.get();
    }
  }

  @Test
  void aLoopThatIsClosedIsNotToldOf() {
    EventLoop loop = LoopKind.NIO_BATON.newLoop();
    loop.close();

    assertThat(BaseEventLoop.ALL.toList()).doesNotContain((BaseEventLoop) loop);
  }

  @Test
  void theBodyOfAGeneratorIsWhereItsConsumerIs() throws Exception {
    try (EventLoop loop = LoopKind.NIO_BATON.newLoop()) {
      Future<Void> never = loop.createFuture();
      AsyncGenerator<String> values = AsyncGenerator.of(out -> never.await());
      Task<String> consumer = loop.createTask(values::anext, "consumer");
      loop.callSoon(() -> loop.callSoon(loop::stop));
      loop.runForever();

      List<String[]> seen = inspect(10);

      List<String[]> tasks = tasksOf(loop, seen);
      assertThat(tasks).hasSize(1);
      assertThat(tasks.getFirst()[4]).isEqualTo("consumer");
      assertThat(tasks.getFirst()[5]).isEqualTo("suspended");
      String[] future =
          ofKind("future", seen).stream()
              .filter(f -> f[1].equals(tasks.getFirst()[6]))
              .findFirst()
              .orElseThrow();
      assertThat(future[3]).as("who waits for it").isEqualTo(tasks.getFirst()[1]);
      never.cancel();
      loop.runUntilComplete(() -> Asyncio.wait(List.of(consumer)));
    }
  }

  @Test
  void ofManyTasksSomeAreDetailedAndMostAreCounted() throws Exception {
    EventLoop loop = LoopKind.NIO_BATON.newLoop();
    loop.setExceptionHandler((_, _) -> {});
    for (int i = 0; i < 100_005; i++) {
      loop.createTask(() -> null);
    }

    List<String[]> seen = inspect(7);

    assertThat(lineOf(loop, seen)[11]).isEqualTo("5");
    assertThat(tasksOf(loop, seen)).hasSize(100_000);
    assertThat(tasksOf(loop, seen)).filteredOn(task -> task[9].equals("detailed")).hasSize(7);
    loop.close();
  }

  // What it reads is written by another thread at that moment.
  @ParameterizedTest
  @EnumSource
  void tasksThatComeAndGoAreReadWithoutHarmToThemOrToTheReader(LoopKind kind) throws Exception {
    try (EventLoop loop = kind.newLoop()) {
      var stop = new CountDownLatch(1);
      CompletableFuture<Integer> rounds =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return loop.runUntilComplete(() -> churn(stop));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              run -> Thread.ofPlatform().daemon().start(run));
      for (int looks = Load.of(20, 1000); looks > 0; looks--) {
        for (String[] line : inspect(1000)) {
          int fields =
              switch (line[0]) {
                case "version" -> 2;
                case "loop" -> 12;
                case "task" -> 11;
                default -> 4;
              };
          assertThat(line.length).as(Arrays.toString(line)).isEqualTo(fields);
        }
      }
      stop.countDown();

      assertThat(rounds.get()).isPositive();
    }
  }

  private static int churn(CountDownLatch stop) throws Exception {
    EventLoop loop = Asyncio.getRunningLoop();
    int rounds = 0;
    do {
      Future<Integer> shared = loop.createFuture();
      var waiting = new ArrayList<Task<Integer>>();
      for (int i = 0; i < 50; i++) {
        waiting.add(loop.createTask(shared::await));
      }
      Task<Integer> sum =
          loop.createTask(
              () -> Asyncio.gather(waiting).await().stream().mapToInt(Integer::intValue).sum());
      AsyncGenerator<Integer> values =
          AsyncGenerator.of(
              out -> {
                for (int i = 0; i < 10; i++) {
                  Asyncio.sleep(Duration.ZERO);
                  out.yield(i);
                }
              });
      int last = 0;
      for (int value : values) {
        last = value;
      }
      shared.setResult(last);
      assertThat(sum.await()).isEqualTo(9 * 50);
      rounds++;
    } while (stop.getCount() > 0);
    return rounds;
  }
}
