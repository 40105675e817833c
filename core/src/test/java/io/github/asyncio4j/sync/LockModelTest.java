// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random tasks that lock, hold, are cancelled and unlock, against a model.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class LockModelTest {
  private final LoopKind kind;

  LockModelTest(LoopKind kind) {
    this.kind = kind;
  }

  // A6, SY-02
  @Test
  void whateverIsCancelledTheLockHasOneHolderAndIsHandedOnInOrder() throws Exception {
    Game.playAll(kind, Seeds.of(kind), LockGame::new);
  }

  private enum Event {
    GOT,
    CANCELLED,
    LEFT
  }

  private static final class LockGame extends Game {
    private final Lock lock = new Lock();
    private final ModelLock model = new ModelLock();
    private int holders;

    LockGame(EventLoop loop, SplittableRandom random) {
      super(loop, random);
    }

    @Override
    void start() {
      int rounds = random.nextInt(1, 4);
      boolean holds = random.nextInt(3) > 0;
      start(worker -> lockOften(worker, rounds, holds), w -> modelRound(w, rounds, holds));
    }

    private void lockOften(Worker worker, int rounds, boolean holds) throws Exception {
      for (int round = rounds; round > 0; round--) {
        try (var _ = lock.hold()) {
          holders++;
          if (holders != 1) {
            throw new AssertionError(holders + " hold the lock");
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

    private void modelRound(Worker worker, int round, boolean holds) {
      if (round == 0) {
        return;
      }
      model.acquire(
          worker.model,
          cancelled -> {
            if (cancelled) {
              leave(worker, round, holds, Event.CANCELLED);
              return;
            }
            expect(worker, Event.GOT, round);
            if (holds) {
              worker.modelGate(c -> unlock(worker, round, true, c));
            } else {
              unlock(worker, round, false, false);
            }
          });
    }

    private void unlock(Worker worker, int round, boolean holds, boolean cancelled) {
      model.release();
      leave(worker, round, holds, cancelled ? Event.CANCELLED : Event.LEFT);
    }

    private void leave(Worker worker, int round, boolean holds, Event how) {
      expect(worker, how, round);
      modelRound(worker, round - 1, holds);
    }

    @Override
    void touch() {
      if (!workers.isEmpty()) {
        workers.get(random.nextInt(workers.size())).open();
      }
    }

    @Override
    void releaseEverything() {
      workers.forEach(Worker::open);
    }

    @Override
    String realState() {
      return lock.toString();
    }

    @Override
    String modelState() {
      return "<Lock [" + model.describe() + "]>";
    }

    @Override
    void checkEnd() {
      assertThat(lock).hasToString("<Lock [unlocked]>");
      assertThat(holders).isZero();
    }
  }
}
