// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.socket.Wire;
import io.github.asyncio4j.socket.Wiring;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The links between the hosts of a [TestLoop]: their conditions, and partitions. Loop thread only.
///
/// ```java
/// loop.links().partition("client.test", "server.test");
/// loop.hosts().on("client.test", () -> Asyncio.openConnection("server.test", 80)); // waits
/// loop.callLater(Duration.ofSeconds(5), () -> loop.links().repair("client.test", "server.test"));
/// ```
///
/// A host is an address: a name of [MemoryHosts] or a literal. What is not on a host of its own
/// ([MemoryHosts#on]) has the address of whom it talks to, so it shares that one's link to itself.
///
/// While a link is down datagrams on it are lost, those under way too. Streams lose nothing: what
/// is under way waits until the link is up. A connect gives up after 127 s, a connection that has
/// sent something after 924 s, as on Linux: then it is lost with ETIMEDOUT, and the other end hears
/// nothing of it. Unix sockets have no link.
public final class MemoryLinks {
  private final EventLoop loop;
  private final MemoryHosts hosts;
  private final LinkConditions usual;
  private final RandomGenerator random;
  private final Map<Ends, Link> links = new LinkedHashMap<>();
  private final Set<InetAddress> isolated = new LinkedHashSet<>();
  private final Set<Ends> partitions = new LinkedHashSet<>();

  private record Ends(InetAddress from, InetAddress to) {
    Ends back() {
      return new Ends(to, from);
    }
  }

  MemoryLinks(EventLoop loop, MemoryHosts hosts, LinkConditions usual, RandomGenerator random) {
    this.loop = loop;
    this.hosts = hosts;
    this.usual = usual;
    this.random = random;
  }

  // What a test does.

  /// Breaks the link between two hosts, in both directions.
  public void partition(String one, String other) {
    partitionOneway(one, other);
    partitionOneway(other, one);
  }

  /// Breaks the link from one host to another; the way back stays as it is.
  public void partitionOneway(String from, String to) {
    var ends = ends(from, to);
    partitions.add(ends);
    update(ends);
  }

  /// Repairs the link between two hosts, in both directions. One that is isolated stays so.
  public void repair(String one, String other) {
    var ends = ends(one, other);
    partitions.remove(ends);
    partitions.remove(ends.back());
    update(ends);
    update(ends.back());
  }

  /// Breaks every link of a host, also those that are not there yet.
  public void isolate(String host) {
    isolated.add(hosts.hostOf(host));
    updateAll();
  }

  /// Ends that a host is isolated.
  public void rejoin(String host) {
    isolated.remove(hosts.hostOf(host));
    updateAll();
  }

  /// Repairs everything that was broken by a call; outages by the seed end by themselves.
  public void repairAll() {
    partitions.clear();
    isolated.clear();
    updateAll();
  }

  /// Tells whether what is sent from one host to another does not arrive now.
  public boolean isDown(String from, String to) {
    return link(ends(from, to)).isDown();
  }

  /// Gives the link between two hosts conditions of its own, in both directions. What is under way
  /// keeps its latency.
  public void conditions(String one, String other, LinkConditions conditions) {
    Objects.requireNonNull(conditions, "conditions");
    var ends = ends(one, other);
    link(ends).conditions(conditions);
    link(ends.back()).conditions(conditions);
  }

  private Ends ends(String from, String to) {
    return new Ends(hosts.hostOf(from), hosts.hostOf(to));
  }

  private void update(Ends ends) {
    link(ends).cut(isCut(ends));
  }

  private void updateAll() {
    // What a repair sets going may make links.
    List.copyOf(links.keySet()).forEach(this::update);
  }

  private boolean isCut(Ends ends) {
    return partitions.contains(ends) || isolated.contains(ends.from) || isolated.contains(ends.to);
  }

  // What wires ask.

  private Link link(Ends ends) {
    var known = links.get(ends);
    if (known != null) {
      return known;
    }
    var link = new Link(loop, usual, random);
    var back = ends.from.equals(ends.to) ? link : new Link(loop, usual, random);
    link.backBy(back);
    back.backBy(link);
    links.put(ends, link);
    links.put(ends.back(), back);
    update(ends);
    update(ends.back());
    return link;
  }

  /// Returns the wires of a network under these links.
  Wiring wiring() {
    return new Wiring() {
      // Unix sockets have no host, and so nothing that could break.
      private final Link local = new Link(loop, usual, random);

      private Link between(@Nullable InetAddress from, @Nullable InetAddress to) {
        return from == null || to == null ? local : link(new Ends(from, to));
      }

      @Override
      public Wire handshake(@Nullable InetAddress from, @Nullable InetAddress to) {
        return new StreamWire(loop, between(from, to), StreamWire.CONNECT_PATIENCE);
      }

      @Override
      public Wire stream(@Nullable InetAddress from, @Nullable InetAddress to) {
        return new StreamWire(loop, between(from, to), StreamWire.PATIENCE);
      }

      @Override
      public Wire datagram(@Nullable InetAddress from, @Nullable InetAddress to) {
        return new DatagramWire(loop, between(from, to));
      }

      @Override
      public @Nullable InetAddress host() {
        return MemoryHosts.here();
      }
    };
  }
}
