// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.SHORT;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The twins of `conformance/python/staggered.py`.
final class StaggeredScenarios {
  /// Prints winner, index and exceptions.
  private static void race(Stage stage, List<Coroutine<String>> racers, Duration delay)
      throws Exception {
    var result = Asyncio.staggeredRace(racers, delay);
    stage.out(
        "winner "
            + Words.show(result.winner())
            + ", index "
            + Words.show(result.winnerIndex())
            + ", exceptions "
            + Words.show(result.exceptions()));
  }

  private static Coroutine<String> failing(Stage stage, String name) {
    return () -> {
      stage.out(name + " starts");
      throw new Boom(name);
    };
  }

  private static Coroutine<String> succeeding(Stage stage, String name) {
    return () -> {
      stage.out(name + " starts");
      return name;
    };
  }

  @Scenario(value = "TC-13", task = true)
  void aRaceIsOverWhenTheFirstHasWon(Stage stage) throws Exception {
    race(stage, List.of(succeeding(stage, "a"), succeeding(stage, "b")), LONG);
  }

  @Scenario(value = "TC-13", task = true)
  void aFailureStartsTheNextRacerAtOnce(Stage stage) throws Exception {
    race(stage, List.of(failing(stage, "a"), failing(stage, "b"), succeeding(stage, "c")), LONG);
  }

  @Scenario(value = "TC-13", task = true)
  void aRaceThatAllLoseHasNoWinnerAndAllExceptions(Stage stage) throws Exception {
    race(stage, List.of(failing(stage, "a"), failing(stage, "b"), failing(stage, "c")), LONG);
    race(stage, List.of(failing(stage, "d")), null);
  }

  @Scenario(value = "TC-13", task = true)
  void aRaceOfNobodyHasNoWinner(Stage stage) throws Exception {
    race(stage, List.of(), LONG);
  }

  @Scenario(value = "TC-13", task = true)
  void aSlowRacerIsJoinedByTheNextAndCancelledWhenThatWins(Stage stage) throws Exception {
    Coroutine<String> slow =
        () -> {
          stage.out("slow starts");
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("slow cleans up");
          }
          return null;
        };
    race(stage, List.of(slow, succeeding(stage, "fast"), succeeding(stage, "unused")), SHORT);
  }

  @Scenario(value = "TC-13", task = true)
  void theEarlierOfTwoRunningRacersMayWin(Stage stage) throws Exception {
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<String> first =
        () -> {
          stage.out("first starts");
          gate.await();
          return "first";
        };
    Coroutine<String> second =
        () -> {
          stage.out("second starts");
          gate.setResult(null);
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("second cleans up");
          }
          return null;
        };
    race(stage, List.of(first, second), SHORT);
  }

  @Scenario(value = "TC-13", task = true)
  void exceptionsOfARaceAreInTheOrderOfTheRacers(Stage stage) throws Exception {
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<String> first =
        () -> {
          gate.await();
          throw new Boom("first, which fails last");
        };
    Coroutine<String> last =
        () -> {
          gate.setResult(null);
          throw new Boom("last");
        };
    race(stage, List.of(first, failing(stage, "middle"), last), SHORT);
  }

  @Scenario(value = "TC-13", task = true)
  void withoutADelayTheRacersRunOneAfterTheOther(Stage stage) throws Exception {
    Coroutine<String> slow =
        () -> {
          stage.out("slow starts");
          Asyncio.sleep(SHORT);
          stage.out("slow fails");
          throw new Boom("slow");
        };
    race(stage, List.of(slow, succeeding(stage, "next")), null);
  }

  @Scenario(value = "TC-13", task = true)
  void theIndexTellsAWinnerWithoutAValue(Stage stage) throws Exception {
    Coroutine<String> succeed = () -> null;
    race(stage, List.of(failing(stage, "a"), succeed), null);
  }

  @Scenario(value = "TC-13", task = true)
  void aRaceWaitsForTheCleanUpOfTheLosers(Stage stage) throws Exception {
    Coroutine<String> slow =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up starts");
            settle();
            stage.out("clean up ends");
          }
          return null;
        };
    race(stage, List.of(slow, succeeding(stage, "fast")), SHORT);
  }

  @Scenario(
      value = {"TC-13", "TK-06"},
      task = true)
  void aLoserMayAnswerItsCancelWithAnError(Stage stage) throws Exception {
    Coroutine<String> slow =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            throw new Boom("clean up");
          }
          return null;
        };
    race(stage, List.of(slow, succeeding(stage, "fast")), SHORT);
  }

  @Scenario(
      value = {"TC-13", "R-37"},
      task = true)
  void aCancelledRaceCancelsItsRacersAndStartsNoMore(Stage stage) {
    var lines = new ArrayList<String>();
    Coroutine<String> slow =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            lines.add("slow cleans up");
          }
          return null;
        };
    VoidCoroutine body =
        () -> Asyncio.staggeredRace(List.of(slow, succeeding(stage, "unused")), LONG);
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("race", () -> task.await());
    settle();
    stage.out(Words.show(lines));
  }

  @Scenario(
      value = {"TC-13", "TC-02"},
      task = true)
  void aRaceCanBeLimitedByATimeout(Stage stage) {
    Coroutine<String> slow =
        () -> {
          Asyncio.sleep(LONG);
          return null;
        };
    VoidCoroutine body = () -> Asyncio.staggeredRace(List.of(slow, slow), Duration.ofMillis(1));
    stage.attempt("race", () -> Asyncio.waitFor(body, SHORT));
  }
}
