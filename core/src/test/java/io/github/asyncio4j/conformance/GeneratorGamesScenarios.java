// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/generator_games.py`.
final class GeneratorGamesScenarios {
  private static final int GAMES = 150;
  private static final Duration LONG = Duration.ofHours(1);

  private static Task<?> current() {
    return Asyncio.currentTask();
  }

  private static void failInAGroup(Stage stage) throws Exception {
    try {
      Asyncio.taskGroup(
          (TaskGroup group) -> {
            VoidCoroutine failing =
                () -> {
                  throw new Boom("child");
                };
            group.createTask(failing);
            Asyncio.sleep(LONG);
          });
    } catch (ExceptionGroup e) {
      stage.out("group failed, requests " + current().cancelling());
    }
  }

  private static void start(VoidCoroutine body) throws Exception {
    Asyncio.createTask(body).await();
  }

  @Scenario(
      value = {"EL-16", "R-42"},
      task = true)
  void aCancelThatIsPendingAtAnextOutlivesAFailedGroupOfTheBody(Stage stage) throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              failInAGroup(stage);
              out.yield(1);
            });
    VoidCoroutine consume =
        () -> {
          current().cancel();
          stage.out("value " + generator.anext() + ", requests " + current().cancelling());
          Asyncio.sleep(Duration.ZERO);
          stage.out("not reached");
        };
    Task<?> consumer = Asyncio.createTask(consume);
    Asyncio.wait(List.of(consumer));
    stage.out("cancelled " + consumer.cancelled());
    generator.aclose();
  }

  @Scenario(
      value = {"EL-16", "R-42", "TK-05"},
      task = true)
  void aCancelThatTheBodySwallowsDoesNotReachTheNextConsumer(Stage stage) throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                Asyncio.sleep(LONG);
              } catch (CancelledError e) {
                stage.out("swallowed");
              }
              out.yield(1);
              failInAGroup(stage);
              Asyncio.sleep(Duration.ZERO);
              out.yield(2);
            });
    start(
        () -> {
          current().cancel();
          stage.out("first " + generator.anext() + ", requests " + current().cancelling());
        });
    start(() -> stage.out("second " + generator.anext() + ", requests " + current().cancelling()));
    generator.aclose();
  }

  @Scenario(
      value = {"EL-16", "TK-05"},
      task = true)
  void theBodyTakesBackWhatItsConsumerWasCancelledBy(Stage stage) throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                Asyncio.sleep(LONG);
              } catch (CancelledError e) {
                stage.out("left " + current().uncancel());
              }
              out.yield(1);
            });
    start(
        () -> {
          current().cancel();
          stage.out("value " + generator.anext() + ", requests " + current().cancelling());
          current().cancel();
          stage.out("left " + current().uncancel());
          Asyncio.sleep(Duration.ZERO);
          stage.out("goes on");
        });
    generator.aclose();
  }

  @Scenario(
      value = {"EL-16", "R-37", "R-38", "R-41", "R-42", "R-43", "R-45", "TK-05"},
      task = true)
  void requestsToCancelCountTheSameOnBothSidesOfAYield(Stage stage) throws Exception {
    for (int seed = 0; seed < GAMES; seed++) {
      stage.out(seed + ": " + new Game(seed).play());
    }
  }

  /// Numbers that are the same in both languages.
  private static final class Dice {
    private long state;

    Dice(int seed) {
      state = seed * 7919L + 17;
    }

    int roll(int sides) {
      state = (state * 1103515245 + 12345) & 0x7FFFFFFF;
      return (int) ((state >> 8) % sides);
    }
  }

  /// One generator, two consumers one after the other, and who cancels them.
  private static final class Game {
    private final EventLoop loop = Asyncio.getRunningLoop();
    private final Dice dice;
    private final List<String> trace = new ArrayList<>();
    private int moves = 40;

    Game(int seed) {
      dice = new Dice(seed);
    }

    private void say(String text) {
      trace.add(text);
    }

    private void after(int iterations, Runnable call) {
      if (iterations == 0) {
        call.run();
      } else {
        loop.callSoon(() -> after(iterations - 1, call));
      }
    }

    private void pause() throws Exception {
      Future<@Nullable Void> future = loop.createFuture();
      after(
          1 + dice.roll(4),
          () -> {
            if (!future.done()) {
              future.setResult(null);
            }
          });
      future.await();
      say("p");
    }

    private void child() throws Exception {
      int turns = dice.roll(4);
      boolean fails = dice.roll(2) == 0;
      for (int i = 0; i < turns; i++) {
        Asyncio.sleep(Duration.ZERO);
      }
      if (fails) {
        throw new Boom("child");
      }
    }

    // What both a body and a consumer may do, none of which yields.
    private void move(int depth) throws Exception {
      moves--;
      if (moves < 0) {
        return;
      }
      int kind = dice.roll(10);
      if (kind < 2 || depth > 3) {
        pause();
        return;
      }
      switch (kind) {
        case 2 -> {
          Asyncio.sleep(Duration.ZERO);
          say("z");
        }
        case 3 -> say("n" + current().cancelling());
        case 4 -> {
          if (dice.roll(3) == 0) {
            current().cancel();
            say("C");
          }
        }
        case 5 -> {
          if (current().cancelling() > 0) {
            say("u" + current().uncancel());
          }
        }
        case 6 -> swallow(depth);
        case 7 -> group(depth);
        case 8 -> deadline(depth);
        default -> limited();
      }
    }

    private void movesOf(int depth) throws Exception {
      for (int i = 1 + dice.roll(3); i > 0; i--) {
        move(depth + 1);
      }
    }

    private void swallow(int depth) throws Exception {
      try {
        movesOf(depth);
      } catch (CancelledError e) {
        say("s");
      }
    }

    private void group(int depth) throws Exception {
      try {
        Asyncio.taskGroup(
            group -> {
              group.createTask((VoidCoroutine) this::child);
              movesOf(depth);
            });
        say("g");
      } catch (ExceptionGroup e) {
        say("G" + e.exceptions().size() + "n" + current().cancelling());
      }
    }

    private void deadline(int depth) throws Exception {
      Duration delay = dice.roll(2) == 0 ? null : Duration.ZERO;
      try {
        VoidCoroutine inside = () -> movesOf(depth);
        Asyncio.timeout(delay, inside);
        say("d");
      } catch (TimeoutException e) {
        say("D");
      }
    }

    private void limited() throws Exception {
      try {
        VoidCoroutine child = this::child;
        Asyncio.waitFor(Asyncio.createTask(child), Duration.ofHours(1));
        say("w");
      } catch (Boom e) {
        say("W");
      }
    }

    private AsyncGenerator<Integer> body(int depth) {
      return AsyncGenerator.of(out -> makeValues(depth, out));
    }

    private void makeValues(int depth, AsyncGenerator.Yielder<Integer> out) throws Exception {
      int count = 2 + dice.roll(4);
      for (int i = 0; i < count; i++) {
        int kind = dice.roll(6);
        if (kind == 0 && depth < 2) {
          passOn(depth, out);
        } else if (kind == 1) {
          try {
            move(depth);
            out.yield(i);
            move(depth);
          } catch (CancelledError e) {
            say("S");
          }
        } else {
          move(depth);
          out.yield(i);
        }
      }
    }

    private void passOn(int depth, AsyncGenerator.Yielder<Integer> out) throws Exception {
      AsyncGenerator<Integer> inner = body(depth + 1);
      try {
        for (int value : inner) {
          say("i" + value);
          out.yield(value);
          move(depth);
        }
      } finally {
        inner.aclose();
      }
    }

    private void consume(String name, AsyncGenerator<Integer> generator) throws Exception {
      say(name);
      try {
        for (int i = 1 + dice.roll(3); i > 0; i--) {
          if (dice.roll(3) == 0) {
            move(1);
          }
          int value = generator.anext(-1);
          say("=" + (value < 0 ? "end" : value));
        }
        say("o");
      } catch (CancelledError e) {
        say("c");
      }
      say("n" + current().cancelling());
      Asyncio.sleep(Duration.ZERO);
      say("e");
    }

    String play() throws Exception {
      AsyncGenerator<Integer> generator = body(0);
      for (String name : List.of("A", "B")) {
        VoidCoroutine consume = () -> consume(name, generator);
        Task<?> consumer = Asyncio.createTask(consume);
        for (int i = dice.roll(3); i > 0; i--) {
          after(dice.roll(9), consumer::cancel);
        }
        Asyncio.wait(List.of(consumer));
        say(consumer.cancelled() ? "X" : "Y");
        Throwable failure = consumer.cancelled() ? null : consumer.exception();
        if (failure != null) {
          say(failure.getClass().getSimpleName());
        }
      }
      try {
        generator.aclose();
        say("closed");
      } catch (IllegalStateException e) {
        say("ignored");
      } catch (CancelledError e) {
        say("cancelled");
      }
      // What is left of the children.
      for (int i = 0; i < 10; i++) {
        Asyncio.sleep(Duration.ZERO);
      }
      return String.join(" ", trace);
    }
  }
}
