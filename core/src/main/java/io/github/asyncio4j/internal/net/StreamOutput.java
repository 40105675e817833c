// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The sending half of a byte stream: at once what the port takes, the rest when there is room
///
///
/// It tells the life of its transport what fails, and asks it whether output is welcome. Loop
/// thread only.
final class StreamOutput {
  /*
   * Room is asked for exactly while there is something in the buffer, save inside writelines, which
   * gathers first, and while a file waits for it. So, without a file, "asked for" means that the port
   * was full when it was last tried.
   */

  /// Dropped writes that are forgiven before each is logged.
  private static final int SILENT_DROPS = 4;

  /// Pieces of at least this size are sent as they are and not gathered by copying.
  private static final int LARGE_PIECE = ChunkPool.CHUNK_BYTES;

  private enum State {
    OPEN,
    /// The stream ends behind what waits.
    ENDING,
    ENDED
  }

  private final NetContext net;
  private final BaseTransport transport;
  private final TransportLife life;
  private final OutputPort port;
  private final OutgoingBuffer buffer;
  private final WriteFlow flow;

  // Loop thread only.
  private State state = State.OPEN;
  private int droppedWrites;
  // What may write at present, and nobody else.
  private @Nullable TransportFile file;

  /// @param transport whose texts name the connection
  StreamOutput(NetContext net, BaseTransport transport, TransportLife life, OutputPort port) {
    this.net = net;
    this.transport = transport;
    this.life = life;
    this.port = port;
    this.buffer = new OutgoingBuffer(net.chunks());
    this.flow = new WriteFlow(life);
  }

  boolean isEmpty() {
    return buffer.isEmpty();
  }

  /// Returns how many bytes wait; constant time.
  int size() {
    return (int) Math.min(buffer.size(), Integer.MAX_VALUE);
  }

  /// Drops what waits.
  void clear() {
    buffer.clear();
  }

  WriteBufferLimits limits() {
    return flow.limits();
  }

  void limits(WriteBufferLimits limits) {
    flow.limits(limits);
    flow.grown(buffer.size());
  }

  // Writing.

  void write(ByteBuffer data) {
    ensureWritable("write");
    if (!data.hasRemaining()) {
      return;
    }
    if (!life.isOpen()) {
      data.position(data.limit());
      warnDropped();
      return;
    }
    take(data);
    flow.grown(buffer.size());
  }

  void writelines(Iterable<ByteBuffer> pieces) {
    ensureWritable("writelines");
    boolean dropped = false;
    try {
      int index = 0;
      for (var piece : pieces) {
        if (piece == null) {
          throw new NullPointerException("pieces[" + index + "]");
        }
        index++;
        if (!piece.hasRemaining()) {
          continue;
        }
        // Asked for each piece: where they come from may close the transport.
        if (life.isOpen()) {
          gather(piece);
        } else {
          dropped = true;
          piece.position(piece.limit());
        }
      }
    } finally {
      // Also when the source of the pieces fails: what it gave before is written.
      if (life.isOpen() && !port.isSending()) {
        flush();
      }
      flow.grown(buffer.size());
    }
    if (dropped) {
      warnDropped();
    }
  }

  /// Refuses a call that is going to write.
  ///
  /// @throws IllegalStateException when a file is being sent, or the stream was ended
  void ensureWritable(String call) {
    if (state != State.OPEN) {
      throw new IllegalStateException("Cannot call " + call + "() after writeEof()");
    }
    if (file != null) {
      throw new IllegalStateException("unable to write; sendfile is in progress: " + transport);
    }
  }

  // Files.

  /// Lets nobody but a file write.
  ///
  /// @throws IllegalStateException when another one is sent, or the stream was ended
  void lend(TransportFile file) {
    ensureWritable("sendfile");
    this.file = file;
  }

  /// Lets everybody write again.
  void takeBack() {
    file = null;
    if (!life.isGone() && buffer.isEmpty()) {
      askForRoom(false);
      endIfDue();
    }
  }

  /// Tells the task that sends a file of the end of the connection.
  void released() {
    if (file != null) {
      file.wake();
    }
  }

  /// Output to a transport that is closing or closed is dropped, after a while with a word (R-67,
  ///
  private void warnDropped() {
    if (++droppedWrites > SILENT_DROPS) {
      NetContext.log(
          Level.WARNING,
          () ->
              "write number "
                  + droppedWrites
                  + " dropped: "
                  + transport
                  + "; what has ended writes nothing, ask isClosing() before",
          null);
    }
  }

  /// Sends bytes, or what the port takes of them, and keeps a copy of the rest.
  void take(ByteBuffer data) {
    if ((!buffer.isEmpty() || sendNow(data)) && data.hasRemaining() && keep(data)) {
      askForRoom(true);
    }
  }

  /// Sends until the port takes no more.
  ///
  /// @return false when the connection is broken
  private boolean sendNow(ByteBuffer data) {
    try {
      int wanted;
      do {
        // What one write gives at most: more than was taken means that there is no more room.
        wanted = Math.min(data.remaining(), NetContext.TRANSFER_LIMIT);
      } while (port.write(data) == wanted && data.hasRemaining());
      return true;
    } catch (Throwable t) {
      data.position(data.limit());
      life.transferFailed("write", t);
      return false;
    }
  }

  /// Copies what is to be sent later.
  ///
  /// @return false when there is no memory for it: half a message is no use to the peer
  private boolean keep(ByteBuffer data) {
    try {
      buffer.add(data);
      return true;
    } catch (OutOfMemoryError e) {
      data.position(data.limit());
      life.transferFailed("write", e);
      return false;
    }
  }

  /// Takes one of several pieces: small ones are copied together so that they leave in one send.
  private void gather(ByteBuffer piece) {
    if (buffer.isEmpty() && piece.remaining() >= LARGE_PIECE) {
      take(piece);
    } else if (keep(piece) && buffer.size() >= LARGE_PIECE && !port.isSending()) {
      flush();
    }
  }

  // Sending what waits.

  /// Sends what waits, as far as the port takes it in one call, and asks for more room if need be.
  ///
  /// @return false when the connection is broken
  private boolean flush() {
    try {
      if (!buffer.isEmpty()) {
        buffer.gone(port.write(buffer.pieces(), buffer.first(), buffer.count()));
      }
    } catch (Throwable t) {
      life.transferFailed("write", t);
      return false;
    }
    if (!buffer.isEmpty()) {
      askForRoom(true);
    }
    return true;
  }

  /// Goes on sending: there is room, or the port is broken.
  ///
  /// @return whether all is sent and the transport still there
  boolean resume() {
    if (!flush()) {
      return false;
    }
    // The protocol hears of it before the calls end: what it writes now may need them.
    flow.shrunk(buffer.size());
    if (!buffer.isEmpty() || life.isGone()) {
      return false;
    }
    askForRoom(false);
    if (file != null) {
      file.wake();
    }
    // Not if the protocol ended it just now, when the buffer was empty already.
    endIfDue();
    return !life.isGone();
  }

  private void endIfDue() {
    if (state == State.ENDING && file == null && life.isOpen()) {
      shutdown();
    }
  }

  /// Starts or stops to ask for room.
  void askForRoom(boolean on) {
    try {
      port.sending(on);
    } catch (Throwable t) {
      life.transferFailed("watch", t);
    }
  }

  /// Ends the stream behind what waits; idempotent.
  void end() {
    if (state != State.OPEN) {
      return;
    }
    state = State.ENDING;
    if (buffer.isEmpty() && file == null) {
      shutdown();
    }
  }

  private void shutdown() {
    state = State.ENDED;
    try {
      port.end();
    } catch (IOException e) {
      // The peer is gone, which the JDK does not tell: reading does, on each tier alike.
      net.logDebug(() -> "shutdown error: " + transport, e);
    } catch (Throwable t) {
      life.transferFailed("shutdown", t);
    }
  }

  @Override
  public String toString() {
    return state + " writeBuffer=" + buffer.size();
  }
}
