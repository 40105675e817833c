// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.OnBehalf;
import io.github.asyncio4j.ReusablePost;
import io.github.asyncio4j.internal.tls.StreamTransport;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The life of a transport: it joins a protocol, calls it, and loses it once, whatever happens
///
///
/// It knows no descriptor and no selector: those are the business of its [Body]. Loop thread only.
public final class TransportLife {
  /*
   * Who may be called when. The protocol is called from the loop only: never before connectionMade,
   * never after connectionLost. Any of its methods may close, abort, pause or write, so after each
   * call the state is looked at again.
   *
   * A KeyboardInterrupt or a SystemExit out of a call ends the run of the loop, and the connection is
   * as before the call in the next one.
   *
   * Every call to the protocol is made in the context of the connection, which no other connection
   * shares: those that are queued, those of the watch, and pauseWriting, which a write makes (EL-79).
   *
   * When memory runs out one connection ends, not the loop and not in silence. So losing a connection
   * needs none, up to the point where its end is queued: what is allocated for the report and for the
   * protocol comes behind it. The network keeps a reserve for it, which is given up first.
   */

  private enum State {
    /// Without a protocol.
    NEW,
    /// With a protocol.
    OPEN,
    /// Closed by its owner, output still to be sent.
    CLOSING,
    /// connectionLost is queued.
    LOST,
    /// connectionLost was called, and what the transport owned is closed.
    CLOSED
  }

  /// What a transport does at the turns of its life.
  public interface Body {
    /// Drops the output and watches for nothing more: connectionLost is queued, or will be by
    /// [#findEnd()]. Throws nothing.
    void stop();

    /// Has [TransportLife#connectionLost()] called in the next iteration without allocating
    /// anything; there was no memory to queue it.
    void findEnd();

    /// Closes what the transport owns. Called once, after the protocol.
    void release();
  }

  private static final String INTERNAL = "io.github.asyncio4j.internal.";
  private static final BaseProtocol NOBODY = new BaseProtocol() {};

  private final NetContext net;
  private final BaseTransport transport;
  private final Body body;
  private final String kind;
  // Where it was made, in debug mode.
  private final List<StackTraceElement> source;

  // Loop thread only.
  private State state = State.NEW;
  private BaseProtocol protocol = NOBODY;
  // Null while NEW.
  private @Nullable Context context;
  private @Nullable Throwable lostBecause;
  // The report that there was no memory for; null and null without one.
  private @Nullable String unreported;
  private @Nullable Throwable unreportedFailure;

  /// @param kind what the transport is called in reports
  public TransportLife(NetContext net, BaseTransport transport, Body body, String kind) {
    this(net, transport, body, kind, net.lowlevel().sourceTraceback());
  }

  /// @param source where the program has made it, or had it made, in debug mode
  TransportLife(
      NetContext net,
      BaseTransport transport,
      Body body,
      String kind,
      List<StackTraceElement> source) {
    this.source = source;
    this.net = net;
    this.transport = transport;
    this.body = body;
    this.kind = kind;
  }

  /// Joins a protocol: queues connectionMade, the start of the transport's work and the waking of
  /// who waits, in this order. Does nothing more if the transport was closed meanwhile.
  ///
  /// @param context what the protocol is called in, for this connection alone
  /// @param start run after connectionMade, while the transport is open
  /// @param ready set once the protocol knows the transport, or null
  /// @return false when the transport was closed before
  public boolean join(
      BaseProtocol joining,
      Context context,
      Runnable start,
      @Nullable Future<@Nullable Void> ready) {
    protocol = joining;
    if (state != State.NEW) {
      return false;
    }
    state = State.OPEN;
    this.context = context;
    net.callSoon(new ProtocolCall("connectionMade", this::begin), context);
    net.callSoon(new Step("start", transport, () -> start(start)), context);
    if (ready != null) {
      net.callSoon(new Step("end of the making", transport, () -> ready.trySetResult(null)), null);
    }
    return true;
  }

  private void start(Runnable start) {
    if (state == State.OPEN) {
      start.run();
    }
  }

  private void begin() {
    // Not when there was no memory for what join() queues behind this.
    if (state != State.CLOSED) {
      protocol.connectionMade(transport);
    }
  }

  public BaseProtocol protocol() {
    return protocol;
  }

  public void protocol(BaseProtocol next) {
    protocol = next;
  }

  /// Calls the protocol from whatever context is current, in that of the connection.
  void callInContext(Runnable call) {
    Objects.requireNonNull(context).run(call);
  }

  /// Queues a call to the protocol, in the context of the connection; it does not come behind
  /// connectionLost. What it throws is reported.
  ///
  /// @param method the protocol's, for texts
  public void callSoon(String method, Runnable call) {
    net.callSoon(
        new ProtocolCall(
            method,
            () -> {
              if (state != State.CLOSED) {
                call.run();
              }
            }),
        context);
  }

  /// Returns a call to the protocol that is queued without memory; it does not come behind
  /// connectionLost.
  ///
  /// @param context that of the connection, which need not have joined a protocol yet
  /// @param name of the method, for a report
  public ReusablePost newCall(Context context, String name, Runnable call) {
    return net.lowlevel()
        .newPost(
            () -> {
              if (state == State.CLOSED) {
                return;
              }
              try {
                call.run();
              } catch (Throwable t) {
                // Made once, whatever comes of it.
                net.makeRoom(t);
                callFailed(name, t);
              }
            },
            context);
  }

  /// Returns the call of [#connectionLost()] for [Body#findEnd()]: it is queued without memory.
  ///
  /// @param context as for [#newCall]
  public ReusablePost newEnd(Context context) {
    return newCall(context, "connectionLost", this::connectionLost);
  }

  /// What is queued and concerns the transport alone.
  private record Step(String what, BaseTransport original, Runnable call)
      implements Runnable, OnBehalf {
    @Override
    public void run() {
      call.run();
    }

    @Override
    public String describe() {
      return what + " of " + original;
    }
  }

  /// A queued call to the protocol.
  private final class ProtocolCall implements Runnable, OnBehalf {
    private final String method;
    private final Runnable call;

    ProtocolCall(String method, Runnable call) {
      this.method = method;
      this.call = call;
    }

    @Override
    public void run() {
      try {
        call.run();
      } catch (Throwable t) {
        callFailed(method, t);
      }
    }

    @Override
    public Object original() {
      return protocol;
    }

    @Override
    public String describe() {
      return method + "() of the protocol of " + transport;
    }
  }

  /// Returns what the protocol is called in, that object; once it has joined.
  Context context() {
    return Objects.requireNonNull(context);
  }

  /// Tells whether input is welcome and what is written now may still be sent.
  boolean isOpen() {
    return state == State.OPEN;
  }

  /// Tells whether the transport was closed, by its owner or by what happened to it.
  public boolean isClosing() {
    return state != State.OPEN && state != State.NEW;
  }

  /// Tells whether it only waits for its output to be sent.
  boolean isSendingRest() {
    return state == State.CLOSING;
  }

  /// Tells whether connectionLost is queued or was called.
  public boolean isGone() {
    return state == State.LOST || state == State.CLOSED;
  }

  /// Tells, when there is input, whether to take it: whether it is welcome, and there is memory for
  /// what may come of it.
  boolean mayReceive() {
    try {
      // Not open: there was no memory to end the calls.
      return state == State.OPEN && net.hasReserve();
    } catch (OutOfMemoryError e) {
      transferFailed("read", e);
      return false;
    }
  }

  // Failing and closing.

  /// A system call did not work. Connections break, so an I/O error is no reason for a report: the
  /// protocol is told.
  void transferFailed(String what, Throwable failure) {
    net.makeRoom(failure);
    lose(failure);
    if (failure instanceof IOException e) {
      net.logDebug(() -> transport + ": " + what + " error", e);
    } else {
      report("Fatal " + what + " error on " + kind, failure);
    }
  }

  /// The protocol broke: it is reported, and the connection ends with it.
  void protocolFailed(String method, Throwable failure) {
    net.makeRoom(failure);
    NetContext.passOn(failure);
    lose(failure);
    report("Fatal error: protocol." + method + "() call failed.", failure);
  }

  /// A call of the protocol has failed that does not end the connection.
  void callFailed(String method, Throwable failure) {
    report("protocol." + method + "() failed", failure);
  }

  /// Reports what the connection survives.
  public void report(String message, Throwable failure) {
    try {
      // What is laid upon the transport is no protocol of the program's.
      BaseTransport seen = ofProgram();
      net.report(
          failure, ExceptionContext.of(message).transport(seen).protocol(seen.getProtocol()));
    } catch (OutOfMemoryError e) {
      // Again when the connection has given back what it holds.
      unreported = message;
      unreportedFailure = failure;
    }
  }

  /// Returns the transport that the program has: another one under TLS.
  private BaseTransport ofProgram() {
    return transport instanceof StreamTransport stream
        ? StreamTransport.topmost(stream)
        : transport;
  }

  /// Closes it for the owner.
  ///
  /// @param everythingSent whether there is nothing left to send
  /// @return true when it now waits for its output to be sent
  public boolean close(boolean everythingSent) {
    if (state == State.OPEN && !everythingSent) {
      state = State.CLOSING;
      return true;
    }
    if (state != State.CLOSING) {
      lose(null);
    }
    return false;
  }

  /// Drops the output and queues connectionLost, unless that has been done.
  public void lose(@Nullable Throwable why) {
    if (isGone()) {
      return;
    }
    if (state == State.NEW || net.loop().isClosed()) {
      // There is nobody to tell, or nobody to do it.
      abandon();
      return;
    }
    // First, because it refuses a wrong thread, and nothing has changed then.
    boolean queued = queueEnd();
    state = State.LOST;
    lostBecause = why;
    body.stop();
    if (!queued) {
      body.findEnd();
    }
  }

  private boolean queueEnd() {
    try {
      net.callSoon(new ProtocolCall("connectionLost", this::connectionLost), context);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /// Tells the protocol that it has lost the connection, and closes what the transport owns. No
  /// effect the second time.
  public void connectionLost() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    try {
      protocol.connectionLost(told());
    } catch (Throwable t) {
      // Reported for the connection, whoever has called.
      callFailed("connectionLost", t);
    } finally {
      body.release();
    }
    if (unreported != null) {
      report(unreported, Objects.requireNonNull(unreportedFailure));
    }
  }

  /// Returns what the protocol is told of the loss.
  private @Nullable Exception told() {
    var why = lostBecause;
    if (why == null || why instanceof Exception) {
      return (Exception) why;
    }
    try {
      return new IOException("connection ended by an error", why);
    } catch (OutOfMemoryError e) {
      return net.noMemory();
    }
  }

  /// The loop is closed: warns of a transport that its owner has left open, and abandons it.
  public void loopClosed() {
    if (!isGone()) {
      net.warnUnclosed(ofProgram(), source);
    }
    if (state != State.CLOSED) {
      abandon();
    }
  }

  /// Closes what the transport owns and tells no protocol.
  void abandon() {
    state = State.CLOSED;
    body.stop();
    body.release();
  }

  /// Returns the state, and whose protocol the transport has.
  @Override
  public String toString() {
    return state + protocolName();
  }

  private String protocolName() {
    String name = protocol.getClass().getName();
    // Not the library's own, which nobody knows.
    return name.startsWith(INTERNAL)
        ? ""
        : " protocol=" + name.substring(name.lastIndexOf('.') + 1);
  }
}
