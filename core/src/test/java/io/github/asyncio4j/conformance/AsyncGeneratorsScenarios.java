// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.GeneratorExit;
import io.github.asyncio4j.RunnerOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/// The twins of `conformance/python/async_generators.py`.
final class AsyncGeneratorsScenarios {
  private static final Duration LONG = Duration.ofHours(1);
  private static final ContextVar<String> VALUE = ContextVar.of("VALUE", "default");

  /// Prints the next value of a generator, `end`, or the word for what it throws.
  private static void attemptNext(Stage stage, String label, AsyncGenerator<?> generator) {
    try {
      stage.out(label + ": " + Words.show(generator.anext()));
    } catch (NoSuchElementException e) {
      stage.out(label + ": end");
    } catch (Throwable t) {
      stage.out(label + ": " + Words.word(t));
    }
  }

  private static void pause() {
    Asyncio.sleep(Duration.ZERO);
  }

  private static AsyncGenerator<Integer> counting(Stage stage, int end) {
    return AsyncGenerator.of(
        out -> {
          try {
            for (int i = 0; i < end; i++) {
              stage.out("make " + i);
              out.yield(i);
            }
          } catch (GeneratorExit e) {
            stage.out("exit");
            throw e;
          } finally {
            stage.out("clean up");
          }
        });
  }

  @Scenario(value = "EL-16", task = true)
  void aGeneratorMakesAValueWhenItIsAskedFor(Stage stage) {
    var generator = counting(stage, 2);
    settle();
    stage.out("ask");
    attemptNext(stage, "first", generator);
    settle();
    stage.out("ask");
    attemptNext(stage, "second", generator);
    stage.out("ask");
    attemptNext(stage, "third", generator);
    attemptNext(stage, "fourth", generator);
  }

  @Scenario(
      value = {"EL-16", "R-35"},
      task = true)
  void aGeneratorThatDoesNotSuspendCostsNoIteration(Stage stage) {
    stage.loop().callSoon(() -> stage.out("next iteration"));
    for (int i : counting(stage, 3)) {
      stage.out("take " + i);
    }
    pause();
  }

  @Scenario(
      value = {"EL-16", "R-33"},
      task = true)
  void aValueMadeAfterAWaitArrivesInTheSameIteration(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var gates = new ArrayList<Future<Integer>>();
    for (int i = 0; i < 3; i++) {
      gates.add(loop.createFuture());
    }
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              for (Future<Integer> gate : gates) {
                out.yield(gate.await());
              }
            });
    VoidCoroutine consume = () -> generator.forEach(value -> stage.out("take " + value));
    var task = Asyncio.createTask(consume);
    settle();
    for (int i = 0; i < gates.size(); i++) {
      stage.out("set " + i);
      gates.get(i).setResult(i);
      follow(stage, loop, 0);
      settle(8);
    }
    task.await();
  }

  private static void follow(Stage stage, EventLoop loop, int n) {
    stage.out("iteration " + n);
    if (n < 5) {
      loop.callSoon(() -> follow(stage, loop, n + 1));
    }
  }

  @Scenario(
      value = {"EL-16", "R-36"},
      task = true)
  void twoConsumersOfTwoGeneratorsTakeTurns(Stage stage) throws Exception {
    Asyncio.gather(
            List.of(
                Asyncio.createTask(takingTurns(stage, "a")),
                Asyncio.createTask(takingTurns(stage, "b"))))
        .await();
  }

  private static VoidCoroutine takingTurns(Stage stage, String name) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              for (int i = 0; i < 3; i++) {
                pause();
                stage.out(name + " makes " + i);
                out.yield(i);
              }
            });
    return () -> {
      for (int i : generator) {
        stage.out(name + " takes " + i);
        pause();
      }
    };
  }

  @Scenario(value = "EL-16", task = true)
  void anExceptionOfTheBodyEndsTheGenerator(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              out.yield(1);
              throw new Boom("body");
            });
    for (String label : List.of("first", "second", "third")) {
      attemptNext(stage, label, generator);
    }
    stage.attempt("close", generator::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void aBodyCannotFeignItsEndByAnException(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              out.yield(1);
              throw new NoSuchElementException();
            });
    attemptNext(stage, "first", generator);
    attemptNext(stage, "second", generator);
    attemptNext(stage, "third", generator);
  }

  @Scenario(value = "EL-16", task = true)
  void anextTakesAValueForTheEnd(Stage stage) {
    var generator = counting(stage, 1);
    stage.attempt("first", () -> generator.anext(9));
    stage.attempt("second", () -> generator.anext(9));
    stage.attempt("third", () -> generator.anext(9));
  }

  @Scenario(value = "EL-16", task = true)
  void closingAGeneratorEndsItsBodyAtTheYield(Stage stage) {
    var generator = counting(stage, 5);
    attemptNext(stage, "first", generator);
    stage.attempt("close", generator::aclose);
    attemptNext(stage, "second", generator);
    stage.attempt("close again", generator::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void closingAGeneratorThatNeverStartedRunsNothing(Stage stage) {
    var generator = counting(stage, 5);
    stage.attempt("close", generator::aclose);
    attemptNext(stage, "next", generator);
  }

  @Scenario(value = "EL-16", task = true)
  void aLoopThatIsLeftGoesOnWhereItWas(Stage stage) {
    var generator = counting(stage, 4);
    for (int i : generator) {
      stage.out("take " + i);
      if (i == 1) {
        break;
      }
    }
    stage.out("between");
    for (int i : generator) {
      stage.out("take " + i);
      if (i == 2) {
        break;
      }
    }
    stage.attempt("close", generator::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void theCleanUpOfAClosedGeneratorMayWait(Stage stage) {
    Future<Integer> gate = stage.loop().createFuture();
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(1);
              } finally {
                stage.out("waits");
                stage.out("got " + gate.await());
              }
            });
    attemptNext(stage, "first", generator);
    stage.loop().callSoon(() -> gate.setResult(7));
    stage.attempt("close", generator::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void aGeneratorThatIgnoresItsEndIsRefused(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(1);
              } catch (GeneratorExit e) {
                stage.out("ignored");
                out.yield(2);
              }
            });
    attemptNext(stage, "first", generator);
    stage.attempt("close", generator::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void aBodyMayEndQuietlyWhenItIsClosed(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(1);
              } catch (GeneratorExit e) {
                stage.out("swallowed");
              }
            });
    attemptNext(stage, "first", generator);
    stage.attempt("close", generator::aclose);
    attemptNext(stage, "second", generator);
  }

  @Scenario(value = "EL-16", task = true)
  void closeRaisesWhatTheCleanUpRaises(Stage stage) {
    var generator = failingAtItsEnd("clean up");
    attemptNext(stage, "first", generator);
    stage.attempt("close", generator::aclose);
    stage.attempt("close again", generator::aclose);
  }

  private static AsyncGenerator<Integer> failingAtItsEnd(String message) {
    return AsyncGenerator.of(
        out -> {
          try {
            out.yield(1);
          } catch (GeneratorExit e) {
            throw new Boom(message);
          }
        });
  }

  @Scenario(
      value = {"EL-16", "TK-02", "R-37"},
      task = true)
  void cancellingAConsumerCancelsTheBodyWhereItWaits(Stage stage) throws Exception {
    Future<Integer> gate = stage.loop().createFuture();
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(gate.await());
              } catch (CancelledError e) {
                stage.out("body cancelled");
                throw e;
              } finally {
                pause();
                stage.out("clean up");
              }
            });
    VoidCoroutine consume =
        () -> {
          attemptNext(stage, "next", generator);
          stage.out("requests " + Asyncio.currentTask().cancelling());
        };
    var task = Asyncio.createTask(consume);
    settle();
    task.cancel();
    stage.out("future cancelled " + gate.cancelled());
    task.await();
    attemptNext(stage, "next", generator);
  }

  @Scenario(
      value = {"EL-16", "R-40", "TK-04"},
      task = true)
  void aBodyThatSwallowsACancelGoesOnWithItsConsumer(Stage stage) {
    var generator =
        AsyncGenerator.<String>of(
            out -> {
              try {
                Asyncio.sleep(LONG);
              } catch (CancelledError e) {
                out.yield("swallowed");
              }
              out.yield("more");
            });
    VoidCoroutine consume =
        () -> {
          generator.forEach(stage::out);
          stage.out("requests " + Asyncio.currentTask().cancelling());
        };
    var task = Asyncio.createTask(consume);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"EL-16", "TC-02", "TC-03"},
      task = true)
  void aTimeLimitOfTheConsumerReachesIntoTheBody(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(1);
                Asyncio.sleep(LONG);
              } finally {
                stage.out("clean up");
              }
            });
    attemptNext(stage, "first", generator);
    Coroutine<Integer> next = generator::anext;
    stage.attempt("second", () -> Asyncio.waitFor(next, Duration.ofMillis(1)));
    attemptNext(stage, "third", generator);
  }

  @Scenario(
      value = {"EL-16", "TK-02"},
      task = true)
  void cancellingWhoClosesCancelsTheCleanUp(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(1);
              } finally {
                try {
                  Asyncio.sleep(LONG);
                } finally {
                  stage.out("clean up ends");
                }
              }
            });
    attemptNext(stage, "first", generator);
    VoidCoroutine close = generator::aclose;
    var task = Asyncio.createTask(close);
    settle();
    task.cancel();
    stage.attempt("close", () -> task.await());
    attemptNext(stage, "second", generator);
  }

  @Scenario(value = "EL-16", task = true)
  void aGeneratorHasOneConsumerAtATime(Stage stage) throws Exception {
    Future<Integer> gate = stage.loop().createFuture();
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              out.yield(gate.await());
              out.yield(2);
            });
    VoidCoroutine first = () -> attemptNext(stage, "first", generator);
    var task = Asyncio.createTask(first);
    settle();
    attemptNext(stage, "second", generator);
    stage.attempt("close", generator::aclose);
    gate.setResult(1);
    task.await();
    attemptNext(stage, "third", generator);
    stage.attempt("close", generator::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void aGeneratorCannotBeUsedByItsOwnBody(Stage stage) {
    var generators = new ArrayList<AsyncGenerator<Integer>>();
    generators.add(
        AsyncGenerator.of(
            out -> {
              attemptNext(stage, "own next", generators.getFirst());
              stage.attempt("own close", generators.getFirst()::aclose);
              out.yield(1);
            }));
    attemptNext(stage, "next", generators.getFirst());
    stage.attempt("close", generators.getFirst()::aclose);
  }

  @Scenario(value = "EL-16", task = true)
  void closingAChainOfGeneratorsGoesFromTheLastToTheFirst(Stage stage) {
    var inner = tenfold(stage, "inner", counting(stage, 5));
    var generator = tenfold(stage, "outer", inner);
    attemptNext(stage, "first", generator);
    attemptNext(stage, "second", generator);
    stage.attempt("close", generator::aclose);
  }

  private static AsyncGenerator<Integer> tenfold(
      Stage stage, String name, AsyncGenerator<Integer> source) {
    return AsyncGenerator.of(
        out -> {
          try {
            for (int i : source) {
              out.yield(i * 10);
            }
          } catch (GeneratorExit e) {
            stage.out(name + " exit");
            throw e;
          } finally {
            source.aclose();
            stage.out(name + " clean up");
          }
        });
  }

  @Scenario(
      value = {"EL-16", "R-24"},
      task = true)
  void aBodyRunsInTheContextOfItsConsumer(Stage stage) throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              stage.out("body " + VALUE.get());
              VALUE.set("by the body");
              out.yield(1);
              stage.out("body " + VALUE.get());
              pause();
              out.yield(2);
              stage.out("body " + VALUE.get());
            });
    VALUE.set("main");
    attemptNext(stage, "first", generator);
    stage.out("main " + VALUE.get());
    VALUE.set("main again");
    attemptNext(stage, "second", generator);
    VoidCoroutine other =
        () -> {
          VALUE.set("other");
          attemptNext(stage, "third", generator);
        };
    Asyncio.createTask(other).await();
    stage.out("main " + VALUE.get());
  }

  @Scenario(value = "EL-16", task = true)
  void shutdownClosesEveryGeneratorAtTheSameTime(Stage stage) {
    var generators =
        List.of(
            pausingAtItsEnd(stage, "slow", 6),
            pausingAtItsEnd(stage, "fast", 1),
            pausingAtItsEnd(stage, "done", 1));
    generators.getLast().forEach(value -> {});
    attemptNext(stage, "next", generators.get(0));
    attemptNext(stage, "next", generators.get(1));
    stage.attempt("shutdown", stage.loop()::shutdownAsyncgens);
    generators.forEach(generator -> attemptNext(stage, "after", generator));
  }

  private static AsyncGenerator<String> pausingAtItsEnd(Stage stage, String name, int pauses) {
    return AsyncGenerator.of(
        out -> {
          try {
            out.yield(name);
          } finally {
            stage.out("begins");
            settle(pauses);
            stage.out(name + " ends");
          }
        });
  }

  @Scenario(
      value = {"EL-16", "EL-123"},
      task = true)
  void shutdownReportsACleanUpThatFails(Stage stage) {
    stage.loop().setExceptionHandler(stage.printingHandler());
    var generator = failingAtItsEnd("late");
    attemptNext(stage, "first", generator);
    stage.attempt("shutdown", stage.loop()::shutdownAsyncgens);
  }

  @Scenario(
      value = {"EL-16", "EL-123"},
      task = true)
  void shutdownLeavesAGeneratorAloneWhoseConsumerWaits(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    Future<Integer> gate = stage.loop().createFuture();
    var generator = AsyncGenerator.<Integer>of(out -> out.yield(gate.await()));
    VoidCoroutine first = () -> attemptNext(stage, "first", generator);
    var task = Asyncio.createTask(first);
    settle();
    stage.attempt("shutdown", stage.loop()::shutdownAsyncgens);
    gate.setResult(1);
    task.await();
    attemptNext(stage, "second", generator);
  }

  @Scenario(value = "EL-16", task = true)
  void shutdownWithNothingToCloseDoesNotSuspend(Stage stage) {
    stage.loop().callSoon(() -> stage.out("next iteration"));
    stage.loop().shutdownAsyncgens();
    stage.out("shut down");
    pause();
  }

  @Scenario({"EL-16", "TC-11"})
  void runClosesTheGeneratorsThatAreLeftAfterTheTasks(Stage stage) {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(1);
              } catch (GeneratorExit e) {
                stage.out("exit");
                throw e;
              } finally {
                pause();
                stage.out("clean up");
              }
            });
    VoidCoroutine left =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("task clean up");
          }
        };
    Coroutine<String> main =
        () -> {
          attemptNext(stage, "next", generator);
          var _ = Asyncio.createTask(left);
          pause();
          return "main";
        };
    stage.attempt(
        "run", () -> Asyncio.run(main, RunnerOptions.DEFAULT.loopFactory(stage::newLoop)));
  }
}
