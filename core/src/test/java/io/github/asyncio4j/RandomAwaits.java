// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.sync.Event;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Makes tasks that await a few things of random kinds and are cancelled at one of them. Loop
/// thread.
///
/// Tells what is wrong with any of them: who runs while another runs, in which thread, what is
/// thrown, what is left behind.
final class RandomAwaits {
  private enum Kind {
    YIELD,
    FUTURE,
    TIMER,
    GATHER,
    SHIELD,
    TASK,
    GROUP,
    DEADLINE,
    WAIT_FOR,
    LOCK,
    SEMAPHORE,
    EVENT,
    QUEUE,
    LATCH,
    LATCH_IN_GROUP;

    // They block in the JDK, which only some loops can wait for.
    private static final List<Kind> BLOCKING = List.of(LATCH, LATCH_IN_GROUP);
    private static final List<Kind> OTHERS =
        Arrays.stream(values()).filter(kind -> !BLOCKING.contains(kind)).toList();
    // Those that block are seldom drawn, for each costs two thread switches.
    private static final int BLOCKING_ONE_IN = 25;

    static Kind any(SplittableRandom random, boolean blocking) {
      boolean blocks = blocking && random.nextInt(BLOCKING_ONE_IN) == 0;
      List<Kind> kinds = blocks ? BLOCKING : OTHERS;
      return kinds.get(random.nextInt(kinds.size()));
    }
  }

  private final ClockedLoop loop;
  private final boolean blocking;
  private final Lock lock = new Lock();
  private final Semaphore semaphore = new Semaphore(2);
  private final Queue<Integer> queue = new Queue<>();
  private @Nullable Object inside;
  private @Nullable Object lockHolder;
  private int semaphoreHolders;
  private int put;
  private int got;
  private @Nullable String problem;

  /// Makes a source of tasks.
  ///
  /// @param blocking whether tasks may block in the JDK
  RandomAwaits(ClockedLoop loop, boolean blocking) {
    this.loop = loop;
    this.blocking = blocking;
  }

  /// Starts a task.
  Subject start(long seed, Runnable whenDone) {
    var subject = new Subject(new SplittableRandom(seed));
    subject.begin(whenDone);
    return subject;
  }

  /// Returns the first thing that was wrong, or null.
  @Nullable String problem() {
    return problem;
  }

  /// Tells what is wrong with what the tasks have shared, once all of them have ended.
  @Nullable String leftBehind() {
    if (lock.locked() || semaphore.locked() || semaphoreHolders != 0 || lockHolder != null) {
      return "held: " + lock + " " + semaphore;
    }
    if (put != got + queue.qsize()) {
      return put + " items put, " + got + " got, left " + queue.qsize();
    }
    return null;
  }

  private void differs(String text) {
    if (problem == null) {
      problem = text;
    }
  }

  private void after(int iterations, Runnable call) {
    loop.callSoon(
        () -> {
          if (Asyncio.currentTask(loop) != null) {
            differs("a callback runs as " + Asyncio.currentTask(loop));
          }
          if (iterations == 0) {
            call.run();
          } else {
            after(iterations - 1, call);
          }
        });
  }

  /// One task.
  final class Subject {
    private final SplittableRandom random;
    private final int awaits;
    private final int cancelledAt;
    private final boolean eager;
    private final List<Kind> kinds = new ArrayList<>();
    private @Nullable Task<?> task;
    private @Nullable Thread thread;
    private int cancels;
    private int finallyBlocks;
    private int ends;
    private int thrown;

    Subject(SplittableRandom random) {
      this.random = random;
      this.awaits = 1 + random.nextInt(5);
      // One before the first step, one after the last.
      this.cancelledAt = random.nextInt(awaits + 2) - 1;
      this.eager = random.nextInt(8) == 0;
    }

    private void expect(boolean condition, String text, @Nullable Object detail) {
      // The text is made only when it is needed: it costs more than the task.
      if (!condition) {
        differs(this + ": " + text + ": " + detail);
      }
    }

    private Task<?> task() {
      return Objects.requireNonNull(task);
    }

    private void begin(Runnable whenDone) {
      task = loop.createTask(this::body, TaskOptions.DEFAULT.eagerStart(eager));
      if (cancelledAt < 0) {
        cancel();
      }
      task.addDoneCallback(
          f -> {
            ends++;
            checkEnd();
            whenDone.run();
          });
    }

    private void cancel() {
      int before = task().cancelling();
      if (task().cancel()) {
        cancels++;
        expect(task().cancelling() == before + 1, "cancel() is not counted", before);
      } else {
        expect(task().done(), "cancel() was refused", before);
      }
    }

    private void checkEnd() {
      boolean started = thread != null;
      expect(ends == 1, "ends", ends);
      expect(finallyBlocks == (started ? 1 : 0), "finally blocks", finallyBlocks);
      expect(task().cancelled() == cancels > 0, "wrong end, requests", cancels);
      expect(task().cancelling() == cancels, "cancelling instead of", cancels);
      expect(thrown <= cancels, "times cancelled", thrown);
      expect(started == (cancelledAt >= 0 || eager), "has started", started);
      task().cancel();
      if (!task().cancelled()) {
        Throwable failure = task().exception();
        expect(failure == null, "failed", failure);
      }
    }

    private void body() throws Exception {
      thread = Thread.currentThread();
      if (task == null) {
        // Its eager first step.
        task = Task.currentTask();
      }
      enter();
      try {
        for (int i = 0; i < awaits; i++) {
          if (i == cancelledAt) {
            cancelSoon();
          }
          awaitAny(i == cancelledAt);
        }
        if (cancelledAt == awaits) {
          cancelSoon();
        }
      } finally {
        checkThread();
        finallyBlocks++;
        try {
          cleanUp();
        } finally {
          leave();
        }
      }
    }

    private void cancelSoon() {
      int delay = random.nextInt(4);
      after(delay, this::cancel);
      if (random.nextInt(6) == 0) {
        after(delay + random.nextInt(3), this::cancel);
      }
    }

    private void cleanUp() throws Exception {
      for (int i = random.nextInt(3); i > 0; i--) {
        suspend(
            () -> {
              Asyncio.sleep(Duration.ZERO);
              return null;
            });
      }
    }

    // Only one piece of code of a loop runs at a time, and each task in its own thread.

    private void enter() {
      expect(inside == null, "runs while another does", inside);
      inside = this;
      checkThread();
    }

    private void leave() {
      expect(inside == this, "another task ran meanwhile", inside);
      inside = null;
    }

    private void checkThread() {
      Thread current = Thread.currentThread();
      expect(current == thread, "runs in", current);
      Task<?> running = Task.currentTask();
      expect(running == task, "runs as", running);
      expect(loop.holdsLoop(), "runs beside the loop", current);
    }

    private <T extends @Nullable Object> T suspend(Callable<T> suspending) throws Exception {
      try {
        return call(suspending);
      } finally {
        expect(!Thread.currentThread().isInterrupted(), "is still interrupted", thread);
      }
    }

    private <T extends @Nullable Object> T call(Callable<T> call) throws Exception {
      leave();
      try {
        return call.call();
      } catch (CancelledError e) {
        thrown++;
        throw e;
      } finally {
        enter();
      }
    }

    // The kinds.

    private void awaitAny(boolean cancelled) throws Exception {
      Kind kind = Kind.any(random, blocking);
      kinds.add(kind);
      switch (kind) {
        case YIELD -> sleep(Duration.ZERO);
        case TIMER -> sleep(anyDuration());
        case FUTURE -> suspend(soon()::await);
        case GATHER -> gather();
        case SHIELD -> shield();
        case TASK -> suspend(child()::await);
        case GROUP -> group(false);
        case DEADLINE -> deadline();
        case WAIT_FOR -> suspend(() -> Asyncio.waitFor(child(), Duration.ofSeconds(9)));
        case LOCK -> lock();
        case SEMAPHORE -> semaphore();
        case EVENT -> event();
        case QUEUE -> queue();
        case LATCH -> block(cancelled);
        case LATCH_IN_GROUP -> group(true);
      }
    }

    private void gather() throws Exception {
      List<Future<? extends String>> parts = List.of(soon(), child(), soon());
      Future<?> all = random.nextBoolean() ? Asyncio.gather(parts) : Asyncio.gatherOutcomes(parts);
      suspend(() -> all.await());
    }

    private void shield() throws Exception {
      Future<String> inner = random.nextBoolean() ? soon() : child();
      inner.addDoneCallback(f -> expect(!f.cancelled(), "is not shielded", f));
      suspend(Asyncio.shield(inner)::await);
    }

    // While it is cancelled only the interrupt of the cancellation can end it.
    private void block(boolean cancelled) throws Exception {
      var latch = new CountDownLatch(1);
      after(cancelled ? 100 : random.nextInt(4), latch::countDown);
      call(
          () -> {
            latch.await();
            return null;
          });
      expect(!cancelled, "is not interrupted", latch);
    }

    private Duration anyDuration() {
      return Duration.ofNanos(1 + random.nextInt(2000));
    }

    private void sleep(Duration duration) throws Exception {
      suspend(
          () -> {
            Asyncio.sleep(duration);
            return null;
          });
    }

    private Future<String> soon() {
      Future<String> future = loop.createFuture();
      after(
          random.nextInt(4),
          () -> {
            if (!future.done()) {
              future.setResult("value");
            }
          });
      return future;
    }

    private Task<String> child() {
      int yields = random.nextInt(4);
      Duration last = random.nextBoolean() ? Duration.ZERO : anyDuration();
      boolean blocks = blocking && random.nextInt(Kind.BLOCKING_ONE_IN) == 0;
      return loop.createTask(
          () -> {
            if (blocks) {
              latch();
            }
            for (int i = 0; i < yields; i++) {
              Asyncio.sleep(Duration.ZERO);
            }
            return Asyncio.sleep(last, "value");
          },
          TaskOptions.DEFAULT.eagerStart(random.nextInt(4) == 0));
    }

    private void group(boolean blocks) throws Exception {
      int yields = random.nextInt(4);
      call(
          () ->
              new TaskGroup()
                  .run(
                      group -> {
                        for (int i = random.nextInt(3); i >= 0; i--) {
                          group.createTask(() -> Asyncio.sleep(anyDuration()));
                        }
                        for (int i = 0; i < yields; i++) {
                          Asyncio.sleep(Duration.ZERO);
                        }
                        return blocks ? latch() : "value";
                      }));
    }

    private void deadline() throws Exception {
      Future<String> future = soon();
      suspend(
          () ->
              Asyncio.timeout(
                  Duration.ofSeconds(9), () -> Asyncio.timeout(null, () -> future.await())));
    }

    private void lock() throws Exception {
      suspend(
          () -> {
            lock.acquire();
            return null;
          });
      expect(lockHolder == null, "two hold the lock", lockHolder);
      lockHolder = this;
      try {
        sleep(Duration.ZERO);
      } finally {
        lockHolder = null;
        lock.release();
      }
    }

    private void semaphore() throws Exception {
      suspend(
          () -> {
            semaphore.acquire();
            return null;
          });
      semaphoreHolders++;
      expect(semaphoreHolders <= 2, "hold the semaphore", semaphoreHolders);
      try {
        sleep(Duration.ZERO);
      } finally {
        semaphoreHolders--;
        semaphore.release();
      }
    }

    private void event() throws Exception {
      var event = new Event();
      after(random.nextInt(4), event::set);
      suspend(
          () -> {
            event.await();
            return null;
          });
    }

    private void queue() throws Exception {
      after(
          random.nextInt(4),
          () -> {
            queue.putNowait(++put);
          });
      suspend(queue::get);
      got++;
    }

    private String latch() throws InterruptedException {
      var latch = new CountDownLatch(1);
      after(random.nextInt(4), latch::countDown);
      latch.await();
      return "value";
    }

    @Override
    public String toString() {
      return "awaits " + kinds + " of " + awaits + ", cancelled at " + cancelledAt + ": " + task;
    }
  }
}
