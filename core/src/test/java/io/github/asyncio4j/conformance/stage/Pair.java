// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.selector.Pollable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/// Two connected non-blocking sockets that the loops of a stage can watch. What one end sends the
/// other can read at once.
public final class Pair implements AutoCloseable {
  public final End one;
  public final End other;

  Pair(End one, End other) {
    this.one = one;
    this.other = other;
  }

  @Override
  public void close() {
    one.close();
    other.close();
  }

  /// One of the two sockets.
  ///
  /// @param pollable what a loop watches
  /// @param channel sends and receives; 0 bytes when it cannot
  public record End(Pollable pollable, ByteChannel channel) {
    /// Sends a short text.
    public void send(String text) {
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
    public int receive(int max) {
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

    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
