// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.internal.ffi.NetDatabase;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a [SystemResolver] gets addresses from: the JDK, or a test. Its methods are called on a
/// thread of the resolver and may block.
@FunctionalInterface
public interface HostLookup {
  /// What the JDK says, in its order.
  HostLookup SYSTEM =
      new HostLookup() {
        @Override
        public List<InetAddress> addressesOf(String name) throws UnknownHostException {
          return List.of(InetAddress.getAllByName(name));
        }

        @Override
        public String canonicalNameOf(String name) throws UnknownHostException {
          return NetDatabase.canonicalName(name);
        }

        @Override
        public @Nullable String nameOf(InetAddress address) {
          // Without the name that the object may have been made of.
          try {
            var nameless = InetAddress.getByAddress(address.getAddress());
            String name = nameless.getCanonicalHostName();
            return name.equals(nameless.getHostAddress()) ? null : name;
          } catch (UnknownHostException e) {
            throw new AssertionError(e); // Only for arrays of another length.
          }
        }
      };

  /// Returns the addresses of a name, the best first.
  ///
  /// @param name not a literal; ASCII, no null character
  /// @throws UnknownHostException when there is none
  List<InetAddress> addressesOf(String name) throws UnknownHostException;

  /// Returns what a host is called in truth.
  ///
  /// @throws UnknownHostException when there is no such host
  default String canonicalNameOf(String name) throws UnknownHostException {
    return name;
  }

  /// Returns the name of an address, or null when it has none.
  default @Nullable String nameOf(InetAddress address) {
    return null;
  }
}
