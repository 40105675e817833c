// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.tls.FileOutput;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A file that is sent over a stream transport: until it is closed the output is its own, and
/// nothing is received. Loop thread only.
final class TransportFile implements FileOutput {
  private final NetContext net;
  private final TransportLife life;
  private final StreamPort port;
  private final StreamInput input;
  private final StreamOutput output;
  private final boolean resumesReading;

  // Loop thread only. Not null while the task waits.
  private @Nullable Future<@Nullable Void> waiter;
  private boolean begun;

  /// Takes the output.
  ///
  /// @throws IllegalStateException when another file has it, or the stream was ended
  TransportFile(
      NetContext net, TransportLife life, StreamPort port, StreamInput input, StreamOutput output) {
    this.net = net;
    this.life = life;
    this.port = port;
    this.input = input;
    this.output = output;
    this.resumesReading = input.isReading();
    output.lend(this);
    input.pause();
  }

  @Override
  public long sendfile(FileChannel file, long offset, long count) throws IOException {
    if (begun) {
      untilRoom();
    }
    begun = true;
    while (true) {
      untilEmpty();
      long gone = port.sendfile(file, offset, count);
      if (gone != 0) {
        return gone;
      }
      untilRoom();
    }
  }

  @Override
  public void send(ByteBuffer piece) throws IOException {
    untilEmpty();
    output.take(piece);
    untilEmpty();
  }

  private void untilEmpty() throws IOException {
    ensureOpen();
    while (!output.isEmpty()) {
      untilRoom();
    }
  }

  private void untilRoom() throws IOException {
    Future<@Nullable Void> room = net.loop().createFuture();
    waiter = room;
    output.askForRoom(true);
    room.join();
    ensureOpen();
  }

  private void ensureOpen() throws SocketException {
    if (!life.isOpen()) {
      throw new SocketException("connection closed while a file was sent");
    }
  }

  /// Has the task look again: there is room and nothing in the buffer, or the connection is lost.
  void wake() {
    var room = waiter;
    if (room != null && !net.loop().isClosed()) {
      room.trySetResult(null);
    }
  }

  @Override
  public void close() {
    output.takeBack();
    if (resumesReading) {
      input.resume();
    }
  }
}
