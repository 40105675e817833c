// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.internal.tls.TlsConnection;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Listening sockets and the transports of what they accepted (EL-150 to EL-157, R-86 to R-97).
///
/// Loop thread only. A transport is attached in the same step in which its connection is accepted,
/// so no close can come between, and it is held until after its connectionLost.
final class StreamServer implements Server, SelectorSocketTransport.Keeper {
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

  // Loop thread only.
  private State state = State.CREATED;
  // Of each socket's transport the one that the program has: another one under TLS.
  private final Map<Transport, Transport> clients = new LinkedHashMap<>();
  private final List<Future<@Nullable Void>> waiters = new ArrayList<>();
  private @Nullable Future<@Nullable Void> forever;

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
    this.protocolFactory = protocolFactory;
    this.keepAliveAccepted = keepAliveAccepted;
    this.tls = tls;
    this.listeners =
        sockets.stream().map(socket -> new Listener(net, socket, this, backlog)).toList();
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
    state = State.CLOSED;
    listeners.forEach(Listener::close);
    if (forever != null && !net.loop().isClosed()) {
      forever.cancel();
    }
    wakeIfEnded();
  }

  @Override
  public void closeClients() {
    List.copyOf(clients.values()).forEach(Transport::close);
  }

  @Override
  public void abortClients() {
    List.copyOf(clients.values()).forEach(Transport::abort);
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
    try {
      waiter.join();
    } finally {
      waiters.remove(waiter);
    }
  }

  private boolean hasEnded() {
    return state == State.CLOSED && clients.isEmpty();
  }

  private void wakeIfEnded() {
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
      clients.put(transport, transport);
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
    clients.put(raw, connection.transport());
    raw.start(connection, own, null);
  }

  private static ExceptionContext setupFailed() {
    return ExceptionContext.of("Error on transport creation for incoming connection");
  }

  @Override
  public void detach(Transport transport) {
    clients.remove(transport);
    wakeIfEnded();
  }

  @Override
  public String toString() {
    return "<Server " + state + " sockets=" + sockets() + " clients=" + clients.size() + ">";
  }
}
