// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static io.github.asyncio4j.socket.SocketType.DATAGRAM;
import static io.github.asyncio4j.socket.SocketType.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What is read of services(5).
final class ServicesTest {
  private final Services services =
      Services.parse(
          List.of(
              "# a comment",
              "",
              "http\t\t80/tcp\twww\t\t# WorldWideWeb",
              "shell 514/tcp cmd syslog",
              "syslog 514/udp",
              "broken line",
              "odd 99/sctp",
              "huge 123456/tcp",
              "alone"));

  @Test
  void aServiceHasAPortUnderEachOfItsNames() {
    assertThat(services.port("http", STREAM)).isEqualTo(80);
    assertThat(services.port("www", STREAM)).isEqualTo(80);
    assertThat(services.port("syslog", DATAGRAM)).isEqualTo(514);
    assertThat(services.port("http", DATAGRAM)).isEqualTo(-1);
    for (var none : List.of("WorldWideWeb", "broken", "odd", "huge", "alone", "80/tcp")) {
      assertThat(services.port(none, STREAM)).as(none).isEqualTo(-1);
    }
  }

  @Test
  void aPortHasTheFirstNameForItsTypeOfSocket() {
    assertThat(services.name(514, STREAM)).isEqualTo("shell");
    assertThat(services.name(514, DATAGRAM)).isEqualTo("syslog");
    assertThat(services.name(80, DATAGRAM)).isNull();
  }
}
