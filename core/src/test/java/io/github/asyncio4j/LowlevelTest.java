// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.MemoryNetwork;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.Wire;
import io.github.asyncio4j.testing.TestLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What layers above a loop are built on.
final class LowlevelTest {
  @ParameterizedTest
  @EnumSource(LoopKind.class)
  void aCheckpointLetsOneIterationPass(LoopKind kind) throws Exception {
    try (var loop = kind.newLoop()) {
      var order = new ArrayList<String>();
      loop.runUntilComplete(
          () -> {
            loop.callSoon(
                () -> {
                  order.add("first");
                  loop.callSoon(() -> order.add("third"));
                });
            Lowlevel.of(loop).checkpoint();
            order.add("second");
          });
      assertThat(order).containsExactly("first", "second", "third");
    }
  }

  @Test
  void aCheckpointThrowsThePendingCancellationAndRefusesWhoIsNoTask() throws Exception {
    try (var loop = new TestLoop()) {
      Task<?> task = loop.createTask(() -> Lowlevel.of(loop).checkpoint());
      loop.callSoon(task::cancel);
      assertThatThrownBy(() -> loop.runUntilComplete(task)).isInstanceOf(CancelledError.class);

      assertThatThrownBy(() -> Lowlevel.of(loop).checkpoint())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("checkpoint()");
      assertThatThrownBy(() -> Lowlevel.of(loop).ensureInTask("dial"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("dial()");
    }
  }

  @Test
  void aPostIsCalledOnceHoweverOftenItIsMadeBeforeItsTurnAndOnceMoreAfterIt() throws Exception {
    try (var loop = LoopKind.EPOLL_LOOP_THREAD.newLoop()) {
      var calls = new ArrayList<String>();
      ReusablePost post =
          Lowlevel.of(loop).newPost(() -> calls.add("called"), Context.copyContext());
      var other = Thread.ofPlatform().start(() -> List.of(1, 2, 3).forEach(_ -> post.post()));
      other.join();
      loop.runUntilComplete(
          () -> {
            Asyncio.sleep(Duration.ZERO);
            Asyncio.sleep(Duration.ZERO);
            assertThat(calls).hasSize(1);
            post.post();
            post.post();
            Asyncio.sleep(Duration.ZERO);
            Asyncio.sleep(Duration.ZERO);
            assertThat(calls).hasSize(2);
          });
    }
  }

  @Test
  void aPostThatFindsNoMemoryIsCalledAgainAndNobodyReportsIt() throws Exception {
    try (var loop = LoopKind.EPOLL_LOOP_THREAD.newLoop()) {
      var reports = new ArrayList<ExceptionContext>();
      loop.setExceptionHandler((_, context) -> reports.add(context));
      Future<String> done = loop.createFuture();
      var tries = new int[1];
      var givenUp = new int[1];
      Lowlevel.of(loop).onOutOfMemory(() -> givenUp[0]++);
      ReusablePost post =
          Lowlevel.of(loop)
              .newPost(
                  () -> {
                    if (++tries[0] < 3) {
                      throw new OutOfMemoryError("injected");
                    }
                    done.setResult("third");
                  },
                  Context.copyContext());
      post.post();

      assertThat(loop.runUntilComplete(done)).isEqualTo("third");
      assertThat(givenUp[0]).isEqualTo(2);
      assertThat(reports).isEmpty();
    }
  }

  @Test
  void aPostToALoopThatIsClosedIsNobodysBusiness() {
    var loop = LoopKind.EPOLL_LOOP_THREAD.newLoop();
    ReusablePost post = Lowlevel.of(loop).newPost(() -> {}, Context.copyContext());
    loop.close();

    post.post();
  }

  @Test
  void thereIsOneDoorForEachLoop() {
    try (var loop = new TestLoop();
        var other = new TestLoop()) {
      assertThat(Lowlevel.of(loop)).isSameAs(Lowlevel.of(loop)).isNotSameAs(Lowlevel.of(other));
      assertThat(Lowlevel.of(loop).loop()).isSameAs(loop);
    }
  }

  @ParameterizedTest
  @EnumSource(LoopKind.class)
  void aWatchCallsBackWhenItsDescriptorIsReadable(LoopKind kind) throws Exception {
    Pipe pipe = Pipe.open();
    try (var loop = kind.newLoop();
        var source = pipe.source();
        var sink = pipe.sink()) {
      source.configureBlocking(false);
      Future<String> got = loop.createFuture();
      IoWatch.Owner owner = () -> {};
      IoWatch watch =
          Lowlevel.of(loop)
              .watch(Pollable.of(source), owner, () -> got.trySetResult("readable"), () -> {});
      watch.reading(true);
      sink.write(ByteBuffer.wrap(new byte[1]));

      assertThat(loop.runUntilComplete(got)).isEqualTo("readable");
      assertThatThrownBy(() -> loop.addReader(source, () -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is used by");
      watch.close();
    }
  }

  @ParameterizedTest
  @EnumSource(LoopKind.class)
  void everyLoopWatchesSocketsInMemory(LoopKind kind) throws Exception {
    try (var loop = kind.newLoop()) {
      assertThat(readInMemory(loop)).containsExactly("ab", "c");
    }
  }

  @Test
  void aTestLoopWatchesSocketsInMemory() throws Exception {
    try (var loop = new TestLoop()) {
      assertThat(readInMemory(loop)).containsExactly("ab", "c");
      assertThat(loop.time()).isZero();
    }
  }

  private static List<String> readInMemory(EventLoop loop) throws Exception {
    List<Socket> pair = new MemoryNetwork(() -> Wire.DIRECT).pair();
    var received = new ArrayList<String>();
    Future<String> done = loop.createFuture();
    Socket reading = pair.get(1);
    loop.addReader(
        reading,
        () -> {
          var into = ByteBuffer.allocate(2);
          try {
            if (reading.recv(into) < 0) {
              loop.removeReader(reading);
              done.setResult("end");
            } else {
              received.add(new String(into.array(), 0, into.position(), US_ASCII));
            }
          } catch (IOException e) {
            done.setException(e);
          }
        });
    loop.callSoon(
        () -> {
          try {
            pair.get(0).send(ByteBuffer.wrap("abc".getBytes(US_ASCII)));
            pair.get(0).close();
          } catch (IOException e) {
            done.setException(e);
          }
        });
    loop.runUntilComplete(done);
    reading.close();
    return received;
  }

  @Test
  void aReusableHandleRunsOnceForEachIterationInWhichItIsQueuedAndSeesItsContext() {
    ContextVar<String> var = ContextVar.of("var");
    try (var loop = new TestLoop()) {
      var context = new Context();
      context.run(() -> var.set("own"));
      List<String> seen = new ArrayList<>();
      ReusableHandle handle = Lowlevel.of(loop).newHandle(() -> seen.add(var.get()), context);

      assertThat(handle.callSoon()).isTrue();
      assertThat(handle.callSoon()).isFalse();
      loop.runUntilIdle();
      assertThat(seen).containsExactly("own");

      assertThat(handle.callSoon()).isTrue();
      loop.runUntilIdle();
      assertThat(seen).containsExactly("own", "own");

      handle.callSoon();
      handle.cancel();
      assertThat(handle.callSoon()).isFalse();
      loop.runUntilIdle();
      assertThat(seen).hasSize(2);
    }
  }

  @Test
  void aReusableHandleMayQueueItselfAgain() {
    try (var loop = new TestLoop()) {
      var handles = new ReusableHandle[1];
      var runs = new int[1];
      handles[0] =
          Lowlevel.of(loop)
              .newHandle(
                  () -> {
                    if (++runs[0] < 3) {
                      handles[0].callSoon();
                    }
                  },
                  new Context());
      handles[0].callSoon();
      loop.runUntilIdle();
      assertThat(runs[0]).isEqualTo(3);
    }
  }

  @Test
  void aLoopLocalIsMadeOnceForEachLoop() {
    LoopLocal<List<EventLoop>> local = new LoopLocal<>(loop -> new ArrayList<>(List.of(loop)));
    try (var loop = new TestLoop();
        var other = new TestLoop()) {
      assertThat(local.get(loop)).isSameAs(local.get(loop)).containsExactly(loop);
      assertThat(local.get(other)).containsExactly(other);
    }
  }

  @Test
  void joinThrowsWhatIsUncheckedAsItIsAndWrapsTheRest() throws Exception {
    try (var loop = new TestLoop()) {
      var io = new IOException("io");
      var checked = new Exception("checked");
      var unchecked = new IllegalStateException("unchecked");
      loop.runUntilComplete(
          () -> {
            assertThatThrownBy(() -> Future.failed(io).join())
                .isInstanceOf(UncheckedIOException.class)
                .hasCause(io);
            assertThatThrownBy(() -> Future.failed(checked).join())
                .isInstanceOf(CompletionException.class)
                .hasCause(checked);
            assertThatThrownBy(() -> Future.failed(unchecked).join()).isSameAs(unchecked);
            assertThat(Future.completed("value").join()).isEqualTo("value");
            Future<String> later = loop.createFuture();
            loop.callLater(Duration.ofSeconds(1), () -> later.setResult("later"));
            assertThat(later.join()).isEqualTo("later");
          });
    }
  }

  @Test
  void trySetResultTellsWhetherItWasSet() {
    Future<String> left;
    try (var loop = new TestLoop()) {
      Future<String> future = loop.createFuture();
      assertThat(future.trySetResult("first")).isTrue();
      assertThat(future.trySetResult("second")).isFalse();
      assertThat(future.join()).isEqualTo("first");

      Future<String> cancelled = loop.createFuture();
      cancelled.cancel();
      assertThat(cancelled.trySetResult("late")).isFalse();

      Task<String> task = loop.createTask(() -> "own");
      assertThatThrownBy(() -> task.trySetResult("foreign"))
          .isInstanceOf(IllegalStateException.class);
      left = loop.createFuture();
      task.cancel();
    }
    assertThat(left.trySetResult("closed")).isFalse();
  }

  @ParameterizedTest
  @EnumSource(LoopKind.class)
  void aPostedCallbackRunsOrIsToldThatItsLoopIsClosed(LoopKind kind) throws Exception {
    var calls = new ArrayList<String>();
    Lowlevel lowlevel;
    try (var loop = kind.newLoop()) {
      lowlevel = Lowlevel.of(loop);
      assertThat(lowlevel.post(() -> calls.add("ran"), () -> calls.add("wrong"))).isTrue();
      Lowlevel door = lowlevel;
      loop.runUntilComplete(door::checkpoint);
      assertThat(calls).containsExactly("ran");

      Runnable fails =
          () -> {
            throw new IllegalStateException("ignored");
          };
      assertThat(lowlevel.post(() -> calls.add("wrong"), fails)).isTrue();
      assertThat(lowlevel.post(() -> calls.add("wrong"), () -> calls.add("told"))).isTrue();
    }
    assertThat(calls).containsExactly("ran", "told");
    assertThat(lowlevel.post(() -> calls.add("late"), () -> calls.add("late"))).isFalse();
    assertThat(calls).containsExactly("ran", "told");
  }

  @Test
  void toCancelAGatheringFutureIsToCancelWhatItStandsFor() throws Exception {
    try (var loop = new TestLoop()) {
      Future<String> one = loop.createFuture();
      Future<String> other = loop.createFuture();
      var told = new ArrayList<String>();
      var gathered =
          new Lowlevel.Gathered() {
            @Override
            public Iterator<Future<String>> children() {
              return List.of(one, other).iterator();
            }

            @Override
            public void cancelRequested() {
              told.add("requested");
            }
          };
      Future<String> both = Lowlevel.of(loop).newGatheringFuture(gathered);
      one.setResult("done");

      assertThat(both.cancel("enough")).isTrue();

      assertThat(told).containsExactly("requested");
      assertThat(other.cancelled()).isTrue();
      assertThat(both.done()).isFalse();
      // Nothing is left to be cancelled.
      assertThat(both.cancel()).isFalse();
      both.setResult("all the same");
      assertThat(loop.runUntilComplete(both)).isEqualTo("all the same");
    }
  }

  @Test
  void aCallbackThatIsAnAwaiterIsInTheCallGraph() throws Exception {
    record Told(Future<?> awaiter) implements Consumer<Future<?>>, Awaiter {
      @Override
      public void accept(Future<?> future) {}
    }
    try (var loop = new TestLoop()) {
      Future<String> inner = loop.createFuture();
      Future<String> outer = loop.createFuture();
      inner.addDoneCallback(new Told(outer));

      FutureCallGraph graph = FutureCallGraph.capture(inner, 1, null);

      assertThat(graph.awaitedBy()).extracting(FutureCallGraph::future).containsExactly(outer);
    }
  }

  @Test
  void aCancellationAndTheConsumerOfAGeneratorAreKnownByTheirTask() throws Exception {
    try (var loop = new TestLoop()) {
      loop.runUntilComplete(
          () -> {
            Task<?> consumer = Task.currentTask();
            assertThat(Lowlevel.driverOf(consumer)).isSameAs(consumer);
            assertThat(Lowlevel.isCancellation(new CancelledError())).isTrue();
            assertThat(Lowlevel.isCancellation(new InterruptedException())).isFalse();
            assertThat(Lowlevel.of(loop).holdsLoop()).isTrue();
            try (var drivers =
                AsyncGenerator.of(out -> out.yield(Lowlevel.driverOf(Task.currentTask())))) {
              assertThat(drivers.anext()).isSameAs(consumer);
            }
          });
      assertThat(Lowlevel.of(loop).holdsLoop()).isFalse();
      assertThatThrownBy(() -> Lowlevel.isCancellation(new CancelledError()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("isCancellation()");
    }
  }
}
