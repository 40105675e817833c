// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.TimerHandle;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.ssl.SslEofException;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One connection under TLS: the protocol of the transport below, and what moves the engine on
///
///
/// Loop thread only. The raw transport calls it in the context of the connection, and whatever else
/// calls the program's protocol does so as well.
public final class TlsConnection implements BufferedProtocol {
  /*
   * Everything that an engine asks for is done in pump(), one step after the other, until there is
   * nothing to do before something comes. The program's protocol is called from there and from
   * connectionLost, and may call its transport from any of its methods; so after each step the state
   * is looked at again. No method of the transport calls pump(): it is queued.
   *
   * Whatever ends the connection, the raw transport is closed or aborted, and its connectionLost is
   * where the program's protocol and the waiting task are told.
   */

  private enum State {
    /// The raw transport has not called yet.
    NEW,
    HANDSHAKING,
    /// The handshake is done and nobody knows.
    FINISHED,
    /// The program has the transport.
    OPEN,
    /// Closed by its owner: the goodbye is on its way, or the peer's.
    CLOSING,
    /// The raw transport is told to end.
    LOST,
    /// The raw transport has ended.
    CLOSED
  }

  private final EventLoop loop;
  private final TlsSettings settings;
  private final Context context;
  private final SSLEngine engine;
  private final HandshakeRules rules;
  private final DelegatedTasks tasks;
  private final AppSide app;
  private final TlsInput input;
  private final TlsOutput output;
  private final TlsTransport transport;

  // Loop thread only.
  private State state = State.NEW;
  private @Nullable Transport raw;
  private @Nullable TlsSession session;
  // Who waits for the handshake.
  private @Nullable Future<@Nullable Void> waiter;
  // Of the handshake, later of the shutdown.
  private @Nullable TimerHandle timer;
  private long takenBefore;
  private @Nullable Throwable lostBecause;
  private boolean rawTold;
  // Whether its owner closed it when all output was gone: what becomes of the goodbye is no news.
  private boolean closedClean;

  /// Makes a connection whose handshake begins when a transport says that it is there.
  ///
  /// @param context what that transport calls its protocol in
  /// @param waiter set when the handshake is done, or fails with what ended it; null for none
  /// @throws IllegalArgumentException when the protocol is not one for streams
  /// @throws RuntimeException what the factory of engines throws
  public TlsConnection(
      EventLoop loop,
      TlsSettings settings,
      BaseProtocol protocol,
      Context context,
      @Nullable Future<@Nullable Void> waiter) {
    this(loop, settings, protocol, context, waiter, false);
  }

  /// @param upgraded whether the protocol knows of the connection already
  TlsConnection(
      EventLoop loop,
      TlsSettings settings,
      BaseProtocol protocol,
      Context context,
      @Nullable Future<@Nullable Void> waiter,
      boolean upgraded) {
    this.loop = loop;
    this.settings = settings;
    this.context = context;
    this.waiter = waiter;
    this.app = new AppSide(loop, this, protocol, upgraded);
    // Before there is an engine to be given back: it asks the factory.
    TlsBuffers buffers = TlsBuffers.of(loop, settings.factory().prefersDirectBuffers());
    this.engine = settings.newEngine();
    this.rules = new HandshakeRules(engine, settings.side());
    this.tasks = new DelegatedTasks(loop, settings.factory(), engine);
    this.input = new TlsInput(this, engine, tasks, buffers, app, settings.received());
    this.output = new TlsOutput(this, engine, tasks, buffers, app);
    this.transport = new TlsTransport(this, input, output);
    LiveEngines.OF_LOOP.get(loop).add(tasks);
  }

  /// Gives back all engines of a loop that is being closed.
  public static void loopClosed(EventLoop loop) {
    LiveEngines.OF_LOOP.get(loop).releaseAll();
  }

  /// Gives up a connection that no transport has: nobody is told.
  public void abandon() {
    state = State.CLOSED;
    waiter = null;
    release();
  }

  private void release() {
    LiveEngines.OF_LOOP.get(loop).remove(tasks);
    tasks.release();
  }

  /// Has something done as soon as the program's protocol knows of the connection: now, in whatever
  /// context is current, or after the handshake.
  public void whenMade(Runnable call) {
    app.whenMade(call);
  }

  /// Returns what the program's protocol gets.
  public StreamTransport transport() {
    return transport;
  }

  EventLoop loop() {
    return loop;
  }

  Context context() {
    return context;
  }

  AppSide app() {
    return app;
  }

  // What the raw transport calls.

  @Override
  public void connectionMade(BaseTransport made) {
    var below = (Transport) made;
    raw = below;
    if (state != State.NEW) {
      below.abort();
      return;
    }
    state = State.HANDSHAKING;
    timer = loop.callLater(settings.handshakeTimeout(), this::handshakeExpired, context);
    output.attach(below);
    try {
      engine.beginHandshake();
    } catch (SSLException | RuntimeException e) {
      fail(e);
      return;
    }
    pump();
  }

  @Override
  public ByteBuffer getBuffer(int sizehint) {
    return input.room();
  }

  @Override
  public void bufferUpdated(int nbytes) {
    input.received(nbytes);
    pump();
  }

  /// The buffer that was asked for last is not filled: nothing was there after all. It is not the
  /// transport's any more.
  public void bufferUnused() {
    input.notReceived();
  }

  @Override
  public boolean eofReceived() {
    input.rawEnded();
    pump();
    return true;
  }

  @Override
  public void pauseWriting() {
    rawTold = true;
  }

  @Override
  public void resumeWriting() {
    output.rawHasRoom();
    controlInput();
  }

  /// Tells whether the raw transport has asked to pause since it belongs to this.
  boolean wasAskedToPause() {
    return rawTold;
  }

  TlsOutput output() {
    return output;
  }

  TlsInput input() {
    return input;
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    cancelTimer();
    input.clear();
    output.clear();
    Throwable why = lostBecause != null || closedClean ? lostBecause : exc;
    try {
      app.lost(why);
    } finally {
      release();
      wake(
          why != null
              ? why
              : new ConnectionResetException("connection closed during the SSL handshake"));
    }
  }

  private void wake(@Nullable Throwable failure) {
    var waiting = waiter;
    waiter = null;
    if (waiting == null || waiting.done()) {
      return;
    }
    if (failure == null) {
      waiting.setResult(null);
    } else {
      waiting.setException(failure);
    }
  }

  // Moving on.

  void pumpSoon() {
    loop.callSoon(this::pump, context);
  }

  private void pump() {
    try {
      while (step()) {
        // Until something has to come first.
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      // What is left is done in the next run of the loop.
      pumpSoon();
      throw e;
    } catch (Exception | Error e) {
      // An error too: a guest's key manager may be called here, and nothing else ends the
      // connection.
      fail(e);
    } finally {
      input.settle();
    }
    controlInput();
  }

  private void controlInput() {
    if (raw != null) {
      input.control(raw, output.isFlooded());
    }
  }

  /// Does one thing.
  ///
  /// @return false when there is none
  private boolean step() throws SSLException {
    if (state == State.NEW || isGone() || tasks.areRunning()) {
      return false;
    }
    if (state == State.FINISHED) {
      established();
      return true;
    }
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        tasks.start(context, this::tasksDone);
        return false;
      }
      case NEED_WRAP -> {
        if (output.sendHandshake() || engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
          return true;
        }
      }
      case NOT_HANDSHAKING -> {
        if (state == State.HANDSHAKING) {
          rules.ensureNotCancelled();
          state = State.FINISHED;
          return true;
        }
        if (output.resume()) {
          return true;
        }
      }
      default -> {}
    }
    return input.advance() || finishIfOver();
  }

  void tasksDone(@Nullable Throwable failure) {
    input.tasksEnded();
    if (failure != null) {
      fail(failure);
    }
    pump();
  }

  /// Looks at what the engine has done. Called for each result.
  void note(SSLEngineResult result) {
    if (result.getHandshakeStatus() == HandshakeStatus.FINISHED && state == State.HANDSHAKING) {
      state = State.FINISHED;
    }
  }

  /// See [HandshakeRules#ensureNoRenegotiation].
  void ensureNoRenegotiation(HandshakeStatus next) throws SSLException {
    rules.ensureNoRenegotiation(next, session);
  }

  private void established() {
    cancelTimer();
    session = new TlsSession(engine.getSession(), settings.factory().supportsHalfClose());
    state = State.OPEN;
    try {
      app.made();
    } finally {
      wake(null);
    }
  }

  private void handshakeExpired() {
    timer = null;
    lostBecause =
        new ConnectionResetException(
            "SSL handshake is taking longer than "
                + settings.handshakeTimeout().toMillis() / 1000.0
                + " seconds: aborting the connection");
    abort();
  }

  // Ends.

  /// The peer has said goodbye, and everything before that was delivered.
  void peerEnded() {
    boolean keepOpen = app.eof();
    if (keepOpen && !canWriteEof() && isOpen()) {
      //
      LibraryLogger.get()
          .log(
              Level.WARNING,
              "returning true from eofReceived() has no effect with " + session + ": " + transport);
    }
    if (!keepOpen || !canWriteEof()) {
      close();
    }
  }

  /// The raw stream has ended, and what came is decrypted as far as it can be.
  ///
  /// @return whether that changes anything
  boolean rawStreamEnded() {
    if (state == State.HANDSHAKING) {
      lose(new ConnectionResetException("connection closed by the peer in the SSL handshake"));
    } else if (state == State.OPEN) {
      try {
        // So that nobody resumes the session of a connection that was cut.
        engine.closeInbound();
      } catch (SSLException | RuntimeException e) {
        logDebug("truncated", e);
      }
      lose(new SslEofException("the peer's stream ended without close_notify"));
    }
    return isGone();
  }

  /// The engine, or something below it, has failed: the peer is told, as far as can be.
  void fail(Throwable failure) {
    if (isGone()) {
      return;
    }
    AppSide.passOn(failure);
    output.sendAlert();
    lose(failure);
    if (failure instanceof IOException) {
      logDebug("SSL error", failure);
    } else {
      app.report("Fatal error on SSL transport", failure);
    }
  }

  /// Ends the connection for a reason that its protocol is told.
  void lose(Throwable why) {
    if (isGone()) {
      return;
    }
    lostBecause = why;
    state = State.LOST;
    var below = raw;
    if (below != null && !loop.isClosed()) {
      watchShutdown();
      below.close();
    }
  }

  /// Closes for the owner.
  void close() {
    if (state == State.CLOSING || isGone()) {
      return;
    }
    if (loop.isClosed()) {
      // The raw transport was ended with it.
      abandon();
      return;
    }
    if (state != State.OPEN) {
      abort();
      return;
    }
    state = State.CLOSING;
    closedClean = output.size() == 0;
    input.dropPlain();
    watchShutdown();
    try {
      output.end();
    } catch (SSLException | RuntimeException e) {
      fail(e);
      return;
    }
    if (!finishIfOver()) {
      pumpSoon();
    }
  }

  /// Ends the raw transport when both sides have said goodbye.
  private boolean finishIfOver() {
    if (state != State.CLOSING || !input.hasEnded() || !output.hasEnded()) {
      return false;
    }
    // The timer goes on: what the raw transport has is to be sent.
    state = State.LOST;
    Objects.requireNonNull(raw).close();
    return true;
  }

  private void watchShutdown() {
    cancelTimer();
    takenBefore = output.taken();
    timer = loop.callLater(settings.shutdownTimeout(), this::shutdownExpired, context);
  }

  private void shutdownExpired() {
    timer = null;
    if (output.size() > 0 && output.taken() > takenBefore) {
      // The peer is slow and takes what it gets: a transport without TLS would wait for it too.
      watchShutdown();
      return;
    }
    if (lostBecause == null) {
      lostBecause = new TimeoutException("SSL shutdown timed out");
    }
    abort();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /// Ends the connection at once; idempotent.
  public void abort() {
    if (state != State.CLOSED) {
      state = State.LOST;
      if (raw != null) {
        raw.abort();
      }
    }
  }

  // What the transport asks.

  /// Tells whether what is written now may be sent, and what comes is delivered.
  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isHandshaking() {
    return state == State.HANDSHAKING;
  }

  boolean isDelivering() {
    return state == State.OPEN && input.isFlowing();
  }

  boolean isClosing() {
    return state == State.CLOSING || isGone();
  }

  boolean isGone() {
    return state == State.LOST || state == State.CLOSED;
  }

  void pauseReading() {
    if (input.pause()) {
      controlInput();
    }
  }

  void resumeReading() {
    if (input.resume()) {
      pumpSoon();
    }
  }

  boolean canWriteEof() {
    return session != null && session.endsHalves();
  }

  void writeEof() {
    if (!canWriteEof()) {
      throw new UnsupportedOperationException(
          "only TLS 1.3 can end one half, and not with every engine: " + transport);
    }
    if (isOpen()) {
      try {
        output.end();
      } catch (SSLException | RuntimeException e) {
        fail(e);
      }
    }
  }

  @Nullable Object extraInfo(String name) {
    return switch (name) {
      case "sslcontext" -> settings.factory().context();
      case "ssl_object" -> engine;
      case "peercert" -> session == null ? null : session.peerCertificate();
      case "cipher" -> session == null ? null : session.cipherSuite();
      case "compression" -> null;
      default -> raw == null ? null : raw.getExtraInfo(name);
    };
  }

  /// Logs what goes wrong in the normal course of networking; debug mode only.
  void logDebug(String what, Throwable failure) {
    if (loop.getDebug()) {
      LibraryLogger.get().log(Level.DEBUG, transport + ": " + what, failure);
    }
  }

  @Override
  public String toString() {
    String session = this.session == null ? "" : " " + this.session;
    return state + " protocol=" + app.protocolName() + session + " over " + raw;
  }
}
