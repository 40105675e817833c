// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.ServedProtocol;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerShutdown;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TimerHandle;
import io.github.asyncio4j.internal.tls.StreamTransport;
import io.github.asyncio4j.internal.tls.TlsConnection;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseProtocol;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Listening sockets and the transports of what they accepted (EL-150 to EL-157, R-86 to R-97).
///
/// Loop thread only. A transport is attached in the same step in which its connection is accepted,
/// so no close can come between, and it is held until after its connectionLost.
final class StreamServer implements Server, SelectorSocketTransport.Keeper {
  /// How long somebody waits in silence, and how long when a person waits who has pressed Ctrl-C.
  private static final Duration NOTICE = Duration.ofSeconds(10);

  private static final Duration NOTICE_AFTER_CTRL_C = Duration.ofSeconds(2);

  /// How many connections are named that are waited for.
  private static final int NAMED = 5;

  private enum State {
    /// Bound, not listening.
    CREATED,
    SERVING,
    CLOSED
  }

  private final NetContext net;
  private final Supplier<? extends BaseProtocol> protocolFactory;
  private final boolean keepAliveAccepted;
  private final @Nullable TlsSettings tls;
  private final List<Listener> listeners;
  // Of whoever made the server; each connection has a copy of its own (EL-79).
  private final Context context = Context.copyContext();
  // Where it was made, in debug mode.
  private final List<StackTraceElement> source;

  // Loop thread only.
  private State state = State.CREATED;
  // The transports of the sockets. What the program has may be another one, see ofProgram().
  private final Set<StreamTransport> clients = new LinkedHashSet<>();
  private final List<Future<@Nullable Void>> waiters = new ArrayList<>();
  private @Nullable Future<@Nullable Void> forever;
  // Work that has outlived its connection.
  private final Set<Future<?>> handlers = new LinkedHashSet<>();
  // Who waits for the connections and the handlers to end.
  private final List<Future<@Nullable Void>> shutdowns = new ArrayList<>();
  // Set while somebody waits for the connections of a server that is closed.
  private @Nullable TimerHandle notice;

  /// Makes a server of bound sockets and owns them from now on.
  ///
  /// @param keepAliveAccepted whether `SO_KEEPALIVE` is set on each connection, for want of a
  ///   listener that passes it on
  /// @param tls what is asked of each connection, or null for connections in the clear
  StreamServer(
      NetContext net,
      Supplier<? extends BaseProtocol> protocolFactory,
      List<Socket> sockets,
      int backlog,
      boolean keepAliveAccepted,
      @Nullable TlsSettings tls) {
    this.net = net;
    this.source = net.lowlevel().sourceTraceback();
    this.protocolFactory = protocolFactory;
    this.keepAliveAccepted = keepAliveAccepted;
    this.tls = tls;
    this.listeners =
        sockets.stream().map(socket -> new Listener(net, socket, this, backlog)).toList();
    net.addNotServing(this);
  }

  /// Hands over the file of its only socket.
  void removes(SocketFile file) {
    listeners.getFirst().removes(file);
  }

  @Override
  public EventLoop getLoop() {
    return net.loop();
  }

  @Override
  public boolean isServing() {
    return state == State.SERVING;
  }

  @Override
  public List<TransportSocket> sockets() {
    return state == State.CLOSED ? List.of() : listeners.stream().map(Listener::socket).toList();
  }

  @Override
  public void startServing() throws IOException {
    net.lowlevel().ensureInTask("startServing");
    listen();
    net.lowlevel().checkpoint();
  }

  private void listen() throws IOException {
    ensureNotClosed();
    if (state == State.SERVING) {
      return;
    }
    net.removeNotServing(this);
    state = State.SERVING;
    try {
      for (var listener : listeners) {
        listener.start();
      }
    } catch (Throwable t) {
      close();
      throw t;
    }
  }

  private void ensureNotClosed() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("server is closed: " + this);
    }
  }

  @Override
  public void serveForever() throws IOException {
    net.lowlevel().ensureInTask("serveForever");
    if (forever != null) {
      throw new IllegalStateException("server is already being awaited on serveForever(): " + this);
    }
    listen();
    Future<@Nullable Void> waiter = net.loop().createFuture();
    forever = waiter;
    try {
      waiter.join();
    } catch (CancelledError e) {
      close();
      try {
        awaitEnd();
      } catch (CancelledError again) {
        if (again != e) {
          e.addSuppressed(again);
        }
      }
      throw e;
    } finally {
      forever = null;
    }
  }

  @Override
  public void close() {
    if (state == State.CLOSED) {
      return;
    }
    net.removeNotServing(this);
    state = State.CLOSED;
    listeners.forEach(Listener::close);
    if (!net.loop().isClosed()) {
      if (forever != null) {
        forever.cancel();
      }
      noticeWaiting();
    }
    wakeIfEnded();
  }

  @Override
  public void closeClients() {
    List.copyOf(clients).forEach(client -> ofProgram(client).close());
  }

  @Override
  public void abortClients() {
    List.copyOf(clients).forEach(client -> ofProgram(client).abort());
  }

  /// Returns the transport that the program has of a connection.
  private static StreamTransport ofProgram(StreamTransport client) {
    return StreamTransport.topmost(client);
  }

  @Override
  public void waitClosed() {
    net.lowlevel().ensureInTask("waitClosed");
    awaitEnd();
  }

  private void awaitEnd() {
    if (hasEnded()) {
      return;
    }
    Future<@Nullable Void> waiter = net.loop().createFuture();
    waiters.add(waiter);
    noticeWaiting();
    try {
      waiter.join();
    } finally {
      waiters.remove(waiter);
      forgetNotice();
    }
  }

  /// Has it said in the log when somebody waits long: it is easily forgotten that idle clients
  /// stay.
  private void noticeWaiting() {
    boolean waiting = !waiters.isEmpty() || !shutdowns.isEmpty();
    if (notice == null && waiting && state == State.CLOSED && !isIdle()) {
      Duration patience = net.lowlevel().isInterrupted() ? NOTICE_AFTER_CTRL_C : NOTICE;
      notice = net.loop().callLater(patience, () -> sayWaiting(patience));
    }
  }

  private void sayWaiting(Duration patience) {
    notice = null;
    NetContext.log(
        Level.WARNING,
        () ->
            this
                + " is closed, and has been waited for for "
                + patience.toSeconds()
                + " s: "
                + clients.stream().limit(NAMED).map(StreamServer::ofProgram).toList()
                + (clients.size() > NAMED ? " and others" : "")
                + " are open (closeClients() or abortClients() ends them), "
                + handlers.size()
                + " handlers at work without a connection"
                + (net.lowlevel().isInterrupted() ? "; another Ctrl-C ends the process" : ""),
        null);
  }

  private void forgetNotice() {
    if (notice != null && waiters.isEmpty() && shutdowns.isEmpty()) {
      notice.cancel();
      notice = null;
    }
  }

  // Shutting down.

  @Override
  public ServerShutdown shutdown(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace < 0: " + grace);
    }
    net.lowlevel().ensureInTask("shutdown");
    return new GracefulShutdown(net, this).run(grace);
  }

  int clientCount() {
    return clients.size();
  }

  /// Returns what is at work for a connection, also one that is gone; not who asks.
  List<Future<?>> handlers() {
    var all = new LinkedHashSet<Future<?>>(handlers);
    for (var client : clients) {
      var handler = handlerOf(client);
      if (handler != null) {
        all.add(handler);
      }
    }
    all.remove(Task.currentTask());
    return List.copyOf(all);
  }

  private static @Nullable Future<?> handlerOf(StreamTransport client) {
    var protocol = ofProgram(client).getProtocol();
    var handler = protocol instanceof ServedProtocol served ? served.handler() : null;
    return handler == null || handler.done() ? null : handler;
  }

  /// Tells whether no connection is open and nothing is at work but who asks.
  boolean isIdle() {
    return clients.isEmpty() && handlers().isEmpty();
  }

  /// Suspends until a future is done, which is set when nothing is left.
  void awaitIdle(Future<@Nullable Void> waiter) {
    shutdowns.add(waiter);
    noticeWaiting();
    try {
      waiter.join();
    } finally {
      shutdowns.remove(waiter);
      forgetNotice();
    }
  }

  /// Tells the protocols that the server shuts down, in the next iteration: those of connections
  /// that were accepted just now do not know their transport yet.
  void tellShutdown() {
    for (var client : List.copyOf(clients)) {
      net.callSoon(() -> tellShutdownWhenMade(client), null);
    }
  }

  private void tellShutdownWhenMade(StreamTransport client) {
    if (client.getProtocol() instanceof TlsConnection tls) {
      // Not from within the context of the connection, which the call enters.
      tls.whenMade(() -> net.callSoon(() -> tellShutdown(ofProgram(client)), null));
    } else {
      tellShutdown(client);
    }
  }

  private void tellShutdown(StreamTransport client) {
    if (client.isClosing() || !(client.getProtocol() instanceof ServedProtocol served)) {
      return;
    }
    try {
      client.context().run(served::serverShutdown);
    } catch (Throwable t) {
      client.close();
      net.report(
          t,
          ExceptionContext.of("Fatal error: protocol.serverShutdown() call failed.")
              .transport(client)
              .protocol(served));
    }
  }

  private boolean hasEnded() {
    return state == State.CLOSED && clients.isEmpty();
  }

  private void wakeIfEnded() {
    if (clients.isEmpty() && !net.loop().isClosed()) {
      // Each looks for itself what is left but its own task.
      for (Future<@Nullable Void> waiter : shutdowns) {
        waiter.trySetResult(null);
      }
    }
    if (hasEnded()) {
      for (Future<@Nullable Void> waiter : waiters) {
        waiter.trySetResult(null);
      }
    }
  }

  /// Sets a connection up and reports what goes wrong with it (R-87, D-13).
  void accepted(Socket socket) {
    SelectorSocketTransport transport;
    try {
      if (keepAliveAccepted) {
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      }
      transport = new SelectorSocketTransport(net, socket, this);
    } catch (Throwable t) {
      net.close(socket);
      net.report(t, setupFailed().socket(new TransportSocket(socket)));
      return;
    }
    try {
      clients.add(transport);
      var own = context.copy();
      BaseProtocol protocol = own.call(protocolFactory::get);
      if (tls == null) {
        transport.start(protocol, own, null);
      } else {
        startUnderTls(transport, protocol, own, tls);
      }
    } catch (Throwable t) {
      transport.abandon();
      net.report(t, setupFailed().transport(transport));
    }
  }

  private void startUnderTls(
      SelectorSocketTransport raw, BaseProtocol protocol, Context own, TlsSettings settings) {
    var connection = new TlsConnection(net.loop(), settings, protocol, own, null);
    raw.start(connection, own, null);
    if (raw.isClosing()) {
      // Whoever made the protocol or the engine has aborted it.
      connection.abandon();
    }
  }

  private static ExceptionContext setupFailed() {
    return ExceptionContext.of("Error on transport creation for incoming connection");
  }

  @Override
  public List<StackTraceElement> sourceTraceback() {
    return source;
  }

  /// The loop is closed: warns, once, of a server that its owner has left open.
  void loopClosed() {
    if (state != State.CLOSED) {
      net.warnUnclosed(this, source);
      close();
    }
  }

  @Override
  public void detach(StreamTransport transport) {
    if (clients.remove(transport)) {
      keepHandler(transport);
    }
    wakeIfEnded();
  }

  private void keepHandler(StreamTransport transport) {
    var handler = net.loop().isClosed() ? null : handlerOf(transport);
    if (handler != null) {
      handlers.add(handler);
      handler.addDoneCallback(
          _ -> {
            handlers.remove(handler);
            wakeIfEnded();
          });
    }
  }

  @Override
  public String toString() {
    return "<Server " + state + " sockets=" + sockets() + " clients=" + clients.size() + ">";
  }
}
