// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// Groups of exceptions: their parts and their texts (PEP 654).
final class ExceptionGroupTest {
  private static final StackTraceElement FRAME =
      new StackTraceElement("app.Main", "main", "Main.java", 10);

  private final Throwable io = bare(new IOException("io"));
  private final Throwable state = bare(new IllegalStateException("state"));
  private final Throwable argument = bare(new IllegalArgumentException("argument"));
  private final ExceptionGroup inner = bare(new ExceptionGroup("inner", List.of(io, state)));
  private final ExceptionGroup outer = bare(new ExceptionGroup("outer", List.of(argument, inner)));

  private static <E extends Throwable> E bare(E exception) {
    exception.setStackTrace(new StackTraceElement[] {FRAME});
    return exception;
  }

  private static ExceptionGroup present(ExceptionGroup group) {
    return Objects.requireNonNull(group);
  }

  private static ExceptionGroup groupAt(ExceptionGroup group, int index) {
    return (ExceptionGroup) group.exceptions().get(index);
  }

  private static List<String> traceOf(Throwable exception) {
    var text = new StringWriter();
    try (var out = new PrintWriter(text)) {
      exception.printStackTrace(out);
    }
    return text.toString().lines().toList();
  }

  @Test
  void theMessageTellsHowManyThereAre() {
    assertThat(outer).hasMessage("outer (2 sub-exceptions)");
    assertThat(new ExceptionGroup("one", List.of(io))).hasMessage("one (1 sub-exception)");
    assertThat(outer.message()).isEqualTo("outer");
  }

  @Test
  void aGroupOfNothingIsRefused() {
    assertThatThrownBy(() -> new ExceptionGroup("empty", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void theMembersKeepTheirOrderAndAreSuppressedOnesTooEachOnce() {
    var group = new ExceptionGroup("three", List.of(state, io, state));

    assertThat(group.exceptions()).containsExactly(state, io, state);
    assertThat(group.getSuppressed()).containsExactly(state, io);
    assertThatThrownBy(() -> group.exceptions().set(0, io))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aSplitKeepsTheNesting() {
    ExceptionGroup.Split split = outer.split(IOException.class);

    ExceptionGroup matching = present(split.matching());
    assertThat(matching).hasMessage("outer (1 sub-exception)");
    assertThat(groupAt(matching, 0)).hasMessage("inner (1 sub-exception)");
    assertThat(groupAt(matching, 0).exceptions()).containsExactly(io);
    ExceptionGroup rest = present(split.rest());
    assertThat(rest.exceptions().getFirst()).isSameAs(argument);
    assertThat(groupAt(rest, 1).exceptions()).containsExactly(state);
  }

  @Test
  void aConditionIsAskedAboutAGroupBeforeItsMembers() {
    var asked = new ArrayList<Throwable>();

    ExceptionGroup.Split split =
        outer.split(
            e -> {
              asked.add(e);
              return e == inner;
            });

    assertThat(asked).containsExactly(outer, argument, inner);
    assertThat(present(split.matching()).exceptions()).containsExactly(inner);
    assertThat(present(split.rest()).exceptions()).containsExactly(argument);
  }

  @Test
  void aGroupThatMatchesAsAWholeIsItsOwnPart() {
    assertThat(outer.split(RuntimeException.class))
        .isEqualTo(new ExceptionGroup.Split(outer, null));
    assertThat(outer.subgroup(ExceptionGroup.class)).isSameAs(outer);
  }

  @Test
  void aPartOfNothingIsNull() {
    ExceptionGroup.Split split = outer.split(ArithmeticException.class);

    assertThat(split.matching()).isNull();
    assertThat(present(split.rest()).exceptions()).hasSize(2);
    assertThat(outer.subgroup(ArithmeticException.class)).isNull();
    assertThat(outer.split(Exception.class).rest()).isNull();
  }

  @Test
  void aPartHasTheTraceTheCauseAndTheOtherSuppressedOnesOfTheWhole() {
    var cause = new IOException("cause");
    var onClose = new IOException("on close");
    inner.initCause(cause);
    inner.addSuppressed(onClose);

    ExceptionGroup part = present(inner.subgroup(IllegalStateException.class));

    assertThat(part.getStackTrace()).containsExactly(FRAME);
    assertThat(part).hasCause(cause);
    assertThat(part.getSuppressed()).containsExactly(state, onClose);
  }

  @Test
  void aSubclassMakesItsOwnParts() {
    var tagged = new Tagged("tagged", List.of(io, state), 7);

    ExceptionGroup part = present(tagged.subgroup(IOException.class));

    assertThat(part).isInstanceOf(Tagged.class);
    assertThat(((Tagged) part).tag).isEqualTo(7);
    assertThat(part.exceptions()).containsExactly(io);
  }

  @Test
  void theTraceIsANumberedTreeThatShowsEachMemberOnce() {
    assertThat(traceOf(outer))
        .containsExactly(
            "io.github.asyncio4j.ExceptionGroup: outer (2 sub-exceptions)",
            "\tat app.Main.main(Main.java:10)",
            "  +-------- 1 of 2",
            "  | java.lang.IllegalArgumentException: argument",
            "  | \tat app.Main.main(Main.java:10)",
            "  +-------- 2 of 2",
            "  | io.github.asyncio4j.ExceptionGroup: inner (2 sub-exceptions)",
            "  | \tat app.Main.main(Main.java:10)",
            "  |   +-------- 2.1 of 2",
            "  |   | java.io.IOException: io",
            "  |   | \tat app.Main.main(Main.java:10)",
            "  |   +-------- 2.2 of 2",
            "  |   | java.lang.IllegalStateException: state",
            "  |   | \tat app.Main.main(Main.java:10)",
            "  |   +--------",
            "  +--------");
  }

  @Test
  void bothKindsOfStreamGetTheSameTrace() {
    var bytes = new ByteArrayOutputStream();

    outer.printStackTrace(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).isEqualTo(traceOf(outer));
  }

  @Test
  void theTraceShowsCausesAndOtherSuppressedOnesInTheirTree() {
    var member = bare(new IllegalStateException("two\nlines", bare(new IOException("cause"))));
    member.addSuppressed(bare(new IOException("on close")));
    var group = bare(new ExceptionGroup("one", List.of(member)));
    group.addSuppressed(bare(new IOException("late")));

    assertThat(traceOf(group))
        .containsExactly(
            "io.github.asyncio4j.ExceptionGroup: one (1 sub-exception)",
            "\tat app.Main.main(Main.java:10)",
            "  +-------- 1 of 1",
            "  | java.lang.IllegalStateException: two",
            "  | lines",
            "  | \tat app.Main.main(Main.java:10)",
            "  | \tSuppressed: java.io.IOException: on close",
            "  | \t\t... 1 more",
            "  | Caused by: java.io.IOException: cause",
            "  | \t... 1 more",
            "  +--------",
            "\tSuppressed: java.io.IOException: late",
            "\t\t... 1 more");
  }

  @Test
  void aTraceEndsThoughACauseComesBack() {
    var first = bare(new IllegalStateException("first"));
    var second = bare(new IllegalStateException("second", first));
    first.initCause(second);

    assertThat(traceOf(new ExceptionGroup("circle", List.of(first))))
        .contains("  | Caused by: [CIRCULAR REFERENCE: java.lang.IllegalStateException: first]");
  }

  @Test
  void asACauseAGroupShowsItsMembersOnceIndented() {
    var wrapper = bare(new IllegalStateException("wrapper", outer));

    List<String> trace = traceOf(wrapper);

    assertThat(trace)
        .contains(
            "Caused by: " + outer,
            "\tSuppressed: java.lang.IllegalArgumentException: argument",
            "\t\tSuppressed: java.io.IOException: io")
        .filteredOn(line -> line.endsWith("Suppressed: java.io.IOException: io"))
        .hasSize(1);
  }

  @Test
  void theTextOfAGroupShowsItsMembersAndTheFirstLineOfItsTraceDoesNot() {
    var group =
        new ExceptionGroup(
            "two", List.of(new IOException("disk full"), new IllegalStateException("no session")));

    assertThat(group)
        .hasToString(
            "io.github.asyncio4j.ExceptionGroup: two (2 sub-exceptions): "
                + "java.io.IOException: disk full; java.lang.IllegalStateException: no session");
    assertThat(group).hasMessage("two (2 sub-exceptions)");
    assertThat(traceOf(group).getFirst())
        .isEqualTo("io.github.asyncio4j.ExceptionGroup: two (2 sub-exceptions)");
  }

  @Test
  void aMemberThatCannotTellWhatItIsSpoilsNeitherTextNorTrace() {
    var group =
        new ExceptionGroup("g", List.of(new Speechless(), new IllegalStateException("other")));
    var trace = new StringWriter();

    group.printStackTrace(new PrintWriter(trace));

    assertThat(group.toString())
        .contains("Speechless: <no text: java.lang.UnsupportedOperationException>")
        .endsWith("java.lang.IllegalStateException: other");
    assertThat(trace.toString()).contains("Speechless: <no text").contains("2 of 2");
  }

  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Throwable getCause() {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aGroupSurvivesSerialisation() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(outer);
    }

    ExceptionGroup copy;
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      copy = (ExceptionGroup) in.readObject();
    }

    assertThat(traceOf(copy)).isEqualTo(traceOf(outer));
    assertThat(copy.getSuppressed()).containsExactlyElementsOf(copy.exceptions());
  }

  @Test
  void nullsAreRefusedByName() {
    var io = new IOException("io");
    var group = new ExceptionGroup("x", List.of(io));

    assertThatNullPointerException()
        .isThrownBy(() -> new ExceptionGroup("x", Arrays.asList(io, null)))
        .withMessage("exceptions[1]");
    assertThatNullPointerException()
        .isThrownBy(() -> new ExceptionGroup("x", null))
        .withMessage("exceptions");
    assertThatNullPointerException()
        .isThrownBy(() -> group.split((Class<Throwable>) null))
        .withMessage("type");
    assertThatNullPointerException()
        .isThrownBy(() -> group.split((Predicate<Throwable>) null))
        .withMessage("condition");
  }

  private static final class Tagged extends ExceptionGroup {
    private static final long serialVersionUID = 1L;

    private final int tag;

    Tagged(String message, List<? extends Throwable> exceptions, int tag) {
      super(message, exceptions);
      this.tag = tag;
    }

    @Override
    protected ExceptionGroup derive(List<? extends Throwable> exceptions) {
      return new Tagged(message(), exceptions, tag);
    }
  }

  @Test
  void groupsInsideOneAnotherWithoutEndHaveATextAndATrace() {
    ExceptionGroup group = new ExceptionGroup("innermost", List.of(new IOException("leaf")));
    for (int i = 0; i < 20_000; i++) {
      group = new ExceptionGroup("level", List.of(group));
    }
    var trace = new StringWriter();

    group.printStackTrace(new PrintWriter(trace));

    assertThat(group.toString())
        .startsWith("io.github.asyncio4j.ExceptionGroup: level")
        .hasSizeLessThan(2000);
    assertThat(trace.toString()).contains("... (more than 50 levels)").doesNotContain("leaf");
  }
}
