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

/// Random tasks that meet at a barrier, are cancelled there, and find it reset or aborted, against
/// a model.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class BarrierModelTest {
  private final LoopKind kind;

  BarrierModelTest(LoopKind kind) {
    this.kind = kind;
  }

  // A6, SY-06
  @Test
  void whateverIsCancelledABarrierLetsPassOnlyFullRoundsAndEachPlaceOnce() throws Exception {
    Game.playAll(kind, Seeds.of(kind), BarrierGame::new);
  }

  private enum Event {
    PASSED,
    BROKEN,
    CANCELLED
  }

  private static final class BarrierGame extends Game {
    private final int parties = random.nextInt(1, 6);
    private final Barrier barrier = new Barrier(parties);
    // The places given in this round. The last to come is the first to go on.
    private final List<Integer> places = new ArrayList<>();

    // The model: who is inside, who stands outside; while the door is shut those inside leave.
    private final List<ModelTask> inside = new ArrayList<>();
    private final List<ModelTask> outside = new ArrayList<>();
    private boolean doorShut;
    private boolean passing;
    private boolean broken;
    private List<ModelTask> placesInModel = List.of();

    BarrierGame(EventLoop loop, SplittableRandom random) {
      super(loop, random);
    }

    @Override
    void start() {
      int rounds = random.nextInt(1, 4);
      start(worker -> work(worker, rounds), worker -> modelRound(worker, rounds));
    }

    private void work(Worker worker, int rounds) {
      for (int round = rounds; round > 0; round--) {
        try {
          int place = barrier.await();
          checkPlace(place);
          real(worker, Event.PASSED, place);
        } catch (BrokenBarrierError e) {
          real(worker, Event.BROKEN, round);
        } catch (CancelledError e) {
          real(worker, Event.CANCELLED, round);
        }
      }
    }

    private void checkPlace(int place) {
      boolean last = place == parties - 1;
      boolean inOrder = places.size() < 2 || place > places.getLast();
      if (last) {
        places.clear();
      } else if (!inOrder || place < 0 || place >= parties || places.contains(place)) {
        throw new AssertionError("place " + place + " of " + parties + " after " + places);
      }
      places.add(place);
    }

    private void modelRound(Worker worker, int round) {
      if (round == 0) {
        return;
      }
      if (doorShut) {
        outside.add(worker.model);
        worker.model.suspend(
            cancelled -> {
              outside.remove(worker.model);
              if (cancelled) {
                modelLeave(worker, round, Event.CANCELLED, round);
              } else {
                modelRound(worker, round);
              }
            });
      } else if (broken) {
        modelLeave(worker, round, Event.BROKEN, round);
      } else {
        modelEnter(worker, round);
      }
    }

    private void modelEnter(Worker worker, int round) {
      int last = parties - 1;
      if (inside.size() == last) {
        doorShut = last > 0;
        passing = true;
        placesInModel = List.copyOf(inside);
        inside.forEach(ModelTask::wake);
        modelLeave(worker, round, Event.PASSED, last);
        return;
      }
      inside.add(worker.model);
      worker.model.suspend(
          cancelled -> {
            boolean passes = doorShut && passing && !broken;
            int place = placesInModel.indexOf(worker.model);
            inside.remove(worker.model);
            if (inside.isEmpty() && doorShut) {
              doorShut = false;
              outside.forEach(ModelTask::wake);
            }
            if (cancelled) {
              modelLeave(worker, round, Event.CANCELLED, round);
            } else if (passes) {
              modelLeave(worker, round, Event.PASSED, place);
            } else {
              modelLeave(worker, round, Event.BROKEN, round);
            }
          });
    }

    private void modelLeave(Worker worker, int round, Event event, int value) {
      expect(worker, event, value);
      modelRound(worker, round - 1);
    }

    @Override
    void touch() {
      int dice = random.nextInt(12);
      if (dice < (broken ? 8 : 2)) {
        barrier.reset();
        modelReset();
      } else if (dice == 2) {
        barrier.abort();
        modelAbort();
      } else {
        start();
      }
    }

    private void modelReset() {
      broken = false;
      passing = false;
      doorShut = !inside.isEmpty();
      modelWakeAll();
    }

    private void modelAbort() {
      broken = true;
      passing = false;
      doorShut = false;
      modelWakeAll();
    }

    private void modelWakeAll() {
      inside.forEach(ModelTask::wake);
      outside.forEach(ModelTask::wake);
    }

    /// Those who are left do not fill a round, so others come to their help.
    @Override
    void releaseEverything() {
      if (broken) {
        barrier.reset();
        modelReset();
      }
      if (!doorShut && !inside.isEmpty()) {
        start(worker -> work(worker, 1), worker -> modelRound(worker, 1));
      }
    }

    @Override
    String realState() {
      return barrier.nWaiting() + " " + barrier.broken();
    }

    @Override
    String modelState() {
      return (doorShut || broken ? 0 : inside.size()) + " " + broken;
    }

    @Override
    void checkEnd() {
      assertThat(barrier.nWaiting()).isZero();
      assertThat(inside).isEmpty();
      assertThat(outside).isEmpty();
    }
  }
}
