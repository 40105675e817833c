// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads, writes and closes one connected stream socket as a selector says when.
///
/// Loop thread only.
final class SelectorSocketTransport implements Transport, IoWatch.Owner, TransportLife.Body {
  /*
   * Readable or writable may mean "broken": the next receive or send tells. Nothing is watched while
   * nothing is wanted, so a paused transport learns of a broken peer when it resumes.
   */

  /// Who keeps a list of its connections.
  interface Keeper {
    /// Lets go of a transport that has closed its socket.
    void detach(Transport transport);
  }

  /// What happens to the input of a transport that is open.
  private enum Input {
    /// connectionMade is not done yet.
    STARTING,
    FLOWING,
    PAUSED,
    /// The peer has ended its half.
    ENDED
  }

  private final NetContext net;
  private final Socket socket;
  private final @Nullable Keeper keeper;
  private final TransportLife life;
  private final IoWatch watch;
  private final SocketOutput output;
  private final @Nullable SocketAddress sockname;
  private final @Nullable SocketAddress peername;

  // Loop thread only.
  private Input input = Input.STARTING;

  /// Makes the transport of a connected socket. It owns the socket from now on.
  ///
  /// When it fails the socket is still the caller's.
  ///
  /// @param keeper what the transport detaches from in the end, or null
  /// @throws IllegalStateException when another transport watches the socket
  /// @throws IOException when the selector refuses the socket
  SelectorSocketTransport(NetContext net, Socket socket, @Nullable Keeper keeper)
      throws IOException {
    // Made with the first connection; without one a connection is made, and waits for its bytes.
    boolean _ = net.hasReserve();
    this.net = net;
    this.socket = socket;
    this.keeper = keeper;
    this.life = new TransportLife(net, this, this);
    // Asked for now: a peer that has gone has no address any more.
    this.sockname = socket.getsockname();
    this.peername = socket.getpeername();
    this.watch = net.lowlevel().watch(socket, this, this::onReadable, this::onWritable);
    try {
      this.output = new SocketOutput(net, this, life, socket, watch);
      sendWithoutDelay();
    } catch (Throwable t) {
      watch.close();
      throw t;
    }
  }

  /// Joins the protocol: queues connectionMade, the start of reading and the waking of who waits,
  /// in this order. Does nothing if the transport was closed meanwhile.
  ///
  /// @param context what the protocol is called in, for this connection alone
  /// @param ready woken once the protocol knows the transport, or null
  /// @throws IllegalArgumentException when the protocol is not one for streams
  void start(BaseProtocol protocol, Context context, @Nullable Future<@Nullable Void> ready) {
    if (life.join(ensureStreamProtocol(protocol), context, this::startReading, ready)) {
      watch.runIn(context);
    }
  }

  private static BaseProtocol ensureStreamProtocol(BaseProtocol protocol) {
    if (protocol instanceof Protocol || protocol instanceof BufferedProtocol) {
      return protocol;
    }
    throw new IllegalArgumentException(
        "a stream needs a Protocol or a BufferedProtocol: " + protocol.getClass().getName());
  }

  private void sendWithoutDelay() {
    if (socket.family() == StandardProtocolFamily.UNIX) {
      return;
    }
    try {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    } catch (IOException e) {
      // Slower, not broken.
      net.logDebug(() -> "TCP_NODELAY refused: " + socket, e);
    }
  }

  // Reading.

  private void startReading() {
    if (input == Input.STARTING) {
      flow(Input.FLOWING);
    }
  }

  @Override
  public boolean isReading() {
    return life.isOpen() && (input == Input.FLOWING || input == Input.STARTING);
  }

  @Override
  public void pauseReading() {
    if (isReading()) {
      flow(Input.PAUSED);
    }
  }

  @Override
  public void resumeReading() {
    if (life.isOpen() && input == Input.PAUSED) {
      flow(Input.FLOWING);
    }
  }

  private void flow(Input next) {
    input = next;
    watchInput(next == Input.FLOWING);
  }

  private void watchInput(boolean on) {
    try {
      watch.reading(on);
    } catch (Throwable t) {
      life.transferFailed("watch", t);
    }
  }

  private void onReadable() {
    if (!life.isOpen()) {
      // There was no memory to end the watch.
      return;
    }
    try {
      if (!net.hasReserve()) {
        return;
      }
    } catch (OutOfMemoryError e) {
      life.transferFailed("read", e);
      return;
    }
    BaseProtocol protocol = life.protocol();
    if (protocol instanceof BufferedProtocol buffered) {
      receiveInto(buffered);
    } else {
      receiveFor((Protocol) protocol);
    }
  }

  private void receiveFor(Protocol receiver) {
    ByteBuffer data;
    int count;
    try {
      data = net.receiveBuffer();
      count = socket.recv(data);
    } catch (Throwable t) {
      life.transferFailed("read", t);
      return;
    }
    if (count > 0) {
      try {
        receiver.dataReceived(data.flip());
      } catch (Throwable t) {
        life.protocolFailed("dataReceived", t);
      }
    } else if (count < 0) {
      inputEnded();
    }
  }

  private void receiveInto(BufferedProtocol receiver) {
    ByteBuffer target;
    try {
      target = receiver.getBuffer(-1);
      if (!target.hasRemaining()) {
        throw new IllegalStateException("getBuffer() returned an empty buffer");
      }
      if (target.isReadOnly()) {
        throw new IllegalStateException("getBuffer() returned a read-only buffer");
      }
    } catch (Throwable t) {
      life.protocolFailed("getBuffer", t);
      return;
    }
    if (!isReading()) {
      return;
    }
    int count;
    try {
      count = receive(target);
    } catch (Throwable t) {
      life.transferFailed("read", t);
      return;
    }
    if (count > 0) {
      try {
        receiver.bufferUpdated(count);
      } catch (Throwable t) {
        life.protocolFailed("bufferUpdated", t);
      }
    } else if (count < 0) {
      inputEnded();
    }
  }

  /// Receives into a user's buffer and leaves its position and limit as they were.
  private int receive(ByteBuffer target) throws IOException {
    int position = target.position();
    int limit = target.limit();
    if (limit - position > NetContext.TRANSFER_LIMIT) {
      target.limit(position + NetContext.TRANSFER_LIMIT);
    }
    try {
      return socket.recv(target);
    } finally {
      target.limit(limit).position(position);
    }
  }

  /// Delivers the end of the stream, once; the transport then closes itself unless it is told not
  /// to.
  private void inputEnded() {
    flow(Input.ENDED);
    BaseProtocol protocol = life.protocol();
    boolean keepOpen;
    try {
      keepOpen =
          protocol instanceof BufferedProtocol buffered
              ? buffered.eofReceived()
              : ((Protocol) protocol).eofReceived();
    } catch (KeyboardInterrupt | SystemExit e) {
      // Told again in the next run of the loop, as what ends this one is no answer.
      if (life.isOpen()) {
        flow(Input.FLOWING);
      }
      throw e;
    } catch (Throwable t) {
      life.protocolFailed("eofReceived", t);
      return;
    }
    if (!keepOpen) {
      close();
    }
  }

  // Writing.

  @Override
  public void write(ByteBuffer data) {
    output.write(data);
  }

  @Override
  public void writelines(Iterable<ByteBuffer> pieces) {
    output.writelines(pieces);
  }

  @Override
  public void writeEof() {
    if (life.isOpen()) {
      output.end();
    }
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public int getWriteBufferSize() {
    return output.size();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return output.limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    output.limits(new WriteBufferLimits(low, high));
  }

  private void onWritable() {
    if (life.isGone()) {
      // There was no memory to queue it.
      life.connectionLost();
    } else if (output.resume() && life.isSendingRest()) {
      life.connectionLost();
    }
  }

  // Closing.

  @Override
  public void close() {
    if (life.close(output.isEmpty())) {
      watchInput(false);
      if (!life.isGone()) {
        output.watch(true);
      }
    }
  }

  @Override
  public void abort() {
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

  /// Drops the output and watches for nothing more. The watch stays open until the socket is
  /// closed, because it is by the watch that a loop which is closed before that finds the socket.
  @Override
  public void stop() {
    output.clear();
    try {
      watch.reading(false);
      watch.writing(false);
    } catch (IOException e) {
      // Somebody has closed the descriptor behind our back.
      watch.close();
      net.logDebug(() -> "cannot end the watch of " + this, e);
    } catch (OutOfMemoryError e) {
      return; // What is called meanwhile looks at the state.
    }
  }

  /// The handle of the watch is there already. Should its queue be full, a poll finds it.
  @Override
  public void findEnd() {
    output.watch(true);
    watch.callWriter();
  }

  @Override
  public void release() {
    try {
      watch.close();
    } finally {
      try {
        net.close(socket);
      } finally {
        if (keeper != null) {
          keeper.detach(this);
        }
      }
    }
  }

  // What is known of it.

  @Override
  public @Nullable Object getExtraInfo(String name) {
    return switch (name) {
      case "socket" -> new TransportSocket(socket);
      case "sockname" -> sockname;
      case "peername" -> peername;
      default -> null;
    };
  }

  @Override
  public BaseProtocol getProtocol() {
    return life.protocol();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(ensureStreamProtocol(protocol));
  }

  @Override
  public String toString() {
    return "<SelectorSocketTransport "
        + life
        + " fd="
        + socket.fileno()
        + " peername="
        + peername
        + " input="
        + input
        + " output="
        + output
        + ">";
  }
}
