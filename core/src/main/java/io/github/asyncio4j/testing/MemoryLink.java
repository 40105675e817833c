// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopLocal;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.internal.net.Network;
import io.github.asyncio4j.internal.net.SocketFiles;
import io.github.asyncio4j.internal.net.Sockets;
import io.github.asyncio4j.socket.MemoryNetwork;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.net.StandardProtocolFamily;
import java.util.random.RandomGenerator;

/// What joins sockets in memory to a loop: the transports of the system's sockets, and wires under
/// the conditions of a test. Loop thread only.
final class MemoryLink {
  // For pairs, which need no names, on loops of the system.
  private static final LoopLocal<MemoryLink> LINKS =
      new LoopLocal<>(
          loop ->
              new MemoryLink(
                  loop, LinkConditions.PLAIN, Seeds.generator(0, "links"), new MemoryHosts()));

  private final EventLoop loop;
  private final LinkConditions conditions;
  private final RandomGenerator random;
  private final MemoryHosts hosts;
  private final MemoryLinks links;
  private final MemoryNetwork sockets;
  private final Network network;

  MemoryLink(EventLoop loop, LinkConditions conditions, RandomGenerator random, MemoryHosts hosts) {
    this.loop = loop;
    this.conditions = conditions;
    this.random = random;
    this.hosts = hosts;
    this.links = new MemoryLinks(loop, hosts, conditions, random);
    this.sockets = new MemoryNetwork(links.wiring());
    this.network = new NamingNetwork(Lowlevel.of(loop), opener(sockets), hosts);
  }

  static MemoryLink of(EventLoop loop) {
    return loop instanceof TestLoop test ? test.link() : LINKS.get(loop);
  }

  LinkConditions conditions() {
    return conditions;
  }

  MemoryNetwork sockets() {
    return sockets;
  }

  MemoryHosts hosts() {
    return hosts;
  }

  MemoryLinks links() {
    return links;
  }

  Network network() {
    return network;
  }

  /// Returns a network of other conditions.
  MemoryNetwork network(LinkConditions others) {
    return new MemoryNetwork(new MemoryLinks(loop, hosts, others, random).wiring());
  }

  private static Sockets opener(MemoryNetwork sockets) {
    return new Sockets() {
      @Override
      public Socket open(StandardProtocolFamily family, SocketType type) {
        return sockets.open(family, type);
      }

      @Override
      public SocketFiles files() {
        return new MemoryFiles(sockets);
      }

      @Override
      public boolean areDualStack() {
        return false;
      }

      @Override
      public boolean passKeepAliveOn() {
        return true;
      }

      @Override
      public boolean areOfSystem() {
        return false;
      }
    };
  }
}
