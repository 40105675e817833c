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

/// Random tasks that wait for an event that is set and cleared, against a model.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class EventModelTest {
  private final LoopKind kind;

  EventModelTest(LoopKind kind) {
    this.kind = kind;
  }

  // A6, SY-03
  @Test
  void everySetReleasesExactlyThoseWhoWait() throws Exception {
    Game.playAll(kind, Seeds.of(kind), EventGame::new);
  }

  private enum What {
    PASSED,
    CANCELLED
  }

  private static final class EventGame extends Game {
    private final Event event = new Event();

    // The model.
    private final List<ModelTask> line = new ArrayList<>();
    private boolean set;

    EventGame(EventLoop loop, SplittableRandom random) {
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
          event.await();
          real(worker, What.PASSED, round);
        } catch (CancelledError e) {
          real(worker, What.CANCELLED, round);
        }
      }
    }

    private void modelRound(Worker worker, int round) {
      if (round == 0) {
        return;
      }
      if (set) {
        leave(worker, round, What.PASSED);
        return;
      }
      line.add(worker.model);
      worker.model.suspend(
          cancelled -> {
            line.remove(worker.model);
            leave(worker, round, cancelled ? What.CANCELLED : What.PASSED);
          });
    }

    private void leave(Worker worker, int round, What what) {
      expect(worker, what, round);
      modelRound(worker, round - 1);
    }

    @Override
    void touch() {
      if (random.nextInt(3) == 0) {
        set();
      }
      if (random.nextInt(4) > 0) {
        event.clear();
        set = false;
      }
    }

    private void set() {
      event.set();
      if (!set) {
        set = true;
        line.forEach(ModelTask::wake);
      }
    }

    @Override
    void releaseEverything() {
      set();
    }

    @Override
    String realState() {
      return event.toString();
    }

    @Override
    String modelState() {
      String waiters = line.isEmpty() ? "" : ", waiters:" + line.size();
      return "<Event [" + (set ? "set" : "unset") + waiters + "]>";
    }

    @Override
    void checkEnd() {
      assertThat(event.isSet()).isEqualTo(set);
      assertThat(event.toString()).doesNotContain("waiters");
    }
  }
}
