// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Random operations on a primitive and on its model at the same time (A6 of the fault catalogue).
///
/// Both write down what happens to whom, and the two logs must be the same after every iteration of
/// the loop, and so must the states. In the end nobody is cancelled any more, everything is
/// released, and every task must end.
///
/// The game is a task of the loop: what is queued when it yields runs before it goes on, exactly as
/// the turns of the model. No time passes.
abstract class Game {
  private static final int OPERATIONS = 200;
  private static final int MOST_WORKERS = 12;
  private static final int MOST_PASSES_TO_END = 1000;
  private static final int LINES_OF_LOG = 25;

  /// A task, its model, and a gate at which both may wait for the game.
  final class Worker {
    final int id;
    final Future<@Nullable Void> gate = loop.createFuture();
    @Nullable Task<?> task;
    @Nullable ModelTask model;
    private boolean gateOpen;
    private boolean atGate;

    Worker(int id) {
      this.id = id;
    }

    /// Opens the gate, for now and later.
    void open() {
      if (!gate.done()) {
        gate.setResult(null);
        gateOpen = true;
        if (atGate) {
          model.wake();
        }
      }
    }

    /// What the gate does to the model: a task that is cancelled there finds it open ever after.
    void modelGate(ModelTask.Next then) {
      if (gateOpen) {
        then.run(false);
        return;
      }
      atGate = true;
      model.suspend(
          cancelled -> {
            atGate = false;
            gateOpen = true;
            then.run(cancelled);
          });
    }

    void realGate() throws Exception {
      if (!gate.done()) {
        gate.await();
      }
    }

    boolean isDone() {
      return task.done();
    }
  }

  final EventLoop loop;
  final SplittableRandom random;
  final ModelTask.Turns turns = new ModelTask.Turns();
  final List<Worker> workers = new ArrayList<>();
  private final Log real = new Log();
  private final Log expected = new Log();
  private int compared;
  private int lastId;

  Game(EventLoop loop, SplittableRandom random) {
    this.loop = loop;
    this.random = random;
  }

  /// Plays one game for each seed on one loop.
  static void playAll(
      LoopKind kind, int seeds, BiFunction<EventLoop, SplittableRandom, Game> newGame)
      throws Exception {
    Long only = Long.getLong("io.github.asyncio4j.seed");
    long first = only != null ? only : 1;
    long last = only != null ? only : Long.getLong("io.github.asyncio4j.seeds", seeds);
    try (EventLoop loop = kind.newLoop()) {
      loop.runUntilComplete(
          () -> {
            for (long seed = first; seed <= last; seed++) {
              Game game = newGame.apply(loop, new SplittableRandom(seed));
              try {
                game.play();
              } catch (Exception | AssertionError e) {
                throw new AssertionError(
                    "-Dio.github.asyncio4j.seed=" + seed + ": " + e.getMessage() + game.logs(), e);
              }
            }
          });
    }
  }

  private void play() throws Exception {
    for (int i = 0; i < OPERATIONS; i++) {
      operate();
      for (int n = passes(); n > 0; n--) {
        pass();
      }
    }
    for (int n = 0; !allDone(); n++) {
      if (n > MOST_PASSES_TO_END) {
        throw new AssertionError("some never end");
      }
      releaseEverything();
      pass();
    }
    compare();
    checkEnd();
  }

  // Often none, so that much happens in one iteration; at times enough for all that is under way.
  private int passes() {
    int dice = random.nextInt(16);
    return dice < 7 ? 0 : dice < 13 ? 1 : dice < 15 ? 2 : 4;
  }

  private void pass() {
    Asyncio.sleep(Duration.ZERO);
    turns.pass();
    compare();
    workers.removeIf(Worker::isDone);
  }

  private boolean allDone() {
    return workers.isEmpty() && turns.isEmpty();
  }

  private void operate() throws Exception {
    int dice = random.nextInt(100);
    if (dice < 25 && !workers.isEmpty()) {
      Worker victim = workers.get(random.nextInt(workers.size()));
      for (int n = random.nextInt(8) == 0 ? 2 : 1; n > 0; n--) {
        victim.task.cancel();
        victim.model.cancel();
      }
    } else if (dice < 60 && workers.size() < MOST_WORKERS) {
      start();
    } else {
      touch();
    }
  }

  /// Starts a worker.
  abstract void start();

  /// Does something else to the primitive and its model.
  abstract void touch() throws Exception;

  /// Does what every worker may be waiting for.
  abstract void releaseEverything() throws Exception;

  abstract String realState();

  abstract String modelState();

  /// Checks what must hold when every worker has ended.
  void checkEnd() throws Exception {}

  /// What a worker does, for real.
  interface Body {
    void run(Worker worker) throws Exception;
  }

  /// What a worker does, in the model.
  interface ModelBody {
    void run(Worker worker);
  }

  final void start(Body body, ModelBody modelBody) {
    Worker worker = new Worker(++lastId);
    worker.task = loop.createTask(() -> body.run(worker));
    worker.model = new ModelTask(worker.id, turns, _ -> modelBody.run(worker));
    workers.add(worker);
  }

  final void real(Worker worker, Enum<?> event, int value) {
    real.add(worker.id, event, value);
  }

  final void expect(Worker worker, Enum<?> event, int value) {
    expected.add(worker.id, event, value);
  }

  private void compare() {
    int size = Math.max(real.size, expected.size);
    for (; compared < size; compared++) {
      if (!real.agreesAt(compared, expected)) {
        throw new AssertionError("the logs differ at " + compared);
      }
    }
    if (!realState().equals(modelState())) {
      assertThat(realState()).isEqualTo(modelState());
    }
  }

  private String logs() {
    return "\nreal:  " + real + "\nmodel: " + expected;
  }

  /// What happened to whom. Without objects of its own, since there are millions of entries.
  private static final class Log {
    private Enum<?>[] events = new Enum<?>[64];
    private int[] ids = new int[64];
    private int[] values = new int[64];
    private int size;

    void add(int id, Enum<?> event, int value) {
      if (size == events.length) {
        events = Arrays.copyOf(events, 2 * size);
        ids = Arrays.copyOf(ids, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      events[size] = event;
      ids[size] = id;
      values[size] = value;
      size++;
    }

    boolean agreesAt(int index, Log other) {
      return index < Math.min(size, other.size)
          && events[index] == other.events[index]
          && ids[index] == other.ids[index]
          && values[index] == other.values[index];
    }

    @Override
    public String toString() {
      var text = new StringBuilder();
      for (int i = Math.max(0, size - LINES_OF_LOG); i < size; i++) {
        text.append(i).append(": worker ").append(ids[i]).append(' ').append(events[i]);
        text.append(' ').append(values[i]).append("; ");
      }
      return text.toString();
    }
  }
}
