// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Resolver;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks the system, by the JDK: a loop's own resolver.
///
/// The order of addresses is the JDK's, see the property `java.net.preferIPv6Addresses`; so is how
/// long it remembers them (`networkaddress.cache.ttl`). Loop thread only.
final class SystemResolver implements Resolver {
  private final LookupThreads threads;
  private final HostLookup lookup;

  SystemResolver(LookupThreads threads, HostLookup lookup) {
    this.threads = threads;
    this.lookup = lookup;
  }

  @Override
  public List<InetAddress> addressesOf(String host) throws IOException {
    return threads.call(() -> lookup.addressesOf(host));
  }

  @Override
  public String canonicalNameOf(String host) throws IOException {
    return threads.call(() -> lookup.canonicalNameOf(host));
  }

  @Override
  public @Nullable String nameOf(InetAddress address) throws IOException {
    return threads.<@Nullable String>call(() -> lookup.nameOf(address));
  }

  @Override
  public String toString() {
    return "<SystemResolver>";
  }
}
