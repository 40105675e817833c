// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;
import static java.net.StandardProtocolFamily.UNIX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class SockaddrTest {
  private final MemorySegment memory = Arena.ofAuto().allocate(Sockaddr.BYTES, 8);

  private SocketAddress thereAndBack(SocketAddress address, StandardProtocolFamily family) {
    return Sockaddr.read(memory, Sockaddr.write(address, family, memory));
  }

  private static InetSocketAddress inet(String host, int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Test
  void everyKindOfAddressComesBack() throws UnknownHostException {
    assertThat(thereAndBack(inet("10.1.2.3", 65535), INET)).isEqualTo(inet("10.1.2.3", 65535));
    assertThat(thereAndBack(inet("2001:db8::1", 80), INET6)).isEqualTo(inet("2001:db8::1", 80));
    assertThat(thereAndBack(UnixDomainSocketAddress.of("/tmp/a socket"), UNIX))
        .isEqualTo(UnixDomainSocketAddress.of("/tmp/a socket"));
  }

  @Test
  void theScopeOfALinkLocalAddressIsKept() throws UnknownHostException {
    byte[] linkLocal = InetAddress.ofLiteral("fe80::1").getAddress();
    var address = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 80);

    var back = (InetSocketAddress) thereAndBack(address, INET6);

    assertThat(((Inet6Address) back.getAddress()).getScopeId()).isEqualTo(7);
  }

  @Test
  void anIpv4AddressOnAnIpv6SocketIsMapped() throws UnknownHostException {
    int length = Sockaddr.write(inet("1.2.3.4", 80), INET6, memory);

    assertThat(length).isEqualTo(28);
    assertThat(memory.asSlice(8, 16).toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 1, 2, 3, 4);
    assertThat(Sockaddr.read(memory, length)).isEqualTo(inet("1.2.3.4", 80));
  }

  @Test
  void anAddressOfAnotherFamilyIsRefused() throws UnknownHostException {
    InetSocketAddress ip6 = inet("::1", 80);

    assertThatThrownBy(() -> Sockaddr.write(ip6, INET, memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(ip6.toString());
    assertThatThrownBy(() -> Sockaddr.write(ip6, UNIX, memory))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aUnixPathThatIsTooLongIsRefused() {
    SocketAddress fits = UnixDomainSocketAddress.of("/" + "x".repeat(106));
    SocketAddress tooLong = UnixDomainSocketAddress.of("/" + "x".repeat(107));

    assertThat(thereAndBack(fits, UNIX)).isEqualTo(fits);
    assertThatThrownBy(() -> Sockaddr.write(tooLong, UNIX, memory))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anUnboundAddressIsNone() {
    assertThat(thereAndBack(null, INET)).isNull();
    assertThat(thereAndBack(null, INET6)).isNull();
    assertThat(thereAndBack(null, UNIX)).isEqualTo(UnixDomainSocketAddress.of(""));
  }
}
