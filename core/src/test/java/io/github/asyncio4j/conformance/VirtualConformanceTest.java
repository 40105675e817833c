// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.conformance.stage.Out;
import io.github.asyncio4j.conformance.stage.Stage;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A loop on a virtual clock prints what CPython prints, too: it is as good a loop as a real one,
/// and its network as good as that of the system.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"NIO_LOOP_THREAD", "NIO_BATON"})
final class VirtualConformanceTest {
  private static final Set<String> NOT_PLAYED =
      Set.of(
          // The clock stands still while anything is ready, so these would run for ever.
          "a_callback_that_queues_itself_forever_starves_neither_io_nor_timers",
          "a_task_that_yields_does_not_starve_a_timer",
          // The clock stands still while a call runs in an executor; these end one by a timer.
          "executor_shutdown_waits_for_running_calls",
          "run_waits_for_the_default_executor",
          "the_loop_goes_on_while_an_executor_call_blocks",
          // In memory every address is local, so that a server can have any: none is refused.
          "an_address_that_cannot_be_bound_is_an_io_error",
          // In memory there are no files but those of sockets.
          "an_ordinary_file_is_in_the_way_of_a_unix_server",
          "an_ordinary_file_is_in_the_way_of_a_unix_endpoint");

  /* Children do not live on its clock. */
  private static final Set<Class<?>> THEMES_NOT_PLAYED =
      Set.of(ProcessesScenarios.class, SubprocessesScenarios.class);

  /// As any test: far from what a scenario takes on a machine that is busy with other work.
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final LoopKind kind;

  VirtualConformanceTest(LoopKind kind) {
    this.kind = kind;
  }

  @TestFactory
  Stream<DynamicTest> printsWhatCpythonPrints() {
    return ConformanceTest.twins().entrySet().stream()
        .filter(twin -> !NOT_PLAYED.contains(twin.getKey()))
        .filter(twin -> !THEMES_NOT_PLAYED.contains(twin.getValue().getDeclaringClass()))
        .map(
            twin ->
                DynamicTest.dynamicTest(
                    twin.getKey(), () -> compare(twin.getKey(), twin.getValue())));
  }

  @Test
  void whatIsNotPlayedExists() {
    assertThat(Recording.ALL.keySet()).containsAll(NOT_PLAYED);
  }

  private void compare(String name, Method twin) throws Exception {
    var stage = Stage.inVirtualTime(kind, new Out());

    List<String> printed =
        assertTimeoutPreemptively(LIMIT, () -> ConformanceTest.play(twin, stage), "hangs");

    assertThat(printed).isEqualTo(Recording.ALL.get(name).lines());
  }
}
