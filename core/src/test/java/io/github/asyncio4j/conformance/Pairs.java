// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.selector.Pollable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/// Two connected non-blocking sockets that every kind of selector can watch.
///
/// They are unix sockets: what one end sends the other can read at once, while a TCP connection may
/// take its time even to the same host.
final class Pairs implements AutoCloseable {
  final End one;
  final End other;

  private Pairs(SocketChannel one, SocketChannel other) {
    this.one = new End(one);
    this.other = new End(other);
  }

  /// Returns a new pair; close it.
  static Pairs open() {
    try {
      return connect();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pairs connect() throws IOException {
    var directory = Files.createTempDirectory("pair");
    var path = directory.resolve("socket");
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
      var one = SocketChannel.open(UnixDomainSocketAddress.of(path));
      var other = listener.accept();
      one.configureBlocking(false);
      other.configureBlocking(false);
      return new Pairs(one, other);
    } finally {
      Files.deleteIfExists(path);
      Files.delete(directory);
    }
  }

  @Override
  public void close() {
    one.close();
    other.close();
  }

  /// One of the two sockets.
  static final class End {
    private final SocketChannel channel;

    private End(SocketChannel channel) {
      this.channel = channel;
    }

    /// Returns what a loop watches.
    Pollable pollable() {
      return Pollable.of(channel);
    }

    /// Sends a short text.
    void send(String text) {
      var bytes = StandardCharsets.US_ASCII.encode(text);
      try {
        channel.write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (bytes.hasRemaining()) {
        throw new IllegalStateException("the socket does not take it: " + text);
      }
    }

    /// Receives at most so many bytes and returns how many came; 0 at the end of the stream.
    int receive(int max) {
      int count;
      try {
        count = channel.read(ByteBuffer.allocate(max));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (count == 0) {
        throw new IllegalStateException("nothing to receive");
      }
      return Math.max(count, 0);
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
