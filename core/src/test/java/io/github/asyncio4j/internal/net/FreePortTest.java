// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

/// How often a port is looked for that is free everywhere.
final class FreePortTest {
  private int tries;

  @Test
  void aPortThatIsTakenElsewhereIsFollowedByAnother() throws Exception {
    int port =
        FreePort.find(
            () -> {
              if (++tries < FreePort.TRIES) {
                throw new BindException("taken: " + tries);
              }
              return 7;
            });

    assertThat(port).isEqualTo(7);
    assertThat(tries).isEqualTo(FreePort.TRIES);
  }

  @Test
  void theLastFailureIsTold() {
    assertThatThrownBy(
            () ->
                FreePort.find(
                    () -> {
                      throw new BindException("taken: " + ++tries);
                    }))
        .isInstanceOf(BindException.class)
        .hasMessage("taken: " + FreePort.TRIES);
  }

  @Test
  void whatIsNoMatterOfThePortIsNotTriedAgain() {
    var failure = new IOException("no memory");
    assertThatThrownBy(
            () ->
                FreePort.find(
                    () -> {
                      tries++;
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(tries).isEqualTo(1);
  }
}
