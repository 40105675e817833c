// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ExceptionContext;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads, writes and closes one connected stream socket as a selector says when.
///
/// Loop thread only.
final class SelectorSocketTransport implements Transport, IoWatch.Owner {
  /*
   * Life: NEW until a protocol is joined, then OPEN; CLOSING if output is left when it is closed; LOST
   * while connectionLost is queued; CLOSED.
   *
   * Who may be called when. The protocol is called by this class only, always from the loop: never
   * before connectionMade, never after connectionLost. Any of its methods may close, abort, pause or
   * write, so after each call the state is looked at again.
   *
   * A KeyboardInterrupt or a SystemExit out of a call ends the run of the loop, and the connection is
   * as before the call in the next one.
   *
   * Every call to the protocol is made in the context of the connection, which no other connection
   * shares: those that are queued, those of the watch, and pauseWriting, which a write makes (EL-79).
   *
   * When memory runs out one connection ends, not the loop and not in silence. So losing a connection
   * needs none, up to the point where its end is queued: what is allocated for the report and for the
   * protocol comes behind it, and for want of a handle that of the watch is taken. The network keeps a
   * reserve for it, which is given up first.
   *
   * Readable or writable may mean "broken": the next receive or send tells. Nothing is watched while
   * nothing is wanted, so a paused transport learns of a broken peer when it resumes.
   */

  private enum State {
    /// Connected, without a protocol.
    NEW,
    /// Connected, with a protocol.
    OPEN,
    /// Closed by its owner, output still to be sent.
    CLOSING,
    /// connectionLost is queued.
    LOST,
    /// connectionLost was called; the socket is closed.
    CLOSED
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

  private static final BaseProtocol NOBODY = new BaseProtocol() {};

  private final Network net;
  private final Socket socket;
  private final @Nullable SelectorServer server;
  private final IoWatch watch;
  private final SocketOutput output;
  private final @Nullable SocketAddress sockname;
  private final @Nullable SocketAddress peername;

  // Loop thread only.
  private State state = State.NEW;
  private Input input = Input.STARTING;
  private BaseProtocol protocol = NOBODY;
  // Null while NEW.
  private @Nullable Context context;
  private @Nullable Throwable lostBecause;
  // The text of a report that there was no memory for.
  private @Nullable String unreported;

  /// Makes the transport of a connected socket. It owns the socket from now on.
  ///
  /// When it fails the socket is still the caller's.
  ///
  /// @param server what the transport detaches from in the end, or null
  /// @throws IllegalStateException when another transport watches the socket
  /// @throws IOException when the selector refuses the socket
  SelectorSocketTransport(Network net, Socket socket, @Nullable SelectorServer server)
      throws IOException {
    // Made with the first connection; without one a connection is made, and waits for its bytes.
    boolean _ = net.hasReserve();
    this.net = net;
    this.socket = socket;
    this.server = server;
    // Asked for now: a peer that has gone has no address any more.
    this.sockname = socket.getsockname();
    this.peername = socket.getpeername();
    this.watch = net.lowlevel().watch(socket, this, this::onReadable, this::onWritable);
    try {
      this.output = new SocketOutput(net, this, socket, watch);
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
    this.protocol = ensureStreamProtocol(protocol);
    if (state != State.NEW) {
      return;
    }
    state = State.OPEN;
    this.context = context;
    watch.runIn(context);
    net.callSoon(this::begin, context);
    net.callSoon(this::startReading, context);
    if (ready != null) {
      net.callSoon(() -> ready.trySetResult(null), null);
    }
  }

  private void begin() {
    // Not when there was no memory for what start() queues behind this.
    if (state != State.CLOSED) {
      protocol.connectionMade(this);
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
    if (state == State.OPEN && input == Input.STARTING) {
      flow(Input.FLOWING);
    }
  }

  @Override
  public boolean isReading() {
    return state == State.OPEN && (input == Input.FLOWING || input == Input.STARTING);
  }

  @Override
  public void pauseReading() {
    if (isReading()) {
      flow(Input.PAUSED);
    }
  }

  @Override
  public void resumeReading() {
    if (state == State.OPEN && input == Input.PAUSED) {
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
      watchFailed(t);
    }
  }

  private void onReadable() {
    if (state != State.OPEN) {
      // There was no memory to end the watch.
      return;
    }
    try {
      if (!net.hasReserve()) {
        return;
      }
    } catch (OutOfMemoryError e) {
      transferFailed("read", e);
      return;
    }
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
      net.makeRoom(t);
      transferFailed("read", t);
      return;
    }
    if (count > 0) {
      try {
        receiver.dataReceived(data.flip());
      } catch (Throwable t) {
        net.makeRoom(t);
        fatal("Fatal error: protocol.dataReceived() call failed.", t);
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
      net.makeRoom(t);
      fatal("Fatal error: protocol.getBuffer() call failed.", t);
      return;
    }
    if (!isReading()) {
      return;
    }
    int count;
    try {
      count = receive(target);
    } catch (Throwable t) {
      net.makeRoom(t);
      transferFailed("read", t);
      return;
    }
    if (count > 0) {
      try {
        receiver.bufferUpdated(count);
      } catch (Throwable t) {
        net.makeRoom(t);
        fatal("Fatal error: protocol.bufferUpdated() call failed.", t);
      }
    } else if (count < 0) {
      inputEnded();
    }
  }

  /// Receives into a user's buffer and leaves its position and limit as they were.
  private int receive(ByteBuffer target) throws IOException {
    int position = target.position();
    int limit = target.limit();
    if (limit - position > Network.TRANSFER_LIMIT) {
      target.limit(position + Network.TRANSFER_LIMIT);
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
    boolean keepOpen;
    try {
      keepOpen =
          protocol instanceof BufferedProtocol buffered
              ? buffered.eofReceived()
              : ((Protocol) protocol).eofReceived();
    } catch (KeyboardInterrupt | SystemExit e) {
      // Told again in the next run of the loop, as what ends this one is no answer.
      if (state == State.OPEN) {
        flow(Input.FLOWING);
      }
      throw e;
    } catch (Throwable t) {
      net.makeRoom(t);
      fatal("Fatal error: protocol.eofReceived() call failed.", t);
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
    if (state == State.OPEN) {
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
    if (state == State.LOST) {
      // There was no memory to queue it.
      connectionLost();
    } else if (output.resume() && state == State.CLOSING) {
      connectionLost();
    }
  }

  /// Calls the protocol from whatever context is current, in that of the connection.
  void callInContext(Runnable call) {
    Objects.requireNonNull(context).run(call);
  }

  /// Tells whether what is written now may still be sent.
  boolean takesOutput() {
    return state == State.OPEN;
  }

  // Failing and closing.

  /// A system call did not work. Connections break, so an I/O error is no reason for a report: the
  /// protocol is told.
  void transferFailed(String what, Throwable failure) {
    net.makeRoom(failure);
    lose(failure);
    if (failure instanceof IOException e) {
      net.logDebug(() -> this + ": " + what + " error", e);
    } else {
      report("Fatal " + what + " error on socket transport", failure);
    }
  }

  /// The selector refuses, or there is no memory to ask it.
  void watchFailed(Throwable failure) {
    net.makeRoom(failure);
    transferFailed("watch", failure);
  }

  /// The protocol broke: it is reported, and the connection ends with it.
  private void fatal(String message, Throwable failure) {
    Network.passOn(failure);
    lose(failure);
    report(message, failure);
  }

  private void report(String message, Throwable failure) {
    try {
      net.report(failure, ExceptionContext.of(message).transport(this).protocol(protocol));
    } catch (OutOfMemoryError e) {
      // Again when the connection has given back what it holds.
      unreported = message;
    }
  }

  @Override
  public void close() {
    if (state == State.OPEN && !output.isEmpty()) {
      state = State.CLOSING;
      watchInput(false);
      if (!isGone()) {
        output.watch(true);
      }
    } else if (state != State.CLOSING) {
      lose(null);
    }
  }

  @Override
  public void abort() {
    lose(null);
  }

  @Override
  public boolean isClosing() {
    return state != State.OPEN && state != State.NEW;
  }

  /// Tells whether connectionLost is queued or was called.
  boolean isGone() {
    return state == State.LOST || state == State.CLOSED;
  }

  /// Drops the output and queues connectionLost, unless that has been done.
  private void lose(@Nullable Throwable why) {
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
    output.clear();
    stopWatching();
    if (!queued) {
      // The handle of the watch is there already. Should its queue be full, a poll finds it.
      output.watch(true);
      watch.callWriter();
    }
  }

  private boolean queueEnd() {
    try {
      net.callSoon(this::connectionLost, context);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /// Watches for nothing more. The watch stays open until the socket is closed, because it is by
  /// the watch that a loop which is closed before that finds the socket.
  private void stopWatching() {
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

  private void connectionLost() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    try {
      protocol.connectionLost(told());
    } finally {
      release();
    }
    if (unreported != null) {
      report(unreported, Objects.requireNonNull(lostBecause));
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

  @Override
  public void loopClosed() {
    if (!isGone()) {
      Network.warnUnclosed(this);
    }
    if (state != State.CLOSED) {
      abandon();
    }
  }

  /// Closes the socket and tells no protocol.
  void abandon() {
    state = State.CLOSED;
    output.clear();
    release();
  }

  private void release() {
    try {
      watch.close();
    } finally {
      try {
        net.close(socket);
      } finally {
        if (server != null) {
          server.detach(this);
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
    return protocol;
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    this.protocol = ensureStreamProtocol(protocol);
  }

  @Override
  public String toString() {
    return "<SelectorSocketTransport "
        + state
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
