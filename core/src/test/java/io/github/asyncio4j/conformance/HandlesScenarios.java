// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Handle;
import io.github.asyncio4j.conformance.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;

/// The twins of `conformance/python/handles.py`.
final class HandlesScenarios {
  @Scenario({"EL-140", "EL-141"})
  void aCancelledCallbackIsSkipped(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callSoon(() -> stage.out("a"));
      var handle = loop.callSoon(() -> stage.out("b"));
      loop.callSoon(() -> stage.out("c"));
      stage.attempt("cancelled before", handle::cancelled);
      handle.cancel();
      handle.cancel();
      stage.attempt("cancelled after", handle::cancelled);
      runBriefly(loop);
    }
  }

  @Scenario({"EL-140", "R-01"})
  void aCallbackCanCancelALaterOneOfItsOwnBatch(Stage stage) {
    try (var loop = stage.newLoop()) {
      var handles = new ArrayList<Handle>();
      loop.callSoon(() -> handles.getFirst().cancel());
      handles.add(loop.callSoon(() -> stage.out("cancelled callback")));
      loop.callSoon(() -> stage.out("last"));
      runBriefly(loop);
    }
  }

  @Scenario({"EL-140", "EL-141"})
  void cancellingAHandleThatRanChangesNothingButItsState(Stage stage) {
    try (var loop = stage.newLoop()) {
      var handle = loop.callSoon(() -> stage.out("ran"));
      runBriefly(loop);
      stage.attempt("cancelled after the run", handle::cancelled);
      handle.cancel();
      stage.attempt("cancelled after cancel", handle::cancelled);
      runBriefly(loop);
    }
  }

  @Scenario({"EL-141", "R-24"})
  void aHandleKnowsItsContext(Stage stage) {
    try (var loop = stage.newLoop()) {
      var context = Context.copyContext();
      var given = loop.callSoon(() -> {}, context);
      var copied = loop.callSoon(() -> {});
      var timer = loop.callLater(Duration.ofSeconds(1), () -> {}, context);
      stage.out("given: " + (given.getContext() == context));
      stage.out("copied: " + (copied.getContext() == context));
      stage.out("timer: " + (timer.getContext() == context));
    }
  }

  @Scenario({"EL-142", "EL-23", "EL-22"})
  void aTimerHandleTellsWhenItIsDue(Stage stage) {
    try (var loop = stage.newLoop()) {
      var minute = Duration.ofSeconds(60);
      long when = loop.time() + minute.toNanos();
      var at = loop.callAt(when, () -> {});
      stage.out("call_at keeps the time: " + (at.when() == when));
      long before = loop.time();
      var later = loop.callLater(minute, () -> {});
      long after = loop.time();
      long start = later.when() - minute.toNanos();
      stage.out("call_later adds the delay: " + (before <= start && start <= after));
      at.cancel();
      stage.out("a cancelled timer still tells: " + (at.when() == when));
      stage.attempt("cancelled", at::cancelled);
    }
  }
}
