// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The multicast groups of a channel, by what they were joined with. Loop thread only.
final class ChannelMemberships {
  private final DatagramChannel channel;
  private final Map<Membership, MembershipKey> keys = new HashMap<>();

  ChannelMemberships(DatagramChannel channel) {
    this.channel = channel;
  }

  void join(InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    var membership = new Membership(group, on, source);
    if (keys.containsKey(membership)) {
      // The JDK would answer with the old key, Linux says no.
      throw SocketFailures.of("joinGroup(" + membership + ")", Errno.EADDRINUSE);
    }
    NetworkInterface chosen = on == null ? standard(group) : on;
    try {
      keys.put(
          membership,
          source == null ? channel.join(group, chosen) : channel.join(group, chosen, source));
    } catch (IOException e) {
      throw SocketFailures.translated("joinGroup(" + membership + ")", e);
    }
  }

  void leave(InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    var membership = new Membership(group, on, source);
    MembershipKey key = keys.remove(membership);
    if (key == null) {
      throw SocketFailures.of("leaveGroup(" + membership + ")", Errno.EADDRNOTAVAIL);
    }
    key.drop();
  }

  /// Returns the interface that the system would choose: the JDK wants one. That it has the address
  /// from which the group is reached a connect tells, which sends nothing.
  private static NetworkInterface standard(InetAddress group) throws IOException {
    try (DatagramChannel probe = DatagramChannel.open()) {
      probe.connect(new InetSocketAddress(group, 9));
      var local = (InetSocketAddress) probe.getLocalAddress();
      NetworkInterface found = NetworkInterface.getByInetAddress(local.getAddress());
      if (found != null) {
        return found;
      }
    } catch (IOException e) {
      throw SocketFailures.translated("joinGroup(" + group + ")", e);
    }
    throw SocketFailures.of("joinGroup(" + group + ")", Errno.ENODEV);
  }
}
