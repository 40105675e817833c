// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.socket.SocketType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// In which order addresses are tried (EL-49, RFC 8305 section 4).
final class AddressRaceTest {
  private static List<AddressInfo> infos(String names) {
    return Stream.of(names.split(" ")).map(AddressRaceTest::info).toList();
  }

  /// a to f are IPv6, w to z IPv4.
  private static AddressInfo info(String name) {
    boolean six = name.compareTo("w") < 0;
    var address = InetAddress.ofLiteral(six ? "::" + name : "127.0.0." + (int) name.charAt(0));
    return new AddressInfo(
        AddressFamilies.of(address), SocketType.STREAM, 6, "", new InetSocketAddress(address, 1));
  }

  // EL-49: what CPython makes of them
  @ParameterizedTest
  @CsvSource({
    "0, a b c d w x, a b c d w x",
    "1, a b c d w x, a w b x c d",
    "2, a b c d w x, a b w c x d",
    "3, a b c d w x, a b c w d x",
    "9, a b c d w x, a b c d w x",
    "1, w x a b, w a x b",
    "1, a b, a b",
    "1, a, a",
  })
  void familiesTakeTurnsBehindTheFirst(int first, String given, String expected) {
    var sorted = AddressRace.interleaved(infos(given), first);

    assertThat(sorted).isEqualTo(infos(expected));
    assertThat(sorted.stream().collect(Collectors.toSet())).hasSize(infos(given).size());
  }
}
