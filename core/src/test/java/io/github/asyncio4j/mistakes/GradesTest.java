// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What the texts that answer mistakes are worth, all in all.
final class GradesTest {
  private static final List<Class<?>> CASES =
      List.of(
          LoopMistakesTest.class,
          ThreadMistakesTest.class,
          TaskMistakesTest.class,
          FutureMistakesTest.class,
          GroupMistakesTest.class,
          SyncMistakesTest.class,
          StreamMistakesTest.class,
          TransportMistakesTest.class,
          DatagramMistakesTest.class,
          TlsMistakesTest.class,
          ChildMistakesTest.class,
          FileMistakesTest.class,
          ServiceMistakesTest.class,
          FlagMistakesTest.class);

  private static Map<Integer, List<String>> grades() {
    var grades = new TreeMap<Integer, List<String>>();
    for (Class<?> type : CASES) {
      for (Method method : type.getDeclaredMethods()) {
        Mistake mistake = method.getAnnotation(Mistake.class);
        if (mistake != null) {
          grades
              .computeIfAbsent(mistake.value(), grade -> new ArrayList<>())
              .add(type.getSimpleName() + "." + method.getName());
        }
      }
    }
    return grades;
  }

  @Test
  void noMistakeIsAnsweredByATextThatMisleads() {
    assertThat(grades().keySet()).containsExactly(1, 2);
  }

  @Test
  void ninetyOfAHundredTextsSayWhatToDo() {
    Map<Integer, List<String>> grades = grades();
    int all = grades.values().stream().mapToInt(List::size).sum();

    assertThat(all).isGreaterThanOrEqualTo(100);
    assertThat(grades.get(1)).as("texts without a remedy").hasSizeLessThanOrEqualTo(all / 10);
  }
}
