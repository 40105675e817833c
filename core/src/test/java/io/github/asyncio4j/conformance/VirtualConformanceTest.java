// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.testing.TestLoop;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A loop on a virtual clock prints what CPython prints, too: it is as good a loop as a real one
/// for everything but descriptors.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"NIO_LOOP_THREAD", "NIO_BATON"})
final class VirtualConformanceTest {
  /// The themes without descriptors, and without threads that a loop does not know of.
  private static final Set<Class<?>> PLAYED =
      Set.of(
          BarriersScenarios.class,
          CancelDeliveryScenarios.class,
          CancellationScenarios.class,
          ConditionsScenarios.class,
          EagerScenarios.class,
          EventsScenarios.class,
          ExceptionGroupsScenarios.class,
          FuturesScenarios.class,
          GatherShieldScenarios.class,
          LocksScenarios.class,
          QueueShutdownScenarios.class,
          QueuesScenarios.class,
          SemaphoresScenarios.class,
          StaggeredScenarios.class,
          TaskFactoriesScenarios.class,
          TaskGroupCancelScenarios.class,
          TaskGroupScenarios.class,
          TasksScenarios.class,
          TimeoutsScenarios.class,
          TimersScenarios.class,
          WaitForScenarios.class,
          WaitingScenarios.class);

  /// What is different in virtual time: a task that yields for ever stops the clock, and a thread
  /// that nobody has announced is not waited for.
  private static final Set<String> NOT_PLAYED =
      Set.of(
          "a_task_that_yields_does_not_starve_a_timer",
          "a_wrapped_concurrent_future_completes_on_the_loop");

  private final LoopKind kind;

  VirtualConformanceTest(LoopKind kind) {
    this.kind = kind;
  }

  @TestFactory
  Stream<DynamicTest> printsWhatCpythonPrints() {
    return ConformanceTest.twins().entrySet().stream()
        .filter(twin -> PLAYED.contains(twin.getValue().getDeclaringClass()))
        .filter(twin -> !NOT_PLAYED.contains(twin.getKey()))
        .map(
            twin ->
                DynamicTest.dynamicTest(
                    twin.getKey(), () -> compare(twin.getKey(), twin.getValue())));
  }

  private void compare(String name, Method twin) throws Exception {
    var stage = new Stage(kind, () -> kind.withEngine(() -> new TestLoop(0)), new Out());

    List<String> printed =
        assertTimeoutPreemptively(
            Duration.ofSeconds(4), () -> ConformanceTest.play(twin, stage), "hangs");

    assertThat(printed).isEqualTo(Recording.ALL.get(name).lines());
  }
}
