// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.HardBoom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.ConnectionResetException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/// The twins of `conformance/python/exception_groups.py`.
final class ExceptionGroupsScenarios {
  /// Returns a group of a group: boom a, (boom b, illegal argument, hard boom), timeout.
  private static ExceptionGroup sample() {
    var bad = new IllegalArgumentException("bad");
    var inner = new ExceptionGroup("inner", List.of(new Boom("b"), bad, new HardBoom("hard")));
    return new ExceptionGroup("outer", List.of(new Boom("a"), inner, new TimeoutException("late")));
  }

  /// A group that keeps its class when it is divided.
  private static final class Tagged extends ExceptionGroup {
    private static final long serialVersionUID = 1L;

    Tagged(String message, List<? extends Throwable> exceptions) {
      super(message, exceptions);
    }

    @Override
    protected ExceptionGroup derive(List<? extends Throwable> exceptions) {
      return new Tagged(message(), exceptions);
    }
  }

  @Scenario("TC-01")
  void aGroupNeedsAnException(Stage stage) {
    stage.attempt("empty", () -> new ExceptionGroup("none", List.of()));
  }

  @Scenario("TC-01")
  void aGroupKeepsItsExceptionsInOrder(Stage stage) {
    var first = new Boom("a");
    var second = new IllegalArgumentException("bad");
    var group = new ExceptionGroup("several", List.of(first, second, first));
    stage.out(Words.word(group));
    List<Boolean> same = group.exceptions().stream().map(e -> e == first).toList();
    stage.out("the same objects " + Words.show(same));
  }

  @Scenario("TC-01")
  void splitKeepsTheShapeOfTheGroupOnBothSides(Stage stage) {
    var split = sample().split(Boom.class);
    stage.out("match " + Words.word(split.matching()));
    stage.out("rest " + Words.word(split.rest()));
  }

  @Scenario("TC-01")
  void aSideOfSplitWithoutExceptionsIsNone(Stage stage) {
    var group = sample();
    var none = group.split(ConnectionResetException.class);
    stage.out("match " + Words.word(none.matching()) + ", rest " + Words.word(none.rest()));
    var all = group.split(Throwable.class);
    boolean same = all.matching() == group;
    stage.out("match is the group " + same + ", rest " + Words.word(all.rest()));
    var flat = new ExceptionGroup("flat", List.of(new Boom("a"), new Boom("b")));
    var booms = flat.split(Boom.class);
    stage.out("match " + Words.word(booms.matching()) + ", rest " + Words.word(booms.rest()));
  }

  @Scenario("TC-01")
  void splitAsksForGroupsBeforeWhatIsInThem(Stage stage) {
    var inner = new ExceptionGroup("inner", List.of(new Boom("b"), new Boom("c")));
    var group = new ExceptionGroup("outer", List.of(new Boom("a"), inner, new Boom("d")));
    Predicate<Throwable> asked =
        t -> {
          stage.out("asked " + Words.word(t));
          return t instanceof ExceptionGroup g && g.exceptions().size() == 2;
        };
    var split = group.split(asked);
    stage.out("match " + Words.word(split.matching()));
    stage.out("rest " + Words.word(split.rest()));
  }

  @Scenario("TC-01")
  void subgroupIsTheMatchingSideOfSplit(Stage stage) {
    var group = sample();
    stage.out("hard booms " + Words.word(group.subgroup(HardBoom.class)));
    stage.out("connection resets " + Words.word(group.subgroup(ConnectionResetException.class)));
    Predicate<Throwable> any = t -> true;
    stage.out("all " + (group.subgroup(any) == group));
    Predicate<Throwable> boomOrLate =
        t -> t instanceof TimeoutException || (t instanceof Boom && "b".equals(t.getMessage()));
    stage.out("by predicate " + Words.word(group.subgroup(boomOrLate)));
  }

  @Scenario("TC-01")
  void dividingAGroupLeavesItAsItWas(Stage stage) {
    var group = sample();
    stage.attempt("split", () -> group.split(Boom.class) != null);
    stage.attempt("subgroup", () -> group.subgroup(TimeoutException.class) != null);
    stage.out(Words.word(group));
  }

  @Scenario("TC-01")
  void thePartsOfAGroupHoldTheSameExceptions(Stage stage) {
    var boom = new Boom("a");
    var inner = new ExceptionGroup("inner", List.of(boom, new IllegalArgumentException("bad")));
    var group = new ExceptionGroup("outer", List.of(inner, new Boom("b")));
    Predicate<Throwable> isBoom = t -> t == boom;
    var match = (ExceptionGroup) group.subgroup(isBoom).exceptions().getFirst();
    stage.out("same boom " + (match.exceptions().getFirst() == boom));
    stage.out("same inner group " + (match == inner));
  }

  @Scenario("TC-01")
  void thePartsOfAGroupAreWhatDeriveMakes(Stage stage) {
    var group = new Tagged("tagged", List.of(new Boom("a"), new IllegalArgumentException("bad")));
    var split = group.split(Boom.class);
    stage.out("match tagged " + isTagged(split.matching()) + " " + Words.word(split.matching()));
    stage.out("rest tagged " + isTagged(split.rest()) + " " + Words.word(split.rest()));
    var outer = new ExceptionGroup("outer", List.of(group, new Boom("b")));
    var match = outer.subgroup(Boom.class);
    stage.out("outer tagged " + isTagged(match));
    boolean inner = isTagged(match.exceptions().getFirst());
    stage.out("inner tagged " + inner + " " + Words.word(match));
  }

  private static boolean isTagged(Throwable group) {
    return group instanceof Tagged;
  }

  @Scenario(value = "TC-01", task = true)
  void someErrorsOfATaskGroupCanBeHandledAndTheRestPassedOn(Stage stage) {
    VoidCoroutine illegal =
        () -> {
          throw new IllegalArgumentException("bad");
        };
    TaskGroup.VoidBody piece =
        group -> {
          group.createTask(Bodies.failing("a"));
          group.createTask(illegal);
          group.createTask(Bodies.failing("b"));
        };
    VoidCoroutine body =
        () -> {
          try {
            new TaskGroup().run(piece);
          } catch (ExceptionGroup group) {
            var split = group.split(Boom.class);
            stage.out("handled " + Words.word(split.matching()));
            throw split.rest();
          }
        };
    stage.attempt("passed on", body::runVoid);
  }
}
