// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a loop gets the addresses of host names from (EL-110): the system, unless
/// [LoopConnections#setResolver] gives it another.
///
/// Its methods are called in the task that asks, and may suspend it; they must not block, so a
/// blocking client belongs into `toThread` or `runInExecutor`. When the task is cancelled they are
/// left with [CancelledError] as every suspending method, and leave nothing behind. Loop thread
/// only.
///
/// What needs no look-up is never asked: literals, ports, services, no host at all.
@FunctionalInterface
public interface Resolver {
  /// Finds the addresses of a host, of every family that it has, the best first.
  ///
  /// @param host a name of ASCII characters, none of them null; not a literal
  /// @throws java.net.UnknownHostException when it has none; the text has the name and the reason
  /// @throws IOException when nobody can be asked
  List<InetAddress> addressesOf(String host) throws IOException;

  /// Finds what a host is called in truth, for [AddressInfoFlag#AI_CANONNAME]; called when it has
  /// addresses. By default that is the name itself.
  ///
  /// @throws java.net.UnknownHostException when there is no such host
  /// @throws IOException when nobody can be asked
  /// @throws UnsupportedOperationException when the resolver cannot tell
  default String canonicalNameOf(String host) throws IOException {
    return host;
  }

  /// Finds the name of an address, or returns null when it has none. By default it has none.
  ///
  /// @throws IOException when nobody can be asked
  default @Nullable String nameOf(InetAddress address) throws IOException {
    return null;
  }
}
