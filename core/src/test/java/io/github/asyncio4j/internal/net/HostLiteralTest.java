// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Addresses as texts (EL-110, RFC 5952).
final class HostLiteralTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "0:0:0:0:0:0:0:1, ::1",
    "0:0:0:0:0:0:0:0, ::",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "1:0:0:0:0:0:0:0, 1::",
    "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
    "10:0:0:10:10:0:0:0, 10:0:0:10:10::",
    "fe80::1%999999, fe80::1%999999",
  })
  void anAddressIsWrittenAsShortAsCanBe(String literal, String text) throws Exception {
    assertThat(HostLiteral.of(HostLiteral.parse(literal))).isEqualTo(text);
  }

  @Test
  void aScopeIsWrittenAsTheNameOfItsInterface() throws Exception {
    var loopback = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));

    assertThat(HostLiteral.of(HostLiteral.parse("fe80::1%" + loopback.getIndex())))
        .isEqualTo("fe80::1%" + loopback.getName());
  }

  @Test
  void aNameIsNoLiteral() throws Exception {
    assertThat(HostLiteral.parse("localhost")).isNull();
    assertThat(HostLiteral.parse("fe80::1::2%lo")).isNull();
  }
}
