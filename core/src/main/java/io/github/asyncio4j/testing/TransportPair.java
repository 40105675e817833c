// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// The two ends of a connection in memory; what one writes the other receives. They are the
/// transports of every loop, over sockets in memory.
///
/// @param first its protocol was given first
/// @param second the other end
public record TransportPair(Transport first, Transport second) {
  /// Connects two protocols under the conditions of the loop: those of a [TestLoop], on any other
  /// [LinkConditions#PLAIN]. Loop thread only.
  ///
  /// @throws IllegalArgumentException when one is no protocol for streams
  public static TransportPair open(EventLoop loop, BaseProtocol first, BaseProtocol second) {
    return open(loop, first, second, MemoryLink.of(loop).conditions());
  }

  /// Connects two protocols. Both `connectionMade` are queued, the first one's first. Loop thread
  /// only.
  ///
  /// @param first a [io.github.asyncio4j.transport.Protocol] or a
  ///   [io.github.asyncio4j.transport.BufferedProtocol]
  /// @param second likewise
  /// @throws IllegalArgumentException when one is no protocol for streams
  public static TransportPair open(
      EventLoop loop, BaseProtocol first, BaseProtocol second, LinkConditions conditions) {
    MemoryLink link = MemoryLink.of(loop);
    List<Socket> sockets = link.network(conditions).pair();
    try {
      Transport one = link.network().join(sockets.getFirst(), first);
      try {
        return new TransportPair(one, link.network().join(sockets.getLast(), second));
      } catch (Throwable t) {
        one.abort();
        throw t;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("sockets in memory do not fail", e);
    }
  }
}
