// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamReaderProtocol;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.Transport;

/// Two ends of a connection in memory, each a reader and a writer. Loop thread only, tasks of the
/// loop included.
///
/// ```java
/// try (var pair = StreamPair.open(loop)) {
///   pair.first().writer().write("ping\n", UTF_8);
///   assertThat(pair.second().reader().readline(UTF_8)).isEqualTo("ping");
/// }
/// ```
///
/// @param first one end
/// @param second the other end
public record StreamPair(StreamConnection first, StreamConnection second) implements AutoCloseable {
  /// Connects two ends under the conditions of the loop: those of a [TestLoop], on any other
  /// [LinkConditions#PLAIN].
  public static StreamPair open(EventLoop loop) {
    var first = new End(loop);
    var second = new End(loop);
    return of(first, second, TransportPair.open(loop, first.protocol, second.protocol));
  }

  /// Connects two ends.
  public static StreamPair open(EventLoop loop, LinkConditions conditions) {
    var first = new End(loop);
    var second = new End(loop);
    return of(first, second, TransportPair.open(loop, first.protocol, second.protocol, conditions));
  }

  /// Connects two ends that keep step: nothing is buffered on the way, so `drain()` returns when
  /// the other end has received everything that was written, and waits for as long as that end's
  /// reader is full.
  public static StreamPair lockstep(EventLoop loop) {
    StreamPair pair = open(loop, LinkConditions.PLAIN.capacity(0));
    pair.first.writer().transport().setWriteBufferLimits(0);
    pair.second.writer().transport().setWriteBufferLimits(0);
    return pair;
  }

  private static StreamPair of(End first, End second, TransportPair transports) {
    return new StreamPair(first.over(transports.first()), second.over(transports.second()));
  }

  /// Closes both ends; returns at once, idempotent.
  @Override
  public void close() {
    first.close();
    second.close();
  }

  private static final class End {
    private final EventLoop loop;
    private final StreamReader reader;
    private final StreamReaderProtocol protocol;

    End(EventLoop loop) {
      this.loop = loop;
      this.reader = new StreamReader(loop);
      this.protocol = new StreamReaderProtocol(loop, reader);
    }

    StreamConnection over(Transport transport) {
      return new StreamConnection(reader, new StreamWriter(transport, protocol, reader, loop));
    }
  }
}
