// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.Stage.runBriefly;

import io.github.asyncio4j.ContextVar;
import java.util.concurrent.atomic.AtomicInteger;

/// The twins of `conformance/python/readers.py`.
final class ReadersScenarios {
  private final ContextVar<String> value = ContextVar.of("value", "default");

  @Scenario({"R-13", "EL-100"})
  void aReaderIsCalledInEachIterationUntilTheDataIsConsumed(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      var calls = new AtomicInteger();
      pair.other.send("x");
      loop.addReader(
          reader,
          () -> {
            int call = calls.incrementAndGet();
            stage.out("readable " + call);
            if (call == 3) {
              pair.one.receive(1);
            }
          });
      for (int i = 0; i < 5; i++) {
        runBriefly(loop);
      }
      stage.out("another byte");
      pair.other.send("y");
      runBriefly(loop);
      loop.removeReader(reader);
    }
  }

  @Scenario({"R-12", "EL-100"})
  void aSecondReaderReplacesTheFirst(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(reader, () -> stage.out("first"));
      loop.addReader(reader, () -> stage.out("second"));
      runBriefly(loop);
      stage.attempt("remove", () -> loop.removeReader(reader));
      stage.attempt("remove again", () -> loop.removeReader(reader));
      runBriefly(loop);
    }
  }

  @Scenario({"R-12", "EL-100", "EL-101"})
  void readerAndWriterOfOneDescriptorAreIndependent(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      stage.attempt("remove reader that is not there", () -> loop.removeReader(one));
      stage.attempt("remove writer that is not there", () -> loop.removeWriter(one));
      loop.addReader(one, () -> stage.out("readable"));
      loop.addWriter(one, () -> stage.out("writable"));
      runBriefly(loop);
      stage.attempt("remove writer", () -> loop.removeWriter(one));
      pair.other.send("x");
      runBriefly(loop);
      loop.addWriter(one, () -> stage.out("writable again"));
      stage.attempt("remove reader", () -> loop.removeReader(one));
      runBriefly(loop);
      stage.attempt("remove writer", () -> loop.removeWriter(one));
      stage.attempt("remove writer again", () -> loop.removeWriter(one));
    }
  }

  @Scenario({"R-11", "R-02", "EL-101"})
  void aReaderRemovedAfterThePollFoundItReadyIsNotCalled(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(reader, () -> stage.out("readable"));
      loop.callSoon(() -> stage.attempt("remove", () -> loop.removeReader(reader)));
      runBriefly(loop);
      runBriefly(loop);
      stage.out("never called");
    }
  }

  @Scenario({"R-12", "R-11"})
  void aReaderReplacedAfterThePollRunsInTheNextIteration(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(reader, () -> stage.out("first"));
      loop.callSoon(() -> loop.addReader(reader, () -> stage.out("second")));
      runBriefly(loop);
      stage.out("next iteration");
      runBriefly(loop);
      loop.removeReader(reader);
    }
  }

  @Scenario({"EL-100", "R-13"})
  void theEndOfTheStreamMakesAReaderReady(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      loop.addReader(
          reader,
          () -> {
            stage.out("read " + pair.one.receive(10) + " bytes");
            loop.removeReader(reader);
            loop.stop();
          });
      loop.callSoon(pair.other::close);
      loop.runForever();
      stage.out("running " + loop.isRunning());
    }
  }

  @Scenario({"EL-100", "R-13"})
  void aWriterIsCalledInEachIterationUntilItIsRemoved(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      var calls = new AtomicInteger();
      loop.addWriter(one, () -> stage.out("writable " + calls.incrementAndGet()));
      for (int i = 0; i < 3; i++) {
        runBriefly(loop);
      }
      stage.attempt("remove", () -> loop.removeWriter(one));
      runBriefly(loop);
      stage.out("end");
    }
  }

  @Scenario({"EL-100", "R-13"})
  void aDescriptorThatIsReadyForBothIsReadFirst(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      pair.other.send("x");
      loop.addWriter(one, () -> stage.out("writable"));
      loop.addReader(one, () -> stage.out("readable"));
      runBriefly(loop);
    }
  }

  @Scenario({"EL-101", "R-11"})
  void aReaderThatRemovesItselfIsCalledOnce(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(
          reader,
          () -> {
            stage.out("readable");
            stage.attempt("remove", () -> loop.removeReader(reader));
          });
      for (int i = 0; i < 3; i++) {
        runBriefly(loop);
      }
      stage.attempt("remove again", () -> loop.removeReader(reader));
    }
  }

  @Scenario({"EL-101", "R-11"})
  void aReaderThatRemovesTheWriterSparesItItsTurn(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(
          one,
          () -> {
            stage.out("readable");
            stage.attempt("remove writer", () -> loop.removeWriter(one));
          });
      loop.addWriter(one, () -> stage.out("writable"));
      runBriefly(loop);
      loop.removeReader(one);
    }
  }

  @Scenario({"EL-100", "EL-101"})
  void aReaderCanBeAddedAgainAfterItsRemoval(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(reader, () -> stage.out("first"));
      loop.removeReader(reader);
      loop.addReader(reader, () -> stage.out("second"));
      runBriefly(loop);
      stage.attempt("remove", () -> loop.removeReader(reader));
    }
  }

  @Scenario({"EL-100", "R-02"})
  void aReaderThatIsAddedInACallbackIsCalledInTheNextIteration(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.callSoon(() -> loop.addReader(reader, () -> stage.out("readable")));
      runBriefly(loop);
      stage.out("next iteration");
      runBriefly(loop);
      loop.removeReader(reader);
    }
  }

  @Scenario({"EL-100", "R-16"})
  void aReaderThatFailsIsReportedAndStays(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      loop.setExceptionHandler(stage.printingHandler());
      pair.other.send("x");
      loop.addReader(
          reader,
          () -> {
            throw new Boom("boom");
          });
      runBriefly(loop);
      runBriefly(loop);
      stage.attempt("remove", () -> loop.removeReader(reader));
    }
  }

  @Scenario({"EL-100", "R-13"})
  void aReaderRunsInTheContextOfItsAdditionAndKeepsWhatItSets(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      pair.other.send("x");
      value.set("added");
      loop.addReader(
          reader,
          () -> {
            stage.out(value.get());
            value.set("set by the reader");
          });
      value.set("later");
      runBriefly(loop);
      runBriefly(loop);
      stage.out(value.get());
      loop.removeReader(reader);
    }
  }

  @Scenario({"EL-100", "R-12"})
  void twoReadersOfTwoDescriptorsAreIndependent(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      var other = pair.other.pollable();
      loop.addReader(one, () -> stage.out("one"));
      loop.addReader(other, () -> stage.out("other"));
      pair.other.send("x");
      runBriefly(loop);
      stage.attempt("remove one", () -> loop.removeReader(one));
      pair.one.send("x");
      runBriefly(loop);
      loop.removeReader(other);
    }
  }

  @Scenario({"EL-100", "EL-101", "EL-15"})
  void aClosedLoopWatchesNothing(Stage stage) {
    var loop = stage.newLoop();
    try (var pair = stage.openPair()) {
      var one = pair.one.pollable();
      loop.addReader(one, () -> stage.out("never"));
      loop.close();
      stage.attempt("add reader", () -> loop.addReader(one, () -> {}));
      stage.attempt("add writer", () -> loop.addWriter(one, () -> {}));
      stage.attempt("remove reader", () -> loop.removeReader(one));
      stage.attempt("remove writer", () -> loop.removeWriter(one));
    }
  }

  @Scenario("EL-100")
  void whatIsClosedCannotBeWatched(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      pair.one.close();
      stage.attempt("add reader", () -> loop.addReader(one, () -> {}));
      stage.attempt("add writer", () -> loop.addWriter(one, () -> {}));
    }
  }

  @Scenario({"EL-100", "R-14"})
  void aReaderMayStopTheLoop(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var one = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(
          one,
          () -> {
            stage.out("readable");
            loop.stop();
          });
      loop.addWriter(one, () -> stage.out("writable"));
      loop.runForever();
      stage.out("stopped");
    }
  }
}
