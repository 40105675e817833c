// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Where a [Resolver] gets addresses from: the JDK, or a test.
@FunctionalInterface
public interface HostLookup {
  /// What the JDK says, in its order.
  HostLookup SYSTEM = name -> List.of(InetAddress.getAllByName(name));

  /// Tells whether it answers without blocking, so that it needs no thread.
  default boolean answersAtOnce() {
    return false;
  }

  /// Returns the addresses of a name, the best first. A thread of the resolver; may block.
  ///
  /// @param name not a literal unless with a zone; ASCII, no null character
  /// @throws UnknownHostException when there is none
  List<InetAddress> addressesOf(String name) throws UnknownHostException;
}
