// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Which context callbacks, tasks and exception handlers run in.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ContextsTest {
  private static final ContextVar<String> VAR = ContextVar.of("var");

  private final BaseEventLoop loop;
  private final List<String> trace = new ArrayList<>();

  ContextsTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private void note() {
    trace.add(VAR.get("-"));
  }

  private void runOnce() {
    loop.callSoon(loop::stop);
    loop.runForever();
  }

  private static Context contextWith(String value) {
    var context = new Context();
    context.run(() -> VAR.set(value));
    return context;
  }

  //
  @Test
  void aCallbackRunsInTheContextOfItsSchedulingAndChangesOnlyItsOwn() throws Exception {
    loop.runUntilComplete(
        () -> {
          VAR.set("a");
          loop.callSoon(
              () -> {
                note();
                VAR.set("b");
                loop.callSoon(this::note);
              });
          loop.callSoon(this::note);
          VAR.set("c");
          Asyncio.sleep(java.time.Duration.ZERO);
          Asyncio.sleep(java.time.Duration.ZERO);
          note();
        });

    assertThat(trace).containsExactly("a", "a", "b", "c");
  }

  //
  @Test
  void anExplicitContextIsUsedAsItIs() {
    Context context = contextWith("a");
    loop.callSoon(() -> VAR.set("b"), context);
    loop.callSoon(this::note, context);

    runOnce();

    assertThat(trace).containsExactly("b");
    assertThat(context.get(VAR)).isEqualTo("b");
  }

  // EL-141
  @Test
  void aHandleThatHasRunTellsWhatItsCallbackHasSet() {
    var handles = new ArrayList<Handle>();
    var contexts = new ArrayList<Context>();
    handles.add(loop.callSoon(() -> VAR.set("a")));
    handles.add(
        loop.callSoon(
            () -> {
              contexts.add(Objects.requireNonNull(handles.get(1).getContext()));
              VAR.set("b");
            }));
    loop.callSoon(this::note);

    runOnce();

    contexts.addFirst(Objects.requireNonNull(handles.getFirst().getContext()));
    assertThat(contexts.get(0).get(VAR)).isEqualTo("a");
    assertThat(contexts.get(1).get(VAR)).isEqualTo("b");
    assertThat(handles.get(1).getContext()).isSameAs(contexts.get(1));
    assertThat(trace).containsExactly("-");
  }

  @Test
  void aContextThatAHandleHasGivenAwayIsNotUsedForOthers() {
    var handles = new ArrayList<Handle>();
    var contexts = new ArrayList<Context>();
    handles.add(
        loop.callSoon(() -> contexts.add(Objects.requireNonNull(handles.getFirst().getContext()))));
    loop.callSoon(() -> contexts.getFirst().run(() -> VAR.set("a")));
    loop.callSoon(this::note);

    runOnce();

    assertThat(trace).containsExactly("-");
    assertThat(contexts.getFirst().get(VAR)).isEqualTo("a");
  }

  //
  @Test
  void theExceptionHandlerSeesWhatTheFailedCallbackHasSet() {
    loop.setExceptionHandler((l, failure) -> note());
    loop.callSoon(
        () -> {
          VAR.set("a");
          throw new IllegalStateException("boom");
        });

    runOnce();

    assertThat(trace).containsExactly("a");
  }

  //
  @Test
  void theExceptionHandlerRunsInTheContextOfTheTaskElseTheFutureElseTheHandle() throws Exception {
    loop.setExceptionHandler((l, failure) -> note());
    loop.runUntilComplete(
        () -> {
          VAR.set("caller");
          Task<?> task = loop.createTask(() -> 1, TaskOptions.DEFAULT.context(contextWith("task")));
          Task<?> other =
              loop.createTask(() -> 2, TaskOptions.DEFAULT.context(contextWith("other")));
          Handle handle = loop.callSoon(() -> {}, contextWith("handle"));
          ExceptionContext report = ExceptionContext.of("");
          loop.callExceptionHandler(report);
          loop.callExceptionHandler(report.handle(handle));
          loop.callExceptionHandler(report.handle(handle).future(other));
          loop.callExceptionHandler(report.handle(handle).future(other).task(task));
          loop.callExceptionHandler(report.handle(handle).future(loop.createFuture()));
          note();
        });

    assertThat(trace).containsExactly("caller", "handle", "other", "task", "handle", "caller");
  }

  //
  @Test
  void whatTheExceptionHandlerSetsStaysInTheFailedOnesContext() {
    Context context = contextWith("a");
    loop.setExceptionHandler((l, failure) -> VAR.set("b"));
    loop.callSoon(
        () -> {
          throw new IllegalStateException("boom");
        },
        context);
    loop.callSoon(this::note);

    runOnce();

    assertThat(trace).containsExactly("-");
    assertThat(context.get(VAR)).isEqualTo("b");
  }
}
