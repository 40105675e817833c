// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How what a JVM has told is shown.
final class ReportTest {
  private static final String LOOP =
      "loop\t1\t0xa\tSelectorEventLoop\tbaton\tNioSelector\tmain\tselect\t\t0\t\t0";

  private static String task(int number, String name, String awaiters) {
    return String.join(
        "\t",
        "task",
        Integer.toString(number),
        "0x" + number,
        "1",
        name,
        "suspended",
        "0",
        "Future.await",
        "app.App.run(App.java:7)",
        "detailed",
        awaiters);
  }

  private static Snapshot snapshot(String... lines) {
    var all = new ArrayList<>(List.of("version\t1", LOOP));
    all.addAll(List.of(lines));
    return new Snapshot(all);
  }

  @Test
  void aCircleByWayOfFuturesIsFound() {
    // a waits for the future 9 that b is in, c for a, and b for c.
    Snapshot seen =
        snapshot(
            task(2, "a", "4"), task(3, "b", "9"), task(4, "c", "3"), "future\t9\tGathering\t2");

    assertThat(seen.circles()).hasSize(1);
    assertThat(Report.tree(seen, 100))
        .startsWith("! a circle of 3 tasks: a waits for b waits for c waits for a\n");
  }

  @Test
  void manyAndLongCirclesAreCounted() {
    var tasks = new ArrayList<String>();
    for (int i = 2; i < 50_002; i++) {
      tasks.add(task(i, "a" + i, Integer.toString(i + 50_000)));
      tasks.add(task(i + 50_000, "b" + i, Integer.toString(i)));
      tasks.add(task(i + 100_000, "c" + i, Integer.toString(100_002 + (i - 1) % 50_000)));
    }
    Snapshot seen = snapshot(tasks.toArray(String[]::new));

    assertThat(seen.circles()).hasSize(50_001);
    assertThat(Report.table(seen, 3))
        .contains("! a2 and b2 wait for each other\n", "! and 49981 more circles\n")
        .contains("! a circle of 50000 tasks: c2 waits for c50001 waits for c50000 ")
        .hasLineCount(28);
  }

  @Test
  void aTaskThatWaitsForItselfIsFound() {
    Snapshot seen = snapshot(task(2, "a", "9"), "future\t9\tGathering\t2");

    assertThat(Report.table(seen, 100)).startsWith("! a waits for itself\n");
  }

  @Test
  void whatMayBeAwaitedTwiceIsNoCircle() {
    Snapshot seen =
        snapshot(task(2, "top", ""), task(3, "a", "2"), task(4, "b", "2"), task(5, "end", "3 4"));

    assertThat(seen.circles()).isEmpty();
    assertThat(Report.tree(seen, 100))
        .contains(
            """
            top  awaits Future.await: a, b, at app.App.run(App.java:7)
            ├── a  awaits Future.await: end, at app.App.run(App.java:7)
            │   └── end  awaits Future.await, at app.App.run(App.java:7)
            └── b  awaits Future.await: end, at app.App.run(App.java:7)
                └── end  (above)
            """);
  }

  @Test
  void ofManyTasksAFewAreShownAndTheOthersCounted() {
    var tasks = new ArrayList<String>();
    for (int i = 2; i < 10_002; i++) {
      tasks.add(task(i, "task " + i, ""));
    }
    Snapshot seen = snapshot(tasks.toArray(String[]::new));

    for (String text : List.of(Report.table(seen, 3), Report.tree(seen, 3))) {
      assertThat(text).hasLineCount(text.startsWith("loop") && text.contains("ID") ? 6 : 5);
      assertThat(text).endsWith("... and 9997 more tasks (--limit N shows N, 0 all)\n");
    }
  }

  @Test
  void aChainOfAHundredThousandTasksIsCutOff() {
    var tasks = new ArrayList<String>();
    for (int i = 2; i < 100_002; i++) {
      tasks.add(task(i, "task " + i, i == 2 ? "" : Integer.toString(i - 1)));
    }
    Snapshot seen = snapshot(tasks.toArray(String[]::new));

    assertThat(seen.circles()).isEmpty();
    assertThat(Report.tree(seen, Integer.MAX_VALUE))
        .contains("... (more than 200 levels)")
        .endsWith("... and 99799 more tasks (--limit N shows N, 0 all)\n");
  }

  @Test
  void aTaskOfWhichNothingIsToldIsPassedOver() {
    Snapshot seen = snapshot(task(2, "a", "77"));

    assertThat(Report.table(seen, 100)).containsPattern("a +suspended +Future.await +app.* -\n");
  }

  @Test
  void copiesOfTheLibraryCountForThemselves() {
    Snapshot seen = snapshot(task(2, "a", ""), "version\t1", LOOP, task(2, "b", ""));

    assertThat(Report.table(seen, 100)).containsPattern("(?s)loop 0xa.* a .*loop 0xa.* b ");
  }
}
