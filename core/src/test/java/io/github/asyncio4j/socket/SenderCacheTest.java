// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.internal.ffi.Sockaddr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A cache gives what a look into the structure would have given.
final class SenderCacheTest {
  private static List<InetSocketAddress> senders() throws Exception {
    var senders = new ArrayList<InetSocketAddress>();
    for (int i = 0; i < 300; i++) {
      senders.add(new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + i % 256), 1000 + i));
      byte[] six = new byte[16];
      six[0] = (byte) 0xfe;
      six[1] = (byte) 0x80;
      six[15] = (byte) i;
      senders.add(new InetSocketAddress(Inet6Address.getByAddress(null, six, i % 3 + 1), 5353));
    }
    return senders;
  }

  @Test
  void eachSenderIsTheOneInTheStructureAndIsSharedWhenItComesAgain() throws Exception {
    var cache = new SenderCache();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(Sockaddr.BYTES, 8);
      for (int round = 0; round < 2; round++) {
        for (InetSocketAddress sender : senders()) {
          var family =
              sender.getAddress() instanceof Inet6Address
                  ? StandardProtocolFamily.INET6
                  : StandardProtocolFamily.INET;
          int length = Sockaddr.write(sender, family, name);
          var found = (InetSocketAddress) cache.address(name, length);

          assertThat(found).isEqualTo(sender);
          if (found.getAddress() instanceof Inet6Address six) {
            // Addresses of two links are equal for the JDK.
            assertThat(six.getScopeId())
                .isEqualTo(((Inet6Address) sender.getAddress()).getScopeId());
          }
          assertThat(cache.address(name, length)).isSameAs(found);
        }
      }
    }
  }
}
