// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.ReadTransport;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A transport without a network: gives a reader what a test wants it to receive, and obeys its
/// pauses.
final class Feed implements ReadTransport {
  private final StreamReader reader;
  boolean paused;
  int pauses;
  int resumes;

  Feed(StreamReader reader) {
    this.reader = reader;
    reader.setTransport(this);
  }

  /// Receives bytes the way a socket does, in as many calls as the reader's room asks for, until
  /// the reader pauses.
  ///
  /// @return how many bytes were taken
  int receive(byte[] data, int from, int count) {
    int taken = 0;
    while (taken < count && !paused) {
      ByteBuffer room = reader.room();
      int part = Math.min(room.remaining(), count - taken);
      room.duplicate().put(data, from + taken, part);
      reader.received(part);
      taken += part;
    }
    return taken;
  }

  int receive(byte[] data) {
    return receive(data, 0, data.length);
  }

  @Override
  public boolean isReading() {
    return !paused;
  }

  @Override
  public void pauseReading() {
    paused = true;
    pauses++;
  }

  @Override
  public void resumeReading() {
    paused = false;
    resumes++;
  }

  @Override
  public void close() {}

  @Override
  public boolean isClosing() {
    return false;
  }

  @Override
  public @Nullable Object getExtraInfo(String name) {
    return null;
  }

  @Override
  public BaseProtocol getProtocol() {
    throw new UnsupportedOperationException("this transport has no protocol");
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    throw new UnsupportedOperationException("this transport has no protocol");
  }

  @Override
  public String toString() {
    return "<Feed>";
  }
}
