// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The hosts and servers that one [TestLoop] can reach, all of them in memory. Loop thread only.
///
/// A name comes to be when a server is started on it, and has one address of its own.
final class MemoryNetwork {
  private static final int FIRST_FREE_PORT = 49152;
  private static final int MAX_PORT = 65535;

  private final EventLoop loop;
  private final LinkConditions conditions;
  private final RandomGenerator random;
  private final Lowlevel lowlevel;
  private final Map<String, InetAddress> names = new HashMap<>();
  private final Map<InetSocketAddress, MemoryServer> servers = new HashMap<>();
  private int nextPort = FIRST_FREE_PORT;

  /// Makes a network without hosts.
  MemoryNetwork(TestLoop loop, LinkConditions conditions) {
    this.loop = loop;
    this.conditions = Objects.requireNonNull(conditions, "conditions");
    this.random = Seeds.generator(loop.seed(), "links");
    this.lowlevel = Lowlevel.of(loop);
    names.put("localhost", InetAddress.ofLiteral("127.0.0.1"));
  }

  /// Returns how connections of a loop behave that are made without an address.
  static LinkConditions conditionsOf(EventLoop loop) {
    return loop instanceof TestLoop test ? test.network().conditions : LinkConditions.PLAIN;
  }

  /// Returns what decides whatever the conditions leave open.
  static RandomGenerator randomOf(EventLoop loop) {
    return loop instanceof TestLoop test ? test.network().random : Seeds.generator(0, "links");
  }

  EventLoop loop() {
    return loop;
  }

  Lowlevel lowlevel() {
    return lowlevel;
  }

  // Names.

  /// Answers with the one address that a name or literal has; an empty one stands for all.
  List<AddressInfo> getaddrinfo(String host, int port, @Nullable StandardProtocolFamily family)
      throws IOException {
    lowlevel.ensureInTask("getaddrinfo");
    ensurePort(port, 0);
    InetAddress address = host.isEmpty() ? wildcard() : known(host);
    StandardProtocolFamily actual =
        address instanceof Inet6Address
            ? StandardProtocolFamily.INET6
            : StandardProtocolFamily.INET;
    if (family != null && family != actual) {
      throw new UnknownHostException(host + " has no address of family " + family);
    }
    return List.of(new AddressInfo(actual, new InetSocketAddress(address, port)));
  }

  private static InetAddress wildcard() {
    return InetAddress.ofLiteral("0.0.0.0");
  }

  private InetAddress known(String host) throws UnknownHostException {
    InetAddress address = names.get(host);
    if (address != null) {
      return address;
    }
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      throw new UnknownHostException(host + " is not known: no server of this loop has that name");
    }
  }

  private static void ensurePort(int port, int least) {
    if (port < least || port > MAX_PORT) {
      throw new IllegalArgumentException("port is not in " + least + ".." + MAX_PORT + ": " + port);
    }
  }

  // Servers.

  Server serve(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    lowlevel.ensureInTask("createServer");
    if (options.sock() != null) {
      throw TestLoop.noSockets("createServer(sock)");
    }
    ensurePort(port, 0);
    if (hosts.isEmpty()) {
      throw new IOException("there is no host to serve on");
    }
    Set<InetAddress> addresses = new LinkedHashSet<>();
    for (String host : hosts) {
      addresses.add(host.isEmpty() ? wildcard() : names.computeIfAbsent(host, this::newHost));
    }
    List<InetSocketAddress> bound = new ArrayList<>();
    for (InetAddress address : addresses) {
      bound.add(free(address, port));
    }
    var server = new MemoryServer(this, protocolFactory, bound);
    bound.forEach(address -> servers.put(address, server));
    if (options.startServing()) {
      server.startServing();
    }
    return server;
  }

  private InetAddress newHost(String name) {
    try {
      return InetAddress.ofLiteral(name);
    } catch (IllegalArgumentException e) {
      int number = names.size();
      return InetAddress.ofLiteral("10.0." + (number >> 8) + "." + (number & 0xff));
    }
  }

  private InetSocketAddress free(InetAddress address, int port) throws BindException {
    var wanted = new InetSocketAddress(address, port == 0 ? nextPort++ : port);
    if (servers.containsKey(wanted)) {
      throw new BindException("bind(" + wanted + "): EADDRINUSE (Address already in use)");
    }
    return wanted;
  }

  void unbind(List<InetSocketAddress> addresses) {
    addresses.forEach(servers::remove);
  }

  // Connecting.

  <P extends BaseProtocol> Connection<Transport, P> connect(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    lowlevel.ensureInTask("createConnection");
    if (options.sock() != null) {
      throw TestLoop.noSockets("createConnection(sock)");
    }
    ensurePort(port, 1);
    InetSocketAddress address = getaddrinfo(host, port, options.family()).getFirst().address();
    MemoryTransport transport;
    try {
      transport = handshake(clientAddress(options, address), address);
    } catch (ConnectException e) {
      if (options.allErrors()) {
        throw new ExceptionGroup("create_connection failed", List.of(e));
      }
      throw e;
    }
    boolean joined = false;
    try {
      P protocol = protocolFactory.get();
      Future<@Nullable Void> ready = loop.createFuture();
      // After the factory, so that the connection sees what it has set.
      transport.start(protocol, Context.copyContext(), () -> wake(ready));
      await(ready);
      joined = true;
      return new Connection<>(transport, protocol);
    } finally {
      if (!joined) {
        transport.abort();
      }
    }
  }

  private InetSocketAddress clientAddress(ConnectionOptions options, InetSocketAddress server) {
    InetSocketAddress local = options.localAddr();
    InetAddress host = local == null ? null : local.getAddress();
    int port = local == null ? 0 : local.getPort();
    return new InetSocketAddress(
        host != null ? host : server.getAddress(), port != 0 ? port : nextPort++);
  }

  /// Lets a request travel to the server and the answer back; suspending.
  private MemoryTransport handshake(InetSocketAddress client, InetSocketAddress address)
      throws IOException {
    Future<MemoryTransport> answer = loop.createFuture();
    var arrived = new ArrayList<MemoryTransport>();
    travel(() -> request(client, address, answer, arrived));
    try {
      return await(answer);
    } catch (CancelledError e) {
      // In the iteration in which the answer arrived.
      arrived.forEach(MemoryTransport::abandon);
      throw e;
    }
  }

  private void request(
      InetSocketAddress client,
      InetSocketAddress address,
      Future<MemoryTransport> answer,
      List<MemoryTransport> arrived) {
    MemoryServer server = listenerAt(address);
    if (server == null || !server.isServing()) {
      var refusal =
          new ConnectException("connect(" + address + "): ECONNREFUSED (Connection refused)");
      travel(
          () -> {
            if (!answer.done()) {
              answer.setException(refusal);
            }
          });
      return;
    }
    TransportPair pair = MemoryTransport.connected(loop, conditions, random, client, address);
    server.accepted(pair.second());
    travel(
        () -> {
          if (answer.done()) {
            // Nobody waits any more.
            pair.first().abandon();
          } else {
            arrived.add(pair.first());
            answer.setResult(pair.first());
          }
        });
  }

  private @Nullable MemoryServer listenerAt(InetSocketAddress address) {
    MemoryServer exact = servers.get(address);
    return exact != null
        ? exact
        : servers.get(new InetSocketAddress(wildcard(), address.getPort()));
  }

  private void travel(Runnable arrive) {
    if (conditions.maxLatency().isZero()) {
      loop.callSoon(arrive);
    } else {
      loop.callAt(loop.time() + MemoryPipe.latency(conditions, random), arrive);
    }
  }

  // Waiting.

  static void wake(Future<@Nullable Void> waiter) {
    if (!waiter.done()) {
      waiter.setResult(null);
    }
  }

  /// Suspends until a future of this package is done.
  ///
  /// @throws CancelledError when the task is cancelled
  static <T extends @Nullable Object> T await(Future<T> future) throws IOException {
    try {
      return future.await();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("nobody sets such an exception here", e);
    }
  }
}
