// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Future;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A file that is read and sent under TLS (EL-90): until it is closed the output is its own, and
/// nothing is received. Loop thread only.
final class TlsFile implements FileOutput {
  /*
   * A piece is taken when no more waits than the lower mark, so what waits is bounded by that and one
   * piece. It has gone as far as it can be told once it is encrypted: what was sent is known exactly,
   * cancelled or not. As in asyncio nobody waits for the last piece.
   */

  private enum Reading {
    TO_BE_PAUSED,
    /// The program had paused it.
    LEFT_ALONE,
    PAUSED
  }

  private final TlsConnection connection;
  private final TlsInput input;
  private final TlsOutput output;

  // Loop thread only.
  private Reading reading = Reading.TO_BE_PAUSED;
  // Not null while the task waits.
  private @Nullable Future<@Nullable Void> waiter;

  /// Takes the output.
  ///
  /// @throws IllegalStateException when another file has it, or the stream was ended
  TlsFile(TlsConnection connection, TlsInput input, TlsOutput output) {
    this.connection = connection;
    this.input = input;
    this.output = output;
    output.lend(this);
    pauseReading();
  }

  /// Stops receiving, unless output waits for input of the engine: that would be for ever.
  private void pauseReading() {
    if (reading != Reading.TO_BE_PAUSED || output.isHeldUp()) {
      return;
    }
    reading = input.isReading() ? Reading.PAUSED : Reading.LEFT_ALONE;
    if (reading == Reading.PAUSED) {
      connection.pauseReading();
    }
  }

  @Override
  public long sendfile(FileChannel file, long offset, long count) {
    throw new UnsupportedOperationException("the system cannot encrypt: " + connection);
  }

  @Override
  public void send(ByteBuffer piece) throws SocketException {
    ensureOpen();
    while (!output.hasRoom()) {
      Future<@Nullable Void> room = connection.loop().createFuture();
      waiter = room;
      room.join();
      ensureOpen();
    }
    pauseReading();
    output.take(piece);
    ensureOpen();
  }

  private void ensureOpen() throws SocketException {
    if (output.isBroken()) {
      throw new SocketException("connection closed while a file was sent");
    }
  }

  /// Has the task look again.
  void wake() {
    var room = waiter;
    if (room != null) {
      room.trySetResult(null);
    }
  }

  @Override
  public void close() {
    output.takeBack();
    if (reading == Reading.PAUSED && !connection.loop().isClosed()) {
      connection.resumeReading();
    }
  }
}
