// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the examples about tasks, with the flags of the JVM that we may be granted and with none.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class TaskExamplesTest {
  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  // TC-01
  @Test
  void taskGroupsShowsBothShapesAFailureAndAnEarlyEnd() throws Exception {
    assertThat(Program.run(flags, "TaskGroups"))
        .containsExactly(
            "together: user and cart",
            "cancelled: slow page",
            "failed: missing page",
            "found by searcher searcher 1",
            "cancelled: searcher 2",
            "cancelled: searcher 3",
            "joined: ab");
  }

  // TC-02, TC-03, TC-07
  @Test
  void deadlinesShowsThatADeadlineIsARequest() throws Exception {
    assertThat(Program.run(flags, "Deadlines"))
        .containsExactly(
            "cleaned up",
            "too slow",
            "made 3 steps",
            "the outer deadline has passed",
            "not saved yet",
            "saved after all");
  }

  // TC-04 to TC-06, TC-13
  @Test
  void firstAnswerShowsTheWaysToWaitForSeveral() throws Exception {
    assertThat(Program.run(flags, "FirstAnswer"))
        .containsExactly(
            "gathered [a, b]",
            "came b",
            "came a",
            "1 done, 1 pending",
            "the third answers after refused");
  }

  // TK-02, TK-04, TK-05, R-39
  @Test
  void cancellationShowsCleanupOwnershipAndUncancel() throws Exception {
    assertThat(Program.run(flags, "Cancellation"))
        .hasSize(5)
        .startsWith(
            "the worker has cleaned up",
            "cancelled: not needed any more",
            "the connection is closed")
        .endsWith("lives on, requests left: 0");
  }

  // TK-10
  @Test
  void eagerTasksAreDoneAtOnceWhenTheyHaveTheirAnswer() throws Exception {
    assertThat(Program.run(flags, "EagerTasks"))
        .containsExactly(
            "first look-up done at once: false",
            "value of a",
            "second look-up done at once: true",
            "value of a",
            "printed inside createTask",
            "printed after createTask");
  }

  // R-24, TC-09
  @Test
  void contextsFollowEachRequest() throws Exception {
    List<String> lines = Program.run(flags, "Contexts");

    assertThat(lines.stream().filter(line -> line.startsWith("r1")))
        .containsExactly("r1: task", "r1: thread", "r1: inner task");
    assertThat(lines).contains("none: after reset", "outside: none", "kept: kept, outside: none");
  }

  // SY-02, SY-05
  @Test
  void locksKeepTasksOutOfEachOthersWay() throws Exception {
    assertThat(Program.run(flags, "Locks")).containsExactly("balance 80", "at most 2 at a time");
  }

  // SY-03, SY-04, SY-06
  @Test
  void meetingsShowsHowTasksWaitForOneAnother() throws Exception {
    assertThat(Program.run(flags, "Meetings"))
        .containsExactly("started true", "enough in stock: 3", "all have come: 3");
  }

  // QU-01 to QU-03
  @Test
  void workersEmptyTheQueueAndEnd() throws Exception {
    assertThat(Program.run(flags, "Workers"))
        .containsExactly(
            "every job is done",
            "30 results, the last is 30=900",
            "fire",
            "disk nearly full",
            "coffee is ready");
  }

  // TC-14
  @Test
  void whoWaitsPrintsTheChainOfWaiters() throws Exception {
    String graph = String.join("\n", Program.run(flags, "WhoWaits"));

    assertThat(graph).containsSubsequence("database", "queryDatabase", "page", "request");
    assertThat(graph).endsWith("answer\nanswer");
  }
}
