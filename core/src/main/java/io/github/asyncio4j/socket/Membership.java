// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.InetAddress;
import java.net.NetworkInterface;
import org.jspecify.annotations.Nullable;

/// That a socket has joined a multicast group.
///
/// @param on null for the interface that the system chose
/// @param source the only sender to be heard, or null for all
record Membership(InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source) {
  @Override
  public String toString() {
    return group
        + (on == null ? "" : " on " + on.getName())
        + (source == null ? "" : " from " + source);
  }
}
