// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names of hosts that one [TestLoop] knows: its resolver, in memory, with delays on the
/// virtual clock.
///
/// A name comes to be when a server is started on it, with one address of its own, or when a test
/// adds it. `localhost` is there. Loop thread only.
public final class MemoryHosts implements Resolver {
  private final Map<String, List<InetAddress>> names = new HashMap<>();
  private final Map<String, Duration> delays = new HashMap<>();
  private int given;
  private int lookups;

  MemoryHosts() {
    add("localhost", "127.0.0.1");
  }

  /// Gives a name addresses, in place of those that it had.
  ///
  /// @param literals the best first; none for a name that is not known any more
  /// @throws IllegalArgumentException when one is no literal
  public void add(String name, String... literals) {
    var addresses = Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
    if (addresses.isEmpty()) {
      names.remove(name);
    } else {
      names.put(name, addresses);
    }
  }

  /// Has each look-up of a name, known or not, take a while of virtual time.
  ///
  /// @throws IllegalArgumentException when the delay is negative
  public void delay(String name, Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay < 0: " + delay);
    }
    delays.put(name, delay);
  }

  /// Returns how many look-ups were started.
  public int lookups() {
    return lookups;
  }

  /// Gives a name an address, unless it has one or is none.
  void define(String host) {
    if (!host.isEmpty() && host.indexOf('\0') < 0 && !isLiteral(host)) {
      names.computeIfAbsent(host, _ -> List.of(nextAddress()));
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
    given++;
    return InetAddress.ofLiteral("10.0." + (given >> 8) + "." + (given & 0xff));
  }

  /// Suspends for the name's delay, if it has one.
  @Override
  public List<InetAddress> addressesOf(String host) throws UnknownHostException {
    lookups++;
    var delay = delays.get(host);
    if (delay != null) {
      sleep(delay);
    }
    var addresses = names.get(host);
    if (addresses == null) {
      throw new UnknownHostException(host + " is not known: no server of this loop has that name");
    }
    return addresses;
  }

  /// Returns the least of the names that have the address.
  @Override
  public @Nullable String nameOf(InetAddress address) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().contains(address))
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst()
        .orElse(null);
  }

  private static void sleep(Duration delay) {
    var loop = EventLoop.getRunningLoop();
    Future<@Nullable Void> over = loop.createFuture();
    var timer = loop.callLater(delay, () -> over.trySetResult(null));
    try {
      over.join();
    } finally {
      timer.cancel();
    }
  }

  @Override
  public String toString() {
    return "<MemoryHosts " + names + ">";
  }
}
