// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.internal.net.HostLookup;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The names of the hosts that one [TestLoop] can reach. A name comes to be when a server is
/// started on it, and has one address of its own. Loop thread only.
final class MemoryHosts implements HostLookup {
  private final Map<String, InetAddress> names = new HashMap<>();

  MemoryHosts() {
    names.put("localhost", InetAddress.ofLiteral("127.0.0.1"));
  }

  /// Gives a name an address, unless it has one or is none.
  void define(String host) {
    if (!host.isEmpty() && host.indexOf('\0') < 0 && !isLiteral(host)) {
      names.computeIfAbsent(host, _ -> nextAddress());
    }
  }

  private static boolean isLiteral(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private InetAddress nextAddress() {
    int number = names.size();
    return InetAddress.ofLiteral("10.0." + (number >> 8) + "." + (number & 0xff));
  }

  @Override
  public boolean answersAtOnce() {
    return true;
  }

  @Override
  public List<InetAddress> addressesOf(String name) throws UnknownHostException {
    InetAddress address = names.get(name);
    if (address == null) {
      throw new UnknownHostException(name + " is not known: no server of this loop has that name");
    }
    return List.of(address);
  }
}
