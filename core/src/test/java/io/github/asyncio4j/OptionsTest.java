// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What the keyword arguments of all calls have in common.
final class OptionsTest {
  @Test
  void eachKeywordMakesACopyAndLeavesTheOriginal() {
    ServerOptions changed = ServerOptions.DEFAULT.backlog(7).reusePort(true);

    assertThat(changed.backlog()).isEqualTo(7);
    assertThat(changed.reusePort()).isTrue();
    assertThat(changed.startServing()).isTrue();
    assertThat(ServerOptions.DEFAULT.backlog()).isEqualTo(100);
  }

  @Test
  void theyAreEqualByTheirValues() {
    assertThat(TaskOptions.DEFAULT.name("a"))
        .isEqualTo(TaskOptions.DEFAULT.name("a"))
        .hasSameHashCodeAs(TaskOptions.DEFAULT.name("a"))
        .isNotEqualTo(TaskOptions.DEFAULT.name("b"))
        .isNotEqualTo(RunnerOptions.DEFAULT);
  }

  @Test
  void theTextShowsTheKeywords() {
    assertThat(ConnectionOptions.DEFAULT.allErrors(true))
        .hasToString("ConnectionOptions{family=null, sock=null, localAddr=null, allErrors=true}");
  }

  @Test
  void aValueThatCannotBeIsRefusedWhereItIsGiven() {
    assertThatThrownBy(() -> ServerOptions.DEFAULT.backlog(0)).hasMessage("backlog < 1: 0");
    assertThatThrownBy(() -> RunnerOptions.DEFAULT.shutdownTimeout(Duration.ofSeconds(-1)))
        .hasMessage("shutdownTimeout < 0: PT-1S");
  }
}
