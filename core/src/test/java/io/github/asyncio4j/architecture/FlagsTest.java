// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Makes sure that the tests run with the JVM flags that they were written for.
final class FlagsTest {
  private static final Module JAVA_BASE = Object.class.getModule();
  private static final Module OURS = FlagsTest.class.getModule();

  @Test
  void mostTestsRunInAJvmThatWasGrantedEveryFlag() {
    assertThat(OURS.getName()).isEqualTo("io.github.asyncio4j");
    assertThat(JAVA_BASE.isOpen("java.lang", OURS)).isTrue();
    assertThat(JAVA_BASE.isExported("sun.nio.ch", OURS)).isTrue();
    assertThat(OURS.isNativeAccessEnabled()).isTrue();
  }

  @Test
  @Tag("portable")
  void portableTestsRunInAJvmThatWasGrantedNoFlag() {
    assertThat(OURS.getName()).isEqualTo("io.github.asyncio4j");
    assertThat(JAVA_BASE.isOpen("java.lang", OURS)).isFalse();
    assertThat(JAVA_BASE.isExported("sun.nio.ch", OURS)).isFalse();
    assertThat(OURS.isNativeAccessEnabled()).isFalse();
  }
}
