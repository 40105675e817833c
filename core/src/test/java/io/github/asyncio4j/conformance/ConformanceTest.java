// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.RunnerOptions;
import io.github.asyncio4j.conformance.stage.Out;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.socket.SocketTier;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Compares what the Java half of each scenario prints with what CPython 3.13 printed (design 7).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ConformanceTest {
  /// The classes that hold the twins, one per file of `conformance/python`.
  private static final List<Class<?>> THEMES = List.of(Themes.ALL);

  private static final AtomicInteger EQUAL = new AtomicInteger();

  private final LoopKind kind;

  ConformanceTest(LoopKind kind) {
    this.kind = kind;
  }

  @TestFactory
  Stream<DynamicTest> printsWhatCpythonPrints() {
    Map<String, Method> twins = twins();
    return Recording.ALL.keySet().stream()
        .filter(twins::containsKey)
        .filter(name -> isPlayed(twins.get(name)))
        .map(name -> DynamicTest.dynamicTest(name, () -> compare(name, twins.get(name))));
  }

  private boolean isPlayed(Method twin) {
    return kind.tier() == SocketTier.NATIVE || !twin.getAnnotation(Scenario.class).nativeOnly();
  }

  @Test
  void everyRecordedScenarioHasATwinAndEveryTwinARecord() {
    assertThat(twins().keySet()).containsExactlyInAnyOrderElementsOf(Recording.ALL.keySet());
  }

  @Test
  void everyTwinStandsInTheClassOfItsThemeAndNamesTheSameIds() {
    twins()
        .forEach(
            (name, twin) -> {
              var recording = Recording.ALL.get(name);
              assertThat(recording).as(name).isNotNull();
              assertThat(twin.getDeclaringClass().getSimpleName())
                  .as(name)
                  .isEqualTo(camelCase(recording.theme()) + "Scenarios");
              assertThat(twin.getAnnotation(Scenario.class).value())
                  .as(name)
                  .containsExactlyElementsOf(recording.ids());
            });
  }

  private static String camelCase(String theme) {
    return Arrays.stream(theme.split("_"))
        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
        .collect(Collectors.joining());
  }

  @AfterParameterizedClassInvocation
  static void printTheNumber(LoopKind kind) {
    System.out.println("conformance: " + EQUAL.getAndSet(0) + " scenarios equal on " + kind);
  }

  private void compare(String name, Method twin) throws Exception {
    assertThat(play(twin, Stage.of(kind, new Out()))).isEqualTo(Recording.ALL.get(name).lines());
    EQUAL.incrementAndGet();
  }

  /// Plays a scenario and returns what it prints.
  static List<String> play(Method twin, Stage stage) throws Exception {
    var theme = newInstance(twin.getDeclaringClass());
    if (twin.getAnnotation(Scenario.class).task()) {
      Asyncio.run(
          () -> call(twin, theme, stage), RunnerOptions.DEFAULT.loopFactory(stage::newLoop));
    } else {
      call(twin, theme, stage);
    }
    return new ArrayList<>(stage.out.lines());
  }

  private static void call(Method twin, Object theme, Stage stage) throws Exception {
    try {
      twin.invoke(theme, stage);
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  private static Object newInstance(Class<?> theme) throws Exception {
    var constructor = theme.getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  static Map<String, Method> twins() {
    var twins = new TreeMap<String, Method>();
    for (Class<?> theme : THEMES) {
      for (Method method : theme.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Scenario.class)) {
          method.setAccessible(true);
          if (twins.put(snakeCase(method.getName()), method) != null) {
            fail("two twins of one name: " + method);
          }
        }
      }
    }
    return twins;
  }

  /// Underscores are lost in camelCase where a digit follows, so both sides are compared by a name
  /// that the record decides: `aB1` is `a_b_1` if there is such a record, else `a_b1`.
  private static String snakeCase(String camelCase) {
    String simple = camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    return Arrays.stream(new String[] {simple, simple.replaceAll("([0-9]+)", "_$1")})
        .flatMap(s -> Stream.of(s, s.replaceAll("([0-9])([a-z])", "$1_$2")))
        .filter(Recording.ALL::containsKey)
        .findFirst()
        .orElse(simple);
  }
}
