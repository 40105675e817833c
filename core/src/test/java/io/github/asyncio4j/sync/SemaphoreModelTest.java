// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random tasks that take permits, keep them, are cancelled and give them back, against a model.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SemaphoreModelTest {
  private final LoopKind kind;

  SemaphoreModelTest(LoopKind kind) {
    this.kind = kind;
  }

  // A6, SY-05
  @Test
  void whateverIsCancelledPermitsAreConservedAndGrantedInOrder() throws Exception {
    Game.playAll(kind, Seeds.of(kind), SemaphoreGame::new);
  }

  private enum Event {
    GOT,
    CANCELLED,
    LEFT
  }

  private static final class SemaphoreGame extends Game {
    private final int initial = random.nextInt(4);
    private final boolean bounded = random.nextBoolean();
    private final Semaphore semaphore =
        bounded ? new BoundedSemaphore(initial) : new Semaphore(initial);
    private int holders;
    private int added;

    // The model.
    private final List<ModelTask> line = new ArrayList<>();
    private int free = initial;

    SemaphoreGame(EventLoop loop, SplittableRandom random) {
      super(loop, random);
    }

    @Override
    void start() {
      int rounds = random.nextInt(1, 4);
      boolean holds = random.nextInt(3) > 0;
      start(worker -> work(worker, rounds, holds), w -> modelRound(w, rounds, holds));
    }

    private void work(Worker worker, int rounds, boolean holds) throws Exception {
      for (int round = rounds; round > 0; round--) {
        try (var _ = semaphore.hold()) {
          holders++;
          if (holders > initial + added) {
            throw new AssertionError(holders + " have one of " + (initial + added));
          }
          real(worker, Event.GOT, round);
          try {
            if (holds) {
              worker.realGate();
            }
          } finally {
            holders--;
          }
        } catch (CancelledError e) {
          real(worker, Event.CANCELLED, round);
          continue;
        }
        real(worker, Event.LEFT, round);
      }
    }

    private boolean modelLocked() {
      return free == 0 || line.stream().anyMatch(ModelLock::isLive);
    }

    private boolean modelGrant() {
      for (ModelTask task : line) {
        if (task.wake()) {
          free--;
          return true;
        }
      }
      return false;
    }

    private void modelRound(Worker worker, int round, boolean holds) {
      if (round == 0) {
        return;
      }
      if (!modelLocked()) {
        free--;
        modelGot(worker, round, holds);
        return;
      }
      line.add(worker.model);
      worker.model.suspend(
          cancelled -> {
            line.remove(worker.model);
            if (cancelled && worker.model.wasWoken()) {
              free++;
            }
            while (free > 0 && modelGrant()) {}
            if (cancelled) {
              leave(worker, round, holds, Event.CANCELLED);
            } else {
              modelGot(worker, round, holds);
            }
          });
    }

    private void modelGot(Worker worker, int round, boolean holds) {
      expect(worker, Event.GOT, round);
      if (holds) {
        worker.modelGate(c -> giveBack(worker, round, true, c));
      } else {
        giveBack(worker, round, false, false);
      }
    }

    private void giveBack(Worker worker, int round, boolean holds, boolean cancelled) {
      free++;
      modelGrant();
      leave(worker, round, holds, cancelled ? Event.CANCELLED : Event.LEFT);
    }

    private void leave(Worker worker, int round, boolean holds, Event how) {
      expect(worker, how, round);
      modelRound(worker, round - 1, holds);
    }

    @Override
    void touch() {
      if (random.nextInt(12) == 0) {
        release();
      } else if (!workers.isEmpty()) {
        workers.get(random.nextInt(workers.size())).open();
      }
    }

    // A permit that nobody has taken. One that is bounded refuses it when none is missing.
    private void release() {
      if (bounded) {
        boolean refused = false;
        if (free >= initial) {
          try {
            semaphore.release();
          } catch (IllegalArgumentException e) {
            refused = true;
          }
          assertThat(refused).isTrue();
        }
        return;
      }
      semaphore.release();
      added++;
      free++;
      modelGrant();
    }

    @Override
    void releaseEverything() {
      if (!bounded && initial + added == 0) {
        release();
      }
      workers.forEach(Worker::open);
      if (bounded && initial == 0) {
        // Nobody will ever get anything here.
        workers.forEach(
            worker -> {
              worker.task.cancel();
              worker.model.cancel();
            });
      }
    }

    @Override
    String realState() {
      return semaphore.toString();
    }

    @Override
    String modelState() {
      String state = modelLocked() ? "locked" : "unlocked, value:" + free;
      String waiters = line.isEmpty() ? "" : ", waiters:" + line.size();
      return (bounded ? "<BoundedSemaphore [" : "<Semaphore [") + state + waiters + "]>";
    }

    @Override
    void checkEnd() {
      assertThat(holders).isZero();
      assertThat(semaphore.value()).isEqualTo(initial + added);
    }
  }
}
