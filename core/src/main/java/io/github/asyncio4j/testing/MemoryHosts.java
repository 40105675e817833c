// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Resolver;
import io.github.asyncio4j.TaskBody;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The hosts that one [TestLoop] knows, by their names: its resolver, in memory, with delays on the
/// virtual clock.
///
/// All hosts are one program, so a socket has to be told on which it is: what is opened inside of
/// [#on] is on that host, and everything else is on the host that it talks to. [MemoryLinks] lie
/// between them.
///
/// A name comes to be when a server is started on it, with one address of its own, or when a test
/// adds it. `localhost` is there. Loop thread only.
public final class MemoryHosts implements Resolver {
  private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
  private static final InetAddress NOWHERE = InetAddress.ofLiteral("0.0.0.0");
  private static final ContextVar<InetAddress> HERE = ContextVar.of("host", NOWHERE);

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

  /// Runs a body on a host: the sockets that it opens send from the address of that host, and so do
  /// those of the tasks that it creates, and of the protocols and handlers of its servers. A server
  /// is bound to the name of its host. Suspends as the body does.
  ///
  /// @param host a name, which gets an address if it has none, or a literal
  /// @return what the body returns
  /// @throws Exception what the body throws
  public <T extends @Nullable Object> T on(String host, Coroutine<T> body) throws Exception {
    var token = HERE.set(hostOf(host));
    try {
      return body.run();
    } finally {
      HERE.reset(token);
    }
  }

  /// As [#on(String, Coroutine)] for a body that returns nothing.
  public void on(String host, TaskBody body) throws Exception {
    on(host, body.asCoroutine());
  }

  /// Returns the host of the running code, or null.
  static @Nullable InetAddress here() {
    var address = HERE.get();
    return address == NOWHERE ? null : address;
  }

  /// Returns the address that a host is known by.
  InetAddress hostOf(String host) {
    if (isLiteral(host)) {
      return InetAddress.ofLiteral(host);
    }
    define(host);
    var addresses = names.get(host);
    if (addresses == null) {
      throw new IllegalArgumentException("not the name of a host: '" + host + "'");
    }
    return addresses.getFirst();
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

  /// Returns a text about a socket with the names of hosts before their addresses.
  String named(String text) {
    return ADDRESS
        .matcher(text)
        .replaceAll(
            match -> {
              String name = nameOf(InetAddress.ofLiteral(match.group()));
              return Matcher.quoteReplacement(
                  name == null ? match.group() : name + "/" + match.group());
            });
  }

  @Override
  public String toString() {
    return "<MemoryHosts " + names + ">";
  }
}
