// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.testing.DeadlockError;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.opentest4j.MultipleFailuresError;

/// What the extension lets pass and what it does not: the tests of [GoodExamples] must pass, each
/// of [BadExamples] must fail for its own reason.
final class AsyncioExtensionTest {
  private static EngineTestKit.Builder kit() {
    return EngineTestKit.engine("junit-jupiter");
  }

  private static EngineExecutionResults run(String example) {
    Method method =
        Arrays.stream(BadExamples.class.getDeclaredMethods())
            .filter(m -> m.getName().equals(example))
            .findAny()
            .orElseThrow();
    return kit().selectors(selectMethod(BadExamples.class, method)).execute();
  }

  private static Throwable failureOf(String method) {
    return failureOf(run(method));
  }

  private static Throwable failureOf(EngineExecutionResults results) {
    List<Event> failed = results.testEvents().failed().list();
    assertThat(failed).hasSize(1);
    return failed
        .getFirst()
        .getRequiredPayload(TestExecutionResult.class)
        .getThrowable()
        .orElseThrow();
  }

  @Test
  void testsThatLeaveNothingBehindPass() {
    EngineExecutionResults results = kit().selectors(selectClass(GoodExamples.class)).execute();

    results
        .testEvents()
        .assertStatistics(s -> s.failed(0).aborted(1).succeeded(GoodExamples.PASSING));
  }

  @Test
  void aTestThatFailsFailsWithItsOwnException() {
    assertThat(failureOf("failsItself"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("own");
  }

  @Test
  void aLeakedTaskFailsTheTestWithItsNameAndStack() {
    assertThat(failureOf("leaksATask"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("task still pending")
        .hasMessageContaining("name='forgotten'")
        .hasMessageContaining("BadExamples.waitsForNobody(BadExamples.java:")
        .hasMessageNotContaining("destroyed");
  }

  @Test
  void aLeakedTaskOfATestBesideTheLoopFailsItToo() {
    assertThat(failureOf("leaksATaskBesideTheLoop")).hasMessageContaining("task still pending");
  }

  @Test
  void anOpenGeneratorFailsTheTest() {
    assertThat(failureOf("leaksAGenerator"))
        .hasMessageContaining("generator still open: <AsyncGenerator idle body=")
        .hasMessageContaining("BadExamples.lambda$leaksAGenerator")
        .hasMessageNotContaining("task still pending");
  }

  @Test
  void aLeakOnARealLoopFailsTheTest() {
    assertThat(failureOf("leaksATaskOnARealLoop")).hasMessageContaining("name='forgotten'");
  }

  @Test
  void whatIsLeftOpenOfTheNetworkFailsTheTestByItsName() {
    assertThat(failureOf("leaksAServer"))
        .hasMessageContaining("still open: listening at shop.test/10.0.0.1:80");
    assertThat(failureOf("leaksAConnection"))
        .hasMessageContaining(
            "still open: connection shop.test/10.0.0.1:49152 to shop.test/10.0.0.1:80")
        .hasMessageNotContaining("listening");
    assertThat(failureOf("leaksAnEndpoint"))
        .hasMessageContaining("still open: datagram socket at localhost/127.0.0.1:5353");
  }

  @Test
  void aFailureThatNobodyReceivesFailsTheTest() {
    Throwable failure = failureOf("failsInACallback");

    assertThat(failure)
        .hasMessageContaining("reported to the exception handler: Exception in callback")
        .hasMessageContaining("nobody sees me");
    assertThat(failure.getCause()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anAssertionThatFailsInTheHandlerOfAServerIsTheFailure() {
    assertThat(failureOf("assertsInAHandler"))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not what was sent");
  }

  @Test
  void aTaskWhoseFailureIsNeverAskedForFailsTheTest() {
    assertThat(failureOf("neverAsksATaskForItsFailure"))
        .hasMessageContaining("never retrieved")
        .hasMessageContaining("nobody asks");
  }

  @Test
  void aBlockingCallOfTheJdkInATaskFailsTheTest() {
    assertThat(failureOf("sleepsInTheJdk"))
        .hasMessageContaining("hidden suspension")
        .hasMessageContaining("BadExamples.sleepsInTheJdk(BadExamples.java:");
  }

  @Test
  void aBlockingCallOfTheJdkOnARealLoopFailsTheTest() {
    assertThat(failureOf("sleepsInTheJdkOnARealLoop")).hasMessageContaining("hidden suspension");
  }

  @Test
  void aDeadlockFailsTheTest() {
    assertThat(failureOf("deadlocks"))
        .isInstanceOf(DeadlockError.class)
        .hasMessageContaining("BadExamples.deadlocks(BadExamples.java:");
  }

  @Test
  void aRealLoopHasNoTestLoopToInject() {
    assertThat(failureOf("asksARealLoopForItsTestLoop")).hasMessageContaining("no TestLoop");
  }

  // Limits.

  private static Throwable overdue(String method) {
    Throwable failure = failureOf(method);

    assertThat(failure)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("more than 1 s, the limit of @AsyncioOptions(limitSeconds)");
    assertThat(Thread.interrupted()).isFalse();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("asyncio4j-test-limit");
    return failure;
  }

  @Test
  void aTestThatWaitsForEverFailsAtItsLimitWithTheTasksThatWait() {
    assertThat(overdue("waitsForEver"))
        .hasMessageContaining("pending tasks: 2")
        .hasMessageContaining("name='child'")
        .hasMessageContaining("BadExamples.waitsForNobody(BadExamples.java:")
        .hasMessageContaining("BadExamples.waitsForEver(BadExamples.java:")
        .satisfies(
            e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(CancelledError.class));
  }

  @Test
  void aTestThatYieldsForEverFailsAtItsLimitOnTheVirtualClockToo() {
    assertThat(overdue("yieldsForEver"))
        .hasMessageContaining("<TestLoop seed=0 time=PT0S>")
        .hasMessageContaining("pending tasks: 1")
        .hasMessageContaining("BadExamples.yieldsForEver(BadExamples.java:");
  }

  @Test
  void theLoopOfATestThatIgnoresItsCancellationIsStopped() {
    assertThat(overdue("cannotBeCancelled"))
        .hasMessageContaining("BadExamples.cannotBeCancelled(BadExamples.java:");
  }

  @Test
  void aCallbackThatBlocksIsNamedAndInterrupted() {
    assertThat(overdue("blocksTheLoopInACallback"))
        .hasMessageContaining("the loop does not answer")
        .hasMessageContaining("BadExamples.blocks(BadExamples.java:");
  }

  @Test
  void aTaskThatKeepsTheThreadIsNamedAndInterrupted() {
    assertThat(overdue("keepsTheThreadBusy"))
        .hasMessageContaining("the loop does not answer")
        .hasMessageContaining("BadExamples.keepsTheThreadBusy(BadExamples.java:");
  }

  @Test
  void theEndOfATestHasALimitToo() {
    assertThat(overdue("leaksATaskThatYieldsForEver")).hasMessageContaining("name='forgotten'");
  }

  @Test
  void aTestBesideTheLoopHasALimitToo() {
    assertThat(overdue("runsForEverBesideTheLoop"))
        .hasMessageContaining("BadExamples.waitsForNobody(BadExamples.java:");
  }

  @Test
  void aLimitBelowZeroIsRefused() {
    assertThat(failureOf("hasALimitBelowZero")).hasStackTraceContaining("limitSeconds < 0: -1");
  }

  // Groups.

  @Test
  void anAssertionThatFailsInAGroupIsTheFailure() {
    assertThat(failureOf("failsInAGroup")).isInstanceOf(AssertionError.class).hasMessage("after 1");
  }

  @Test
  void allAssertionsThatFailInAGroupAreTheFailure() {
    assertThat(failureOf("failsTwiceInAGroup"))
        .isInstanceOfSatisfying(
            MultipleFailuresError.class, e -> assertThat(e.getFailures()).hasSize(2));
  }

  @Test
  void anAssumptionThatDoesNotHoldInAGroupAbortsTheTest() {
    run("isAbortedInAGroup").testEvents().assertStatistics(s -> s.failed(0).aborted(1));
  }

  @Test
  void aGroupWithAnotherExceptionStaysAGroup() {
    assertThat(failureOf("hasAnErrorInAGroup")).isInstanceOf(ExceptionGroup.class);
  }

  // Seeds.

  @Test
  void theSeedIsInTheNameOfARunAndInTheMessageOfItsFailure() {
    EngineExecutionResults results = run("failsWithSeedsAboveThree");

    assertThat(results.testEvents().started().list())
        .extracting(event -> event.getTestDescriptor().getDisplayName())
        .containsExactly("seed 1", "seed 2", "seed 3", "seed 4");
    assertThat(failureOf(results))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("seed 4")
        .hasMessageContaining("-Dio.github.asyncio4j.seed=4")
        .hasMessageContaining("more than three")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLeakUnderASeedNamesTheSeed() {
    assertThat(failureOf("leaksUnderASeed"))
        .hasMessageContaining("-Dio.github.asyncio4j.seed=1")
        .hasMessageContaining("task still pending");
  }
}
