// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Sees that no end of a pipe is left open once a test has closed its loop.
final class PipeCensus implements BeforeEachCallback, AfterEachCallback {
  private Map<String, String> before = Map.of();

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    before = OpenSockets.pipes();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    assertThat(OpenSockets.pipes()).isEqualTo(before);
  }
}
