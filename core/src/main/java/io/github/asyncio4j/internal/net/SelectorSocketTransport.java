// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.tls.FileOutput;
import io.github.asyncio4j.internal.tls.StreamTransport;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads, writes and closes one connected stream socket: its life, its two halves,
/// and what is known of it.
///
/// Loop thread only.
final class SelectorSocketTransport implements StreamTransport, IoPort.Owner, TransportLife.Body {
  /*
   * "There is input" or "there is room" may mean "broken": the next read or write tells. Nothing is
   * asked for while nothing is wanted, so a paused transport learns of a broken peer when it resumes
   * one that has been read to its end has a break told to it.
   */

  /// Who keeps a list of its connections.
  interface Keeper {
    /// Lets go of a transport that has closed its socket.
    void detach(StreamTransport transport);

    /// Returns where the program has made it, in debug mode: a connection that comes to it has no
    /// such place.
    List<StackTraceElement> sourceTraceback();
  }

  private final NetContext net;
  private final OwnedSocket socket;
  private final @Nullable Keeper keeper;
  private final TransportLife life;
  private final StreamPort port;
  private final StreamInput input;
  private final StreamOutput output;

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
    this.keeper = keeper;
    this.life =
        new TransportLife(
            net,
            this,
            this,
            "socket transport",
            keeper == null ? net.lowlevel().sourceTraceback() : keeper.sourceTraceback());
    this.port = net.backend().stream(socket, this);
    try {
      this.socket = new OwnedSocket(net, socket, port);
      this.input = new StreamInput(net, this, life, port);
      this.output = new StreamOutput(net, this, life, port);
      sendWithoutDelay(socket);
    } catch (Throwable t) {
      port.close();
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
    if (life.join(StreamInput.ensureStreamProtocol(protocol), context, input::start, ready)) {
      port.runIn(context);
    }
  }

  private void sendWithoutDelay(Socket socket) {
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

  @Override
  public void onInput() {
    input.onInput();
  }

  @Override
  public boolean isReading() {
    return input.isReading();
  }

  @Override
  public void pauseReading() {
    input.pause();
  }

  @Override
  public void resumeReading() {
    input.resume();
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
  public void ensureWritable(String call) {
    output.ensureWritable(call);
  }

  @Override
  public FileOutput sendingFile() {
    return new TransportFile(net, life, port, input, output);
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

  @Override
  public void onRoom() {
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
      input.end();
      if (!life.isGone()) {
        output.askForRoom(true);
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

  @Override
  public void stop() {
    output.clear();
    socket.stop();
  }

  @Override
  public void findEnd() {
    socket.findEnd();
  }

  @Override
  public void release() {
    try {
      socket.release();
    } finally {
      if (keeper != null) {
        keeper.detach(this);
      }
      output.released();
    }
  }

  // What is known of it.

  @Override
  public Context context() {
    return life.context();
  }

  @Override
  public @Nullable Object getExtraInfo(String name) {
    return socket.extraInfo(name);
  }

  @Override
  public BaseProtocol getProtocol() {
    return life.protocol();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(StreamInput.ensureStreamProtocol(protocol));
  }

  @Override
  public String toString() {
    return "<Transport "
        + life
        + " fd="
        + socket.fileno()
        + " peername="
        + socket.peername()
        + " input="
        + input
        + " output="
        + output
        + ">";
  }
}
