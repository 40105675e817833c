// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.LogRecorder;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What is said of a probe that fails, as each does in a JVM without any flag.
@Tag("portable")
final class ProbesTest {
  @Test
  void aProbeThatFailsIsOneLineOfTheLogWithTheFlagThatHelps() {
    // The class itself probes once, when it is loaded.
    assertThat(VirtualThreads.probe()).isNull();
    try (var log = LogRecorder.start()) {
      assertThat(VirtualThreads.probe()).isNull();

      assertThat(log.records()).singleElement().extracting(LogRecord::getThrown).isNull();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("--add-opens", "java.base/java.lang=io.github.asyncio4j")
          .doesNotContain("\n");
    }
  }
}
