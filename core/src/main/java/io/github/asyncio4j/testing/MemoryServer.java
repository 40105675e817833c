// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseProtocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A server of a [MemoryNetwork] (EL-150 to EL-157). Loop thread only.
final class MemoryServer implements Server {
  private enum State {
    CREATED,
    SERVING,
    CLOSED
  }

  private final MemoryNetwork network;
  private final Supplier<? extends BaseProtocol> protocolFactory;
  private final List<InetSocketAddress> addresses;
  // Of whoever made the server; each connection has a copy of its own (EL-79).
  private final Context context = Context.copyContext();
  private final Set<MemoryTransport> clients = new LinkedHashSet<>();
  private final List<Future<@Nullable Void>> waiters = new ArrayList<>();
  private @Nullable Future<@Nullable Void> forever;
  private State state = State.CREATED;

  MemoryServer(
      MemoryNetwork network,
      Supplier<? extends BaseProtocol> protocolFactory,
      List<InetSocketAddress> addresses) {
    this.network = network;
    this.protocolFactory = protocolFactory;
    this.addresses = List.copyOf(addresses);
  }

  @Override
  public EventLoop getLoop() {
    return network.loop();
  }

  @Override
  public boolean isServing() {
    return state == State.SERVING;
  }

  @Override
  public List<TransportSocket> sockets() {
    return state == State.CLOSED
        ? List.of()
        : addresses.stream().map(a -> new TransportSocket(Socket.inMemory(a, null))).toList();
  }

  @Override
  public void startServing() {
    network.lowlevel().ensureInTask("startServing");
    listen();
    network.lowlevel().checkpoint();
  }

  private void listen() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("server is closed: " + this);
    }
    state = State.SERVING;
  }

  @Override
  public void serveForever() {
    network.lowlevel().ensureInTask("serveForever");
    if (forever != null) {
      throw new IllegalStateException("server is already being awaited on serveForever(): " + this);
    }
    listen();
    Future<@Nullable Void> waiter = network.loop().createFuture();
    forever = waiter;
    try {
      await(waiter);
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
    network.unbind(addresses);
    if (forever != null && !network.loop().isClosed()) {
      forever.cancel();
    }
    wakeIfEnded();
  }

  @Override
  public void closeClients() {
    List.copyOf(clients).forEach(MemoryTransport::close);
  }

  @Override
  public void abortClients() {
    List.copyOf(clients).forEach(MemoryTransport::abort);
  }

  @Override
  public void waitClosed() {
    network.lowlevel().ensureInTask("waitClosed");
    awaitEnd();
  }

  private void awaitEnd() {
    if (hasEnded()) {
      return;
    }
    Future<@Nullable Void> waiter = network.loop().createFuture();
    waiters.add(waiter);
    try {
      await(waiter);
    } finally {
      waiters.remove(waiter);
    }
  }

  private static void await(Future<@Nullable Void> waiter) {
    try {
      MemoryNetwork.await(waiter);
    } catch (IOException e) {
      throw new UncheckedIOException("nobody sets an exception here", e);
    }
  }

  private boolean hasEnded() {
    return state == State.CLOSED && clients.isEmpty();
  }

  private void wakeIfEnded() {
    if (hasEnded() && !network.loop().isClosed()) {
      waiters.forEach(MemoryNetwork::wake);
    }
  }

  /// Sets a connection up and reports what goes wrong with it (R-87, D-13).
  void accepted(MemoryTransport transport) {
    transport.attach(this);
    clients.add(transport);
    try {
      var own = context.copy();
      transport.start(own.call(protocolFactory::get), own, null);
    } catch (Throwable t) {
      transport.abandon();
      Failures.passOn(t);
      network
          .loop()
          .callExceptionHandler(
              ExceptionContext.of("Error on transport creation for incoming connection")
                  .exception(t)
                  .transport(transport));
    }
  }

  /// Lets go of a transport that is closed.
  void detach(MemoryTransport transport) {
    clients.remove(transport);
    wakeIfEnded();
  }

  @Override
  public String toString() {
    return "<Server " + state + " addresses=" + addresses + " clients=" + clients.size() + ">";
  }
}
