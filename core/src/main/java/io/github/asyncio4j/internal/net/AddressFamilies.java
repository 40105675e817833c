// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfoFlag;
import io.github.asyncio4j.AddressInfoOptions;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Which addresses are wanted, by their family.
final class AddressFamilies {
  // In the orders of the C library.
  static final List<InetAddress> ALL_INTERFACES = literals("0.0.0.0", "::");
  static final List<InetAddress> LOOPBACK = literals("::1", "127.0.0.1");

  private AddressFamilies() {}

  private static List<InetAddress> literals(String first, String second) {
    return List.of(InetAddress.ofLiteral(first), InetAddress.ofLiteral(second));
  }

  static StandardProtocolFamily of(InetAddress address) {
    return address instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  /// Returns the addresses of the family that is asked for, in their order.
  static List<InetAddress> wanted(List<InetAddress> addresses, AddressInfoOptions options)
      throws UnknownHostException {
    var family = options.family();
    if (family == null) {
      return addresses;
    }
    var its = addresses.stream().filter(address -> of(address) == family).toList();
    if (its.isEmpty()
        && family == StandardProtocolFamily.INET6
        && options.flags().contains(AddressInfoFlag.AI_V4MAPPED)) {
      return mapped(addresses);
    }
    return its;
  }

  /// Returns the IPv4-mapped addresses of IPv4 ones (RFC 4291, section 2.5.5.2).
  private static List<InetAddress> mapped(List<InetAddress> addresses) throws UnknownHostException {
    var mapped = new ArrayList<InetAddress>();
    for (var address : addresses) {
      var bytes = new byte[16];
      bytes[10] = (byte) 0xff;
      bytes[11] = (byte) 0xff;
      System.arraycopy(address.getAddress(), 0, bytes, 12, 4);
      // The method without a scope would make it an IPv4 address again.
      mapped.add(Inet6Address.getByAddress(null, bytes, -1));
    }
    return mapped;
  }

  /// Returns the families of which this machine has an address, loopback left out; blocks.
  static Set<StandardProtocolFamily> ofThisMachine() throws IOException {
    var families = EnumSet.noneOf(StandardProtocolFamily.class);
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress())
        .forEach(address -> families.add(of(address)));
    return families;
  }

  /// Returns the addresses of the families that are configured; with none it is as if both were, so
  /// that a machine without a network finds its own names.
  ///
  /// @throws UnknownHostException when nothing is left
  static List<InetAddress> configured(
      String name, List<InetAddress> addresses, Set<StandardProtocolFamily> families)
      throws UnknownHostException {
    if (families.isEmpty()) {
      return addresses;
    }
    var left = addresses.stream().filter(address -> families.contains(of(address))).toList();
    if (left.isEmpty()) {
      throw new UnknownHostException(
          name + ": no address of a family that this machine has: " + families);
    }
    return left;
  }
}
