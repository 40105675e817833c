// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The sending half: encrypts what is written at once, and gives it to the raw transport, which
/// sends it or keeps it. Loop thread only.
final class TlsOutput {
  /*
   * Plain text waits here only while the engine has to hear from the peer or from a delegated task
   * before it can encrypt. All else that waits is in the raw transport, whose own marks are both at
   * our lower one: so it tells of every fall to that mark, which is when the program's protocol may
   * be due to resume. The figure that the program sees is the sum of the two (D-06).
   */

  /// Dropped writes that are forgiven before each is logged.
  private static final int SILENT_DROPS = 4;

  /// What small pieces are gathered to: the plain text of one record.
  private static final int RECORD = 16 * 1024;

  /// What may wait of the engine's own answers before nothing more is received: a peer that asks
  /// for them and takes none would fill the memory (TLS 1.3 answers each change of keys).
  private static final int MAX_ANSWERS = 64 * 1024;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private enum State {
    OPEN,
    /// close_notify comes behind what waits.
    ENDING,
    ENDED
  }

  private final TlsConnection connection;
  private final SSLEngine engine;
  private final DelegatedTasks tasks;
  private final TlsBuffers buffers;
  private final TlsWriteFlow flow;

  // Loop thread only.
  private State state = State.OPEN;
  private @Nullable Transport raw;
  // Null while nothing waits.
  private @Nullable ArrayDeque<ByteBuffer> queue;
  private long queued;
  private int droppedWrites;
  // Bytes that the raw transport has been given.
  private long given;
  // Bytes that the engine sent on its own account since the raw transport held little.
  private int answers;
  // What may write at present, and nobody else.
  private @Nullable TlsFile file;

  TlsOutput(
      TlsConnection connection,
      SSLEngine engine,
      DelegatedTasks tasks,
      TlsBuffers buffers,
      AppSide app) {
    this.connection = connection;
    this.engine = engine;
    this.tasks = tasks;
    this.buffers = buffers;
    this.flow = new TlsWriteFlow(connection, app);
  }

  void attach(Transport raw) {
    this.raw = raw;
    aimRaw();
  }

  private void aimRaw() {
    int low = flow.limits().low();
    raw().setWriteBufferLimits(low, low);
  }

  private Transport raw() {
    return Objects.requireNonNull(raw);
  }

  TlsWriteFlow flow() {
    return flow;
  }

  /// Returns how many bytes neither the kernel nor anybody has taken; constant time.
  int size() {
    long inRaw = raw == null ? 0 : raw.getWriteBufferSize();
    return (int) Math.min(queued + inRaw, Integer.MAX_VALUE);
  }

  /// Returns a figure that grows by each byte that the kernel takes, whatever is written meanwhile.
  long taken() {
    return given - (raw == null ? 0 : raw.getWriteBufferSize());
  }

  void limits(WriteBufferLimits limits) {
    flow.limits(limits);
    if (raw != null) {
      aimRaw();
    }
    flow.grown(size());
  }

  /// The raw transport holds no more than the lower mark.
  void rawHasRoom() {
    answers = 0;
    flow.shrunk(size());
    wakeFile();
  }

  /// Tells whether too much waits of what the engine has answered. The raw transport then holds
  /// more than the lower mark, so it tells when that is over.
  boolean isFlooded() {
    if (answers <= MAX_ANSWERS) {
      return false;
    }
    if (raw().getWriteBufferSize() <= flow.limits().low()) {
      answers = 0;
      return false;
    }
    return true;
  }

  // Writing.

  void write(ByteBuffer data) {
    ensureWritable("write");
    if (!data.hasRemaining()) {
      return;
    }
    if (!connection.isOpen()) {
      data.position(data.limit());
      warnDropped();
      return;
    }
    take(data);
    flow.grown(size());
  }

  void writelines(Iterable<ByteBuffer> pieces) {
    ensureWritable("writelines");
    boolean dropped = false;
    ByteBuffer small = buffers.take().limit(RECORD);
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
        if (connection.isOpen()) {
          gather(piece, small);
        } else {
          dropped = true;
          piece.position(piece.limit());
        }
      }
    } finally {
      // Also when the source of the pieces fails: what it gave before is written.
      takeGathered(small);
      buffers.give(small);
      flow.grown(size());
    }
    if (dropped) {
      warnDropped();
    }
  }

  /// Takes one of several pieces: small ones are copied together, into one record.
  private void gather(ByteBuffer piece, ByteBuffer small) {
    if (piece.remaining() > small.remaining()) {
      takeGathered(small);
    }
    if (piece.remaining() < small.remaining()) {
      small.put(piece);
    } else {
      take(piece);
    }
  }

  private void takeGathered(ByteBuffer small) {
    if (small.position() > 0 && connection.isOpen()) {
      take(small.flip());
    }
    small.clear().limit(RECORD);
  }

  /// Refuses a call that is going to write.
  ///
  /// @throws IllegalStateException when a file is being sent, or the stream was ended
  void ensureWritable(String call) {
    if (state != State.OPEN && connection.isOpen()) {
      throw new IllegalStateException("Cannot call " + call + "() after writeEof()");
    }
    if (file != null) {
      throw new IllegalStateException(
          "unable to write; sendfile is in progress: " + connection.transport());
    }
  }

  // Files.

  /// Lets nobody but a file write.
  ///
  /// @throws IllegalStateException when another one is sent, or the stream was ended
  void lend(TlsFile file) {
    ensureWritable("sendfile");
    this.file = file;
  }

  /// Lets everybody write again. Any context.
  void takeBack() {
    file = null;
    if (connection.isOpen() && !connection.loop().isClosed()) {
      flow.grown(size());
      if (state == State.ENDING) {
        connection.pumpSoon();
      }
    }
  }

  /// Tells whether the engine has to hear from the peer or from a delegated task before it can
  /// encrypt.
  boolean isHeldUp() {
    return queued > 0 || tasks.areRunning();
  }

  /// Tells whether a file may go on. If not, the file is woken when that may have changed.
  boolean hasRoom() {
    return !isHeldUp() && raw().getWriteBufferSize() <= flow.limits().low();
  }

  /// Tells whether nothing that is written now reaches the peer.
  boolean isBroken() {
    return !connection.isOpen() || raw().isClosing();
  }

  private void wakeFile() {
    if (file != null) {
      file.wake();
    }
  }

  private void warnDropped() {
    if (++droppedWrites > SILENT_DROPS) {
      LibraryLogger.get()
          .log(
              Level.WARNING,
              "write number "
                  + droppedWrites
                  + " dropped: "
                  + connection.transport()
                  + "; what has ended writes nothing, ask isClosing() before");
    }
  }

  /// Encrypts bytes and sends them, or keeps a copy of what cannot be encrypted yet; a failure ends
  /// the connection.
  void take(ByteBuffer data) {
    if (queued == 0 && !tasks.areRunning()) {
      try {
        encrypt(data);
      } catch (SSLException | RuntimeException e) {
        data.position(data.limit());
        connection.fail(e);
      }
    }
    if (data.hasRemaining()) {
      keep(data);
    }
  }

  private void keep(ByteBuffer data) {
    if (queue == null) {
      queue = new ArrayDeque<>();
    }
    int count = data.remaining();
    queue.add(ByteBuffer.allocate(count).put(data).flip());
    queued += count;
  }

  /// Encrypts bytes, as many as the engine takes now, and advances the position by those.
  private void encrypt(ByteBuffer data) throws SSLException {
    ByteBuffer out = buffers.take();
    try {
      while (data.hasRemaining()) {
        SSLEngineResult result = engine.wrap(data, out);
        connection.note(result);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
          out = roomier(out);
        } else if (result.getStatus() == Status.CLOSED) {
          // The peer of TLS 1.2 has closed both halves.
          data.position(data.limit());
        } else if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
          connection.pumpSoon();
          break;
        }
      }
    } finally {
      send(out);
      buffers.give(out);
    }
  }

  /// Makes room for one more record: by sending what there is, else by a larger buffer.
  private ByteBuffer roomier(ByteBuffer out) {
    if (out.position() > 0) {
      send(out);
      return out;
    }
    return buffers.larger(out, engine.getSession().getPacketBufferSize());
  }

  private void send(ByteBuffer out) {
    if (out.position() > 0) {
      given += out.position();
      raw().write(out.flip());
    }
    out.clear();
  }

  // What the engine itself has to say.

  /// Sends what the engine has to send on its own account.
  ///
  /// @return false when it had nothing, whatever it says
  boolean sendHandshake() throws SSLException {
    boolean any = false;
    ByteBuffer out = buffers.take();
    try {
      while (true) {
        SSLEngineResult result = engine.wrap(NOTHING, out);
        connection.note(result);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
          out = roomier(out);
          continue;
        }
        any |= result.bytesProduced() > 0;
        answers += result.bytesProduced();
        if (result.getHandshakeStatus() != HandshakeStatus.NEED_WRAP
            || result.bytesProduced() == 0) {
          return any;
        }
      }
    } finally {
      send(out);
      buffers.give(out);
    }
  }

  /// Sends the alert that says why the connection ends, if the engine has one.
  void sendAlert() {
    if (raw == null || tasks.areRunning()) {
      return;
    }
    try {
      engine.closeOutbound();
      while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && sendHandshake()) {
        // Until it has said all.
      }
    } catch (SSLException | RuntimeException e) {
      // It is lost anyway, and for a better reason than this one.
      connection.logDebug("no alert could be sent", e);
    }
  }

  /// Goes on with what waits for the engine, which can encrypt again.
  ///
  /// @return whether anything was done
  boolean resume() throws SSLException {
    boolean any = false;
    while (queue != null) {
      ByteBuffer first = queue.getFirst();
      int before = first.remaining();
      encrypt(first);
      queued -= before - first.remaining();
      any |= first.remaining() < before;
      if (first.hasRemaining()) {
        break;
      }
      queue.removeFirst();
      if (queue.isEmpty()) {
        queue = null;
      }
    }
    if (any) {
      flow.shrunk(size());
    }
    wakeFile();
    if (state == State.ENDING && isDue()) {
      shutdown();
      any = true;
    }
    return any;
  }

  /// Ends the stream behind what waits; idempotent.
  void end() throws SSLException {
    wakeFile();
    if (state != State.OPEN) {
      return;
    }
    state = State.ENDING;
    if (isDue()) {
      shutdown();
    }
  }

  /// Tells whether nothing is to go before the end: a file is, unless the connection is closed.
  private boolean isDue() {
    return !isHeldUp() && (file == null || !connection.isOpen());
  }

  private void shutdown() throws SSLException {
    state = State.ENDED;
    engine.closeOutbound();
    while (!engine.isOutboundDone() && sendHandshake()) {
      // Until close_notify is sent.
    }
  }

  /// Tells whether close_notify was sent.
  boolean hasEnded() {
    return state == State.ENDED;
  }

  /// Drops what waits.
  void clear() {
    queue = null;
    queued = 0;
    wakeFile();
  }

  @Override
  public String toString() {
    return state + " writeBuffer=" + size();
  }
}
