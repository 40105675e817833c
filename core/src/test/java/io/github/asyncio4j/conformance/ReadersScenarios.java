// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.conformance.stage.Stage;
import java.util.concurrent.atomic.AtomicInteger;

/// The twins of `conformance/python/readers.py`.
final class ReadersScenarios {
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
}
