// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The receiving half: decrypts what comes from the raw transport, as long as the program wants it.
/// Loop thread only.
final class TlsInput {
  /*
   * Buffers are lent for one step: one that the raw transport receives into, one that is decrypted
   * to. What is left over is copied into an array of its size: a part of a record, or what the
   * program does not want yet. Meanwhile nothing more is received, so that is one buffer at most
   * (R-109 has marks of 256 and 64 KiB instead).
   *
   * All records of one receive become one call.
   *
   * The JDK lets a client sign with its key while it reads the server's last message, which may take
   * long where the key is in hardware. So from the moment on in which a server has asked for a
   * certificate the rest of its handshake is read by another thread.
   */

  private static final byte[] NOTHING = {};

  /// What to receive at least.
  private static final int MIN_ROOM = 16 * 1024;

  /// What the program wants.
  private enum State {
    FLOWING,
    PAUSED
  }

  /// What the peer does.
  private enum Peer {
    SENDING,
    /// It has said close_notify.
    ENDED,
    /// And the program knows.
    TOLD
  }

  private final TlsConnection connection;
  private final SSLEngine engine;
  private final DelegatedTasks tasks;
  private final AppSide app;
  private final TlsBuffers buffers;

  // Loop thread only.
  private State state = State.FLOWING;
  private Peer peer = Peer.SENDING;
  // Whether the raw stream has ended.
  private boolean rawEnded;
  private boolean rawPaused;
  // What is encrypted still, between two steps.
  private byte[] kept;
  // What the raw transport receives into, with what is kept before its position.
  private @Nullable ByteBuffer lent;
  // What is decrypted in this step: lent, or what was kept.
  private @Nullable ByteBuffer current;
  private @Nullable ByteBuffer wrapped;
  // What is decrypted and not wanted yet.
  private @Nullable ByteBuffer held;
  // Whether a task has ended since the engine was last asked to read.
  private boolean mayHaveMoved;
  // So many bytes were not enough for a client's signature, or what else comes before that.
  private int tooFew;

  /// @param received what came for the engine before
  TlsInput(
      TlsConnection connection,
      SSLEngine engine,
      DelegatedTasks tasks,
      TlsBuffers buffers,
      AppSide app,
      @Nullable ByteBuffer received) {
    this.connection = connection;
    this.engine = engine;
    this.tasks = tasks;
    this.app = app;
    this.buffers = buffers;
    this.kept = NOTHING;
    if (received != null && received.hasRemaining()) {
      kept = new byte[received.remaining()];
      received.duplicate().get(kept);
    }
  }

  // From the raw transport.

  /// The raw transport is paused, and goes on when there is room.
  void rawIsPaused() {
    rawPaused = true;
  }

  /// Returns room for what comes next.
  ByteBuffer room() {
    int wanted = kept.length + MIN_ROOM;
    var buffer = lent;
    if (buffer == null || buffer.capacity() < wanted) {
      giveRoomBack();
      buffer = buffers.take(wanted <= TlsBuffers.BYTES ? wanted : wanted + kept.length);
      lent = buffer;
    }
    return buffer.clear().put(kept);
  }

  /// Nothing was received into the room.
  void notReceived() {
    giveRoomBack();
  }

  /// Takes what was received into the room.
  void received(int count) {
    var buffer = Objects.requireNonNull(lent);
    lent = null;
    current = buffer.limit(kept.length + count).position(0);
  }

  void rawEnded() {
    rawEnded = true;
    giveRoomBack();
  }

  private void giveRoomBack() {
    if (lent != null) {
      buffers.give(lent);
      lent = null;
    }
  }

  /// Stops or goes on receiving, as there is room for it.
  ///
  /// @param flooded whether the peer takes no answers
  void control(Transport raw, boolean flooded) {
    boolean full = connection.isOpen() && (state == State.PAUSED || held != null);
    boolean blocked = kept.length > 0 && tasks.areRunning();
    if (rawPaused == (full || blocked || flooded)) {
      return;
    }
    rawPaused = !rawPaused;
    if (rawPaused) {
      raw.pauseReading();
    } else {
      raw.resumeReading();
    }
  }

  // From the program.

  boolean isFlowing() {
    return state == State.FLOWING;
  }

  boolean isReading() {
    return connection.isOpen() && state == State.FLOWING && peer == Peer.SENDING;
  }

  /// Stops delivery.
  ///
  /// @return false when it was so already
  boolean pause() {
    boolean changed = connection.isOpen() && state == State.FLOWING;
    state = changed ? State.PAUSED : state;
    return changed;
  }

  /// Resumes delivery, from the next step on.
  ///
  /// @return false when it was so already
  boolean resume() {
    boolean changed = connection.isOpen() && state == State.PAUSED;
    state = changed ? State.FLOWING : state;
    return changed;
  }

  // Decrypting.

  /// Does the next thing that can be done with what has come.
  ///
  /// @return false when there is nothing
  boolean advance() throws SSLException {
    if (connection.isOpen()) {
      if (state == State.PAUSED) {
        return false;
      }
      if (held != null) {
        deliverHeld(held);
        return true;
      }
      if (peer == Peer.ENDED) {
        tellEnd();
        return true;
      }
    }
    if (peer != Peer.SENDING) {
      // What comes behind close_notify is nobody's.
      if (current != null) {
        current.position(current.limit());
      }
      kept = NOTHING;
      return false;
    }
    if (hasInput() ? mayHaveToSign() ? decryptElsewhere() : decryptSome() : askAgain()) {
      return true;
    }
    if (tasks.areRunning()) {
      return false;
    }
    if (rawEnded) {
      return connection.rawStreamEnded();
    }
    return false;
  }

  private void tellEnd() {
    peer = Peer.TOLD;
    try {
      connection.peerEnded();
    } catch (KeyboardInterrupt | SystemExit e) {
      // Told again in the next run of the loop, as what ends this one is no answer.
      peer = Peer.ENDED;
      throw e;
    }
  }

  private boolean hasInput() {
    return current == null ? kept.length > 0 : current.hasRemaining();
  }

  /// The engine's tasks have run.
  void tasksEnded() {
    mayHaveMoved = true;
  }

  /// Lets an engine go on that has done so by itself in its task, as BoringSSL does, and tells of
  /// it when it is asked to read; it says until then that it waits for the peer.
  ///
  /// @return whether it has
  private boolean askAgain() throws SSLException {
    if (!mayHaveMoved || engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
      return false;
    }
    mayHaveMoved = false;
    decrypt(ByteBuffer.wrap(NOTHING));
    return engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP;
  }

  /// Decrypts records until something else has to be done.
  ///
  /// @return whether anything has changed
  private boolean decryptSome() throws SSLException {
    if (current == null) {
      wrapped = ByteBuffer.wrap(kept);
      current = wrapped;
    }
    mayHaveMoved = false;
    return decrypt(current);
  }

  private boolean decrypt(ByteBuffer in) throws SSLException {
    boolean any = false;
    ByteBuffer plain = buffers.take();
    try {
      boolean more = true;
      while (more) {
        SSLEngineResult result = engine.unwrap(in, plain);
        connection.note(result);
        boolean moved = result.bytesConsumed() > 0 || result.bytesProduced() > 0;
        any |= moved;
        switch (result.getStatus()) {
          case BUFFER_UNDERFLOW -> more = false;
          case CLOSED -> {
            peer = Peer.ENDED;
            any = true;
            more = false;
          }
          case BUFFER_OVERFLOW -> {
            more = plain.position() == 0;
            any |= !more;
            if (more) {
              plain = buffers.larger(plain, engine.getSession().getApplicationBufferSize());
            }
          }
          case OK -> {
            HandshakeStatus next = result.getHandshakeStatus();
            connection.ensureNoRenegotiation(next);
            more = moved && mayGoOn(result, in);
          }
        }
      }
    } finally {
      // Also what was in order before a record that is not.
      deliver(plain.flip());
      buffers.give(plain);
    }
    return any;
  }

  /// Tells whether the engine is to be asked to read on, after it has moved.
  private static boolean mayGoOn(SSLEngineResult result, ByteBuffer in) {
    return switch (result.getHandshakeStatus()) {
      // BoringSSL says that a handshake is done when it is asked to read behind its end,
      case NEED_UNWRAP -> true;
      case NOT_HANDSHAKING -> in.hasRemaining();
      // and with the first record behind it, which is one of several.
      case FINISHED -> in.hasRemaining() && result.bytesProduced() > 0;
      default -> false;
    };
  }

  /// Tells whether a server has asked for the client's certificate: only then its session knows
  /// what the peer takes for a signature.
  private boolean mayHaveToSign() {
    if (!connection.isHandshaking()
        || !engine.getUseClientMode()
        || engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
      return false;
    }
    try {
      return engine.getHandshakeSession() instanceof ExtendedSSLSession session
          && session.getPeerSupportedSignatureAlgorithms().length > 0;
    } catch (UnsupportedOperationException e) {
      // An engine that does not tell.
      return false;
    }
  }

  /// Has what has come read by another thread.
  ///
  /// @return false, as nothing has changed yet
  private boolean decryptElsewhere() {
    settle();
    if (kept.length <= tooFew) {
      return false;
    }
    var reading = new HandshakeReading(engine, kept);
    tasks.start(
        connection.context(),
        reading,
        failure -> {
          reading.results().forEach(connection::note);
          // What has come meanwhile stands behind it.
          kept = Arrays.copyOfRange(kept, Math.min(reading.consumed(), kept.length), kept.length);
          tooFew = reading.consumed() == 0 ? kept.length : 0;
          held = reading.plain();
          connection.tasksDone(failure);
        });
    return false;
  }

  private void deliver(ByteBuffer plain) {
    if (!plain.hasRemaining()) {
      return;
    }
    try {
      app.received(plain);
    } finally {
      if (plain.hasRemaining() && !connection.isClosing()) {
        held = ByteBuffer.allocate(plain.remaining()).put(plain).flip();
      }
    }
  }

  private void deliverHeld(ByteBuffer plain) {
    held = null;
    try {
      app.received(plain);
    } finally {
      if (plain.hasRemaining() && !connection.isClosing()) {
        held = plain;
      }
    }
  }

  /// Ends a step: what is left over is kept, and the buffer given back.
  void settle() {
    var in = current;
    if (in == null) {
      return;
    }
    current = null;
    boolean isLent = in != wrapped;
    wrapped = null;
    if (!in.hasRemaining() || connection.isGone()) {
      kept = NOTHING;
    } else if (isLent || in.remaining() != kept.length) {
      kept = new byte[in.remaining()];
      in.get(kept);
    }
    if (isLent) {
      buffers.give(in);
    }
  }

  /// Tells whether nothing more will come.
  boolean hasEnded() {
    return rawEnded || peer != Peer.SENDING;
  }

  /// Drops what the program is not to see any more.
  void dropPlain() {
    held = null;
  }

  /// Drops everything.
  void clear() {
    held = null;
    kept = NOTHING;
    giveRoomBack();
  }

  @Override
  public String toString() {
    return state + (peer == Peer.SENDING ? "" : " ended");
  }
}
