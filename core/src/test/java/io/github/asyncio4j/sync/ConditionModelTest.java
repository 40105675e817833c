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

/// Random tasks that wait for signals, get them, are cancelled before, after and while they get the
/// lock again, against a model.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ConditionModelTest {
  private final LoopKind kind;

  ConditionModelTest(LoopKind kind) {
    this.kind = kind;
  }

  // A6, SY-04
  @Test
  void whateverIsCancelledNoSignalIsLostAndTheLockIsHeld() throws Exception {
    Game.playAll(kind, Seeds.of(kind), ConditionGame::new);
  }

  private enum Event {
    ENTERED,
    SIGNALLED,
    CANCELLED_WITH_LOCK,
    CANCELLED
  }

  private static final class ConditionGame extends Game {
    private final Condition condition = new Condition();
    private int holders;

    // The model.
    private final ModelLock lock = new ModelLock();
    private final List<ModelTask> line = new ArrayList<>();

    ConditionGame(EventLoop loop, SplittableRandom random) {
      super(loop, random);
    }

    @Override
    void start() {
      boolean signals = random.nextInt(3) == 0;
      int n = signals ? random.nextInt(4) : 0;
      boolean holds = random.nextInt(3) == 0;
      if (signals) {
        start(w -> signal(w, n, holds), w -> modelEnter(w, () -> modelSignal(w, n, holds)));
      } else {
        start(w -> await(w, holds), w -> modelEnter(w, () -> modelAwait(w, holds)));
      }
    }

    private void enter(Worker worker) {
      hold();
      real(worker, Event.ENTERED, 0);
    }

    private void hold() {
      holders++;
      if (holders != 1 || !condition.locked()) {
        throw new AssertionError(holders + " hold the lock");
      }
    }

    private void signal(Worker worker, int n, boolean holds) throws Exception {
      try (var _ = condition.hold()) {
        enter(worker);
        try {
          if (n == 3) {
            condition.signalAll();
          } else {
            condition.signal(n);
          }
          if (holds) {
            worker.realGate();
          }
        } finally {
          holders--;
        }
      } catch (CancelledError e) {
        real(worker, Event.CANCELLED, 0);
      }
    }

    private void await(Worker worker, boolean holds) throws Exception {
      try (var _ = condition.hold()) {
        enter(worker);
        holders--;
        try {
          condition.await();
          hold();
          real(worker, Event.SIGNALLED, 0);
        } catch (CancelledError e) {
          hold();
          real(worker, Event.CANCELLED_WITH_LOCK, 0);
        }
        try {
          if (holds) {
            worker.realGate();
          }
        } finally {
          holders--;
        }
      } catch (CancelledError e) {
        real(worker, Event.CANCELLED, 0);
      }
    }

    private void modelEnter(Worker worker, Runnable then) {
      lock.acquire(
          worker.model,
          cancelled -> {
            if (cancelled) {
              expect(worker, Event.CANCELLED, 0);
            } else {
              expect(worker, Event.ENTERED, 0);
              then.run();
            }
          });
    }

    private void modelSignal(Worker worker, int n, boolean holds) {
      modelWake(n == 3 ? Integer.MAX_VALUE : n);
      modelHold(worker, holds);
    }

    private void modelWake(int n) {
      int left = n;
      for (ModelTask task : line) {
        if (left > 0 && task.wake()) {
          left--;
        }
      }
    }

    private void modelHold(Worker worker, boolean holds) {
      if (!holds) {
        lock.release();
        return;
      }
      worker.modelGate(
          cancelled -> {
            lock.release();
            if (cancelled) {
              expect(worker, Event.CANCELLED, 0);
            }
          });
    }

    private void modelAwait(Worker worker, boolean holds) {
      line.add(worker.model);
      lock.release();
      worker.model.suspend(
          cancelled -> {
            line.remove(worker.model);
            modelAcquireAgain(worker, cancelled, worker.model.wasWoken(), holds);
          });
    }

    private void modelAcquireAgain(
        Worker worker, boolean cancelled, boolean signalled, boolean holds) {
      lock.acquire(
          worker.model,
          again -> {
            if (again) {
              modelAcquireAgain(worker, true, signalled, holds);
              return;
            }
            if (cancelled && signalled) {
              modelWake(1);
            }
            expect(worker, cancelled ? Event.CANCELLED_WITH_LOCK : Event.SIGNALLED, 0);
            modelHold(worker, holds);
          });
    }

    @Override
    void touch() {
      if (!workers.isEmpty() && random.nextBoolean()) {
        workers.get(random.nextInt(workers.size())).open();
      } else if (condition.locked()) {
        // Nobody asks who holds the lock.
        int n = random.nextInt(1, 3);
        condition.signal(n);
        modelWake(n);
      }
    }

    @Override
    void releaseEverything() {
      workers.forEach(Worker::open);
      if (condition.locked()) {
        condition.signalAll();
        modelWake(Integer.MAX_VALUE);
      } else if (!line.isEmpty()) {
        start(w -> signal(w, 3, false), w -> modelEnter(w, () -> modelSignal(w, 3, false)));
      }
    }

    @Override
    String realState() {
      return condition.toString();
    }

    @Override
    String modelState() {
      String waiters = line.isEmpty() ? "" : ", waiters:" + line.size();
      return "<Condition [" + (lock.locked ? "locked" : "unlocked") + waiters + "]>";
    }

    @Override
    void checkEnd() {
      assertThat(condition).hasToString("<Condition [unlocked]>");
    }
  }
}
