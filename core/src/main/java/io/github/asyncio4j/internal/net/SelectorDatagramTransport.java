// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Sends and receives by one datagram socket (TP-05, R-112 to R-115).
///
/// Loop thread only.
final class SelectorDatagramTransport
    implements DatagramTransport, DatagramPort.Owner, TransportLife.Body {
  /*
   * A datagram is sent at once, unless others wait, or were received together: what a protocol sends
   * on account of those is collected and goes together. Room is asked for exactly when the port was
   * full when it was last tried.
   */

  /// Dropped datagrams that are forgiven before each is logged.
  private static final int SILENT_DROPS = 4;

  /// Datagrams that are collected.
  private static final int COLLECTED = 16;

  private final NetContext net;
  private final Socket socket;
  private final OwnedSocket owned;
  private final TransportLife life;
  private final DatagramPort port;
  private final OutgoingDatagrams output = new OutgoingDatagrams();
  private final WriteFlow flow;

  // The only address that is sent to, or null when there is no such.
  private final @Nullable SocketAddress remote;
  private final boolean connected;

  // Loop thread only.
  private int droppedWrites;
  private int untoldFailures;

  /// Makes the transport of a datagram socket. It owns the socket from now on.
  ///
  /// When it fails the socket is still the caller's.
  ///
  /// @param remote where a socket that is not connected sends to, or null
  /// @throws IllegalStateException when another transport watches the socket
  /// @throws IOException when the selector refuses the socket
  SelectorDatagramTransport(NetContext net, Socket socket, @Nullable SocketAddress remote)
      throws IOException {
    // Made with the first endpoint; without one it is made, and waits for its datagrams.
    boolean _ = net.hasReserve();
    this.net = net;
    this.socket = socket;
    this.life = new TransportLife(net, this, this, "datagram transport");
    this.flow = new WriteFlow(life);
    this.port = net.backend().datagrams(socket, this);
    try {
      this.owned = new OwnedSocket(net, socket, port);
      this.connected = owned.peername() != null;
      this.remote = connected ? owned.peername() : remote;
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  /// Joins the protocol: queues connectionMade, the start of receiving and the waking of who waits,
  /// in this order. Does nothing if the transport was closed meanwhile.
  ///
  /// @param context what the protocol is called in, for this endpoint alone
  /// @param ready woken once the protocol knows the transport
  void start(DatagramProtocol protocol, Context context, Future<@Nullable Void> ready) {
    if (life.join(protocol, context, this::startReceiving, ready)) {
      port.runIn(context);
    }
  }

  private void startReceiving() {
    try {
      port.receiving(true);
    } catch (IOException | OutOfMemoryError e) {
      life.transferFailed("read", e);
    }
  }

  private static DatagramProtocol ensureDatagramProtocol(BaseProtocol protocol) {
    if (protocol instanceof DatagramProtocol datagrams) {
      return datagrams;
    }
    throw new IllegalArgumentException("not a protocol for datagrams: " + protocol);
  }

  private DatagramProtocol protocol() {
    return (DatagramProtocol) life.protocol();
  }

  // Receiving.

  @Override
  public void onInput() {
    if (!life.mayReceive()) {
      return;
    }
    Datagram datagram;
    try {
      datagram = port.receive();
    } catch (IOException e) {
      failedToReceive(e);
      return;
    } catch (RuntimeException | Error e) {
      life.transferFailed("read", e);
      return;
    }
    if (datagram != null) {
      deliver(datagram);
    }
  }

  private void failedToReceive(IOException failure) {
    try {
      protocol().errorReceived(failure);
    } catch (Throwable t) {
      life.callFailed("errorReceived", t);
    }
  }

  private void deliver(Datagram datagram) {
    try {
      protocol().datagramReceived(datagram.data(), datagram.address());
    } catch (Throwable t) {
      life.report("protocol.datagramReceived() failed, from " + datagram.address(), t);
    }
  }

  @Override
  public void onInputEnd() {
    sendCollected();
  }

  // Sending.

  @Override
  public void sendto(ByteBuffer data, @Nullable SocketAddress addr) {
    var target = target(addr);
    if (!data.hasRemaining() && connected && socket.tier() == SocketTier.NIO) {
      throw Native.unsupported("Sending an empty datagram from a connected socket");
    }
    if (life.isOpen()) {
      take(data, target);
    } else {
      warnDropped();
    }
    data.position(data.limit());
  }

  /// Returns where a datagram goes; null for the peer.
  private @Nullable SocketAddress target(@Nullable SocketAddress addr) {
    if (remote == null) {
      if (addr == null) {
        throw new IllegalArgumentException("no address, and the endpoint has none: " + this);
      }
      return Addresses.ensureFits(addr, socket.family());
    }
    if (addr != null && !addr.equals(remote)) {
      throw new IllegalArgumentException(
          "Invalid address: must be null or " + remote + ", got " + addr);
    }
    return connected ? null : remote;
  }

  private void take(ByteBuffer data, @Nullable SocketAddress target) {
    if (output.isEmpty() && !port.hasMore()) {
      try {
        if (port.send(data, target)) {
          return;
        }
      } catch (IOException e) {
        tellSoon(e);
        return;
      }
      output.add(data, target);
      askForRoom(true);
    } else {
      output.add(data, target);
      if (output.count() >= COLLECTED || output.size() > flow.limits().high()) {
        sendCollected();
      }
    }
    flow.grown(output.size());
  }

  /// Datagrams to a transport that is closing or closed are dropped, after a while with a word.
  private void warnDropped() {
    if (++droppedWrites > SILENT_DROPS) {
      NetContext.log(
          Level.WARNING,
          () ->
              "datagram number "
                  + droppedWrites
                  + " dropped: "
                  + this
                  + "; what has ended sends nothing, ask isClosing() before",
          null);
    }
  }

  private void sendCollected() {
    if (!output.isEmpty() && !port.isSending() && !life.isGone()) {
      send();
    }
  }

  /// Sends what the port takes, and asks for room if there is a rest.
  private void send() {
    try {
      while (!output.isEmpty()) {
        int gone;
        try {
          gone = port.send(output.waiting(), output.first(), output.count());
        } catch (IOException e) {
          output.gone(1);
          tellSoon(e);
          continue;
        }
        if (gone == 0) {
          break;
        }
        output.gone(gone);
      }
    } catch (RuntimeException | Error e) {
      life.transferFailed("write", e);
      return;
    }
    askForRoom(!output.isEmpty());
  }

  private void askForRoom(boolean on) {
    try {
      port.sending(on);
    } catch (IOException | OutOfMemoryError e) {
      life.transferFailed("write", e);
    }
  }

  // The protocol is called from the loop only: not inside of sendto.
  private void tellSoon(IOException failure) {
    untoldFailures++;
    life.callSoon(
        "errorReceived",
        () -> {
          untoldFailures--;
          protocol().errorReceived(failure);
        });
  }

  @Override
  public void onRoom() {
    if (life.isGone()) {
      // There was no memory to queue it.
      life.connectionLost();
      return;
    }
    send();
    if (life.isGone()) {
      return;
    }
    flow.shrunk(output.size());
    if (output.isEmpty() && life.isSendingRest()) {
      if (untoldFailures == 0) {
        life.connectionLost();
      } else {
        life.callSoon("connectionLost", life::connectionLost);
      }
    }
  }

  @Override
  public int getWriteBufferSize() {
    return (int) Math.min(output.size(), Integer.MAX_VALUE);
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    flow.limits(new WriteBufferLimits(low, high));
    flow.grown(output.size());
  }

  // Closing.

  @Override
  public void close() {
    sendCollected();
    if (life.close(output.isEmpty())) {
      try {
        port.receiving(false);
      } catch (IOException | OutOfMemoryError e) {
        life.transferFailed("read", e);
      }
    }
  }

  @Override
  public void abort() {
    sendCollected();
    life.lose(null);
  }

  @Override
  public boolean isClosing() {
    return life.isClosing();
  }

  @Override
  public void loopClosed() {
    life.loopClosed();
  }

  /// Closes the socket and tells no protocol.
  void abandon() {
    life.abandon();
  }

  @Override
  public void stop() {
    output.clear();
    owned.stop();
  }

  @Override
  public void findEnd() {
    owned.findEnd();
  }

  @Override
  public void release() {
    owned.release();
  }

  // What is known of it.

  @Override
  public long getDroppedDatagrams() {
    if (!socket.isOpen()) {
      return 0;
    }
    try {
      return socket.getDroppedDatagrams();
    } catch (IOException e) {
      net.logDebug(() -> "the system does not say what it has dropped: " + socket, e);
      return 0;
    }
  }

  @Override
  public @Nullable Object getExtraInfo(String name) {
    return owned.extraInfo(name);
  }

  @Override
  public BaseProtocol getProtocol() {
    return life.protocol();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(ensureDatagramProtocol(protocol));
  }

  @Override
  public String toString() {
    return "<DatagramTransport "
        + life
        + " fd="
        + owned.fileno()
        + " remote="
        + remote
        + " output="
        + output.size()
        + ">";
  }
}
