// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One end of a connection in memory. It behaves to its protocol as a TCP transport does (TP-01 to
/// TP-04, R-57 to R-80), without a socket and on any loop.
///
/// The order of calls, flow control, half-close, abort, failing protocols and the reset by a peer
/// that closes with bytes unread are those of a TCP connection. Loop thread only, tasks of the loop
/// included.
public final class MemoryTransport implements Transport {
  private static final int MAX_RECEIVE = 256 * 1024;
  // As asyncio's constants.LOG_THRESHOLD_FOR_CONNLOST_WRITES.
  private static final int SILENT_DROPS = 5;
  private static final BaseProtocol NOBODY = new BaseProtocol() {};

  private enum State {
    /// Without a protocol.
    NEW,
    OPEN,
    /// Closed by its owner, output still to be sent.
    CLOSING,
    /// connectionLost is queued.
    LOST,
    CLOSED
  }

  private enum Input {
    /// connectionMade is not done yet.
    STARTING,
    FLOWING,
    PAUSED,
    /// The peer has ended its half.
    ENDED
  }

  private enum Output {
    OPEN,
    /// The end is sent once the buffer is empty.
    ENDING,
    ENDED
  }

  private final EventLoop loop;
  private final MemoryPipe out;
  private final MemoryPipe in;
  private final @Nullable InetSocketAddress sockname;
  private final @Nullable InetSocketAddress peername;

  // All below: loop thread only.
  private final ByteFifo outgoing = new ByteFifo();
  private final ByteFifo incoming = new ByteFifo();
  private final WriteFlow flow = new WriteFlow(this);
  private State state = State.NEW;
  private Input input = Input.STARTING;
  private Output output = Output.OPEN;
  private BaseProtocol protocol = NOBODY;
  // What the protocol is called in; null while NEW.
  private @Nullable Context context;
  private boolean receiveQueued;
  private boolean writableQueued;
  // The peer has ended its half, and everything before it has arrived.
  private boolean endArrived;
  private @Nullable IOException broken;
  private int droppedWrites;
  private @Nullable MemoryServer server;

  MemoryTransport(
      EventLoop loop,
      MemoryPipe out,
      MemoryPipe in,
      @Nullable InetSocketAddress sockname,
      @Nullable InetSocketAddress peername) {
    this.loop = loop;
    this.out = out;
    this.in = in;
    this.sockname = sockname;
    this.peername = peername;
  }

  /// Connects two protocols under the conditions of the loop: those of a [TestLoop], on any other
  /// [LinkConditions#PLAIN].
  ///
  /// @throws IllegalArgumentException when one is no protocol for streams
  public static TransportPair pair(EventLoop loop, BaseProtocol first, BaseProtocol second) {
    return pair(loop, first, second, MemoryNetwork.conditionsOf(loop));
  }

  /// Connects two protocols. Both `connectionMade` are queued, the first one's first.
  ///
  /// @param first a [Protocol] or a [BufferedProtocol]
  /// @param second a [Protocol] or a [BufferedProtocol]
  /// @throws IllegalArgumentException when one is no protocol for streams
  public static TransportPair pair(
      EventLoop loop, BaseProtocol first, BaseProtocol second, LinkConditions conditions) {
    ensureStreamProtocol(first);
    ensureStreamProtocol(second);
    TransportPair pair = connected(loop, conditions, MemoryNetwork.randomOf(loop), null, null);
    pair.first().start(first, Context.copyContext(), null);
    pair.second().start(second, Context.copyContext(), null);
    return pair;
  }

  /// Makes two ends without protocols.
  static TransportPair connected(
      EventLoop loop,
      LinkConditions conditions,
      RandomGenerator random,
      @Nullable InetSocketAddress firstName,
      @Nullable InetSocketAddress secondName) {
    var there = new MemoryPipe(loop, conditions, random);
    var back = new MemoryPipe(loop, conditions, random);
    var first = new MemoryTransport(loop, there, back, firstName, secondName);
    var second = new MemoryTransport(loop, back, there, secondName, firstName);
    there.join(first, second);
    back.join(second, first);
    return new TransportPair(first, second);
  }

  /// Joins the protocol; as a socket transport does.
  ///
  /// @param context what the protocol is called in, for this connection alone
  void start(BaseProtocol protocol, Context context, @Nullable Runnable ready) {
    this.protocol = ensureStreamProtocol(protocol);
    if (state != State.NEW) {
      return;
    }
    state = State.OPEN;
    this.context = context;
    loop.callSoon(() -> this.protocol.connectionMade(this), context);
    loop.callSoon(this::startReading, context);
    if (ready != null) {
      loop.callSoon(ready);
    }
  }

  void attach(MemoryServer server) {
    this.server = server;
  }

  /// Returns what its protocol is called in, or null while it has none.
  @Nullable Context context() {
    return context;
  }

  private static BaseProtocol ensureStreamProtocol(BaseProtocol protocol) {
    if (protocol instanceof Protocol || protocol instanceof BufferedProtocol) {
      return protocol;
    }
    throw new IllegalArgumentException(
        "a stream needs a Protocol or a BufferedProtocol: " + protocol.getClass().getName());
  }

  // Reading.

  private void startReading() {
    if (state == State.OPEN && input == Input.STARTING) {
      flow();
    }
  }

  @Override
  public boolean isReading() {
    return state == State.OPEN && (input == Input.FLOWING || input == Input.STARTING);
  }

  @Override
  public void pauseReading() {
    if (isReading()) {
      input = Input.PAUSED;
    }
  }

  @Override
  public void resumeReading() {
    if (state == State.OPEN && input == Input.PAUSED) {
      flow();
    }
  }

  private void flow() {
    input = Input.FLOWING;
    queueReceive();
  }

  /// Takes what the other end has sent.
  ///
  /// @param current the transport's context when this call was queued, in which it is made
  void arrived(MemoryPipe.Signal signal, @Nullable Context current) {
    switch (signal) {
      case MemoryPipe.Data(ByteBuffer bytes) when isGone() -> {
        in.received(bytes.remaining());
        out.send(new MemoryPipe.Reset());
      }
      case MemoryPipe.Data(ByteBuffer bytes) -> incoming.add(bytes);
      case MemoryPipe.End() -> endArrived = true;
      case MemoryPipe.Reset() -> reset();
    }
    if (receiveQueued) {
      return;
    }
    if (current == context) {
      receive();
    } else {
      // It was sent before the protocol was joined, and was longer under way than that.
      queueReceive();
    }
  }

  // A transport that neither reads nor writes notices it later.
  private void reset() {
    broken = new ConnectionResetException("connection reset by peer: " + this);
    incoming.clear();
    if (!outgoing.isEmpty()) {
      lose(broken);
    }
  }

  private void queueReceive() {
    if (!receiveQueued && isReceiving() && !loop.isClosed() && hasInput()) {
      receiveQueued = true;
      loop.callSoon(
          () -> {
            receiveQueued = false;
            receive();
          },
          context);
    }
  }

  private boolean hasInput() {
    return !incoming.isEmpty() || endArrived || broken != null;
  }

  private boolean isReceiving() {
    return state == State.OPEN && input == Input.FLOWING;
  }

  private void receive() {
    try {
      deliver();
    } finally {
      // Also when the run of the loop ends here: there may be another.
      queueReceive();
    }
  }

  private void deliver() {
    if (!isReceiving()) {
      return;
    }
    if (broken != null) {
      lose(broken);
    } else if (!incoming.isEmpty()) {
      int most = in.pieceOf(Math.min(incoming.size(), MAX_RECEIVE));
      if (protocol instanceof BufferedProtocol buffered) {
        receiveInto(buffered, most);
      } else {
        receiveFor((Protocol) protocol, most);
      }
    } else if (endArrived) {
      inputEnded();
    }
  }

  private void receiveFor(Protocol receiver, int most) {
    ByteBuffer data = incoming.take(most);
    in.received(most);
    try {
      receiver.dataReceived(data);
    } catch (Throwable t) {
      protocolFailed("dataReceived", t);
    }
  }

  private void receiveInto(BufferedProtocol receiver, int most) {
    ByteBuffer target;
    try {
      target = receiver.getBuffer(-1);
      if (!target.hasRemaining() || target.isReadOnly()) {
        throw new IllegalStateException("getBuffer() returned a buffer without room: " + target);
      }
    } catch (Throwable t) {
      protocolFailed("getBuffer", t);
      return;
    }
    if (!isReceiving()) {
      return;
    }
    ByteBuffer data = incoming.take(Math.min(most, target.remaining()));
    int count = data.remaining();
    target.put(target.position(), data, 0, count);
    in.received(count);
    try {
      receiver.bufferUpdated(count);
    } catch (Throwable t) {
      protocolFailed("bufferUpdated", t);
    }
  }

  private void inputEnded() {
    input = Input.ENDED;
    boolean keepOpen;
    try {
      keepOpen =
          protocol instanceof BufferedProtocol buffered
              ? buffered.eofReceived()
              : ((Protocol) protocol).eofReceived();
    } catch (KeyboardInterrupt | SystemExit e) {
      // Told again in the next run of the loop.
      if (state == State.OPEN) {
        input = Input.FLOWING;
      }
      throw e;
    } catch (Throwable t) {
      protocolFailed("eofReceived", t);
      return;
    }
    if (!keepOpen) {
      close();
    }
  }

  // Writing.

  @Override
  public void write(ByteBuffer data) {
    ensureNotEnded("write");
    if (data.hasRemaining() && take(data)) {
      send();
      grown();
    }
  }

  @Override
  public void writelines(Iterable<ByteBuffer> pieces) {
    ensureNotEnded("writelines");
    int index = 0;
    for (ByteBuffer piece : pieces) {
      if (piece == null) {
        throw new NullPointerException("pieces[" + index + "]");
      }
      index++;
      if (piece.hasRemaining()) {
        take(piece);
      }
    }
    send();
    grown();
  }

  private void ensureNotEnded(String call) {
    if (output != Output.OPEN) {
      throw new IllegalStateException("Cannot call " + call + "() after writeEof()");
    }
  }

  private boolean take(ByteBuffer data) {
    var copy = new byte[data.remaining()];
    data.get(copy);
    if (state != State.OPEN) {
      if (++droppedWrites >= SILENT_DROPS) {
        Failures.warn("write number " + droppedWrites + " dropped: " + this);
      }
      return false;
    }
    if (broken != null) {
      lose(broken);
      return false;
    }
    outgoing.add(ByteBuffer.wrap(copy));
    return true;
  }

  private void send() {
    for (int room = out.room(); room > 0 && !outgoing.isEmpty(); room = out.room()) {
      int count = out.pieceOf(Math.min(room, outgoing.size()));
      out.send(new MemoryPipe.Data(outgoing.take(count)));
    }
    if (output == Output.ENDING && outgoing.isEmpty()) {
      sendEnd();
    }
  }

  private void sendEnd() {
    output = Output.ENDED;
    out.send(new MemoryPipe.End());
  }

  /// There is room in the pipe again.
  void roomFreed() {
    if (writableQueued || loop.isClosed() || (state != State.OPEN && state != State.CLOSING)) {
      return;
    }
    if (!outgoing.isEmpty() || flow.isPaused() || state == State.CLOSING) {
      writableQueued = true;
      loop.callSoon(this::onWritable, context);
    }
  }

  private void onWritable() {
    writableQueued = false;
    if (isGone()) {
      return;
    }
    try {
      send();
      flow.shrunk(getWriteBufferSize());
    } finally {
      if (state == State.CLOSING && getWriteBufferSize() == 0) {
        connectionLost(null);
      }
    }
  }

  private void grown() {
    if (state == State.OPEN) {
      flow.grown(getWriteBufferSize());
    }
  }

  /// Calls the protocol from whatever context is current, in that of the connection.
  void callInContext(Runnable call) {
    Objects.requireNonNull(context).run(call);
  }

  @Override
  public void writeEof() {
    if (state == State.OPEN && output == Output.OPEN) {
      output = Output.ENDING;
      send();
    }
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public int getWriteBufferSize() {
    return isGone() ? 0 : outgoing.size() + out.held();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    flow.limits(new WriteBufferLimits(low, high));
    grown();
  }

  // Failing and closing.

  private void protocolFailed(String method, Throwable failure) {
    String message = "Fatal error: protocol." + method + "() call failed.";
    Failures.passOn(failure);
    lose(Failures.toTell(failure));
    report(message, failure);
  }

  void report(String message, Throwable failure) {
    Failures.passOn(failure);
    loop.callExceptionHandler(
        ExceptionContext.of(message).exception(failure).transport(this).protocol(protocol));
  }

  @Override
  public void close() {
    if (state == State.OPEN && getWriteBufferSize() > 0) {
      state = State.CLOSING;
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

  private boolean isGone() {
    return state == State.LOST || state == State.CLOSED;
  }

  private void lose(@Nullable Exception why) {
    if (isGone()) {
      return;
    }
    if (state == State.NEW || loop.isClosed()) {
      abandon();
      return;
    }
    state = State.LOST;
    outgoing.clear();
    loop.callSoon(() -> connectionLost(why), context);
  }

  private void connectionLost(@Nullable Exception why) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    try {
      protocol.connectionLost(why);
    } finally {
      release();
    }
  }

  /// Ends the connection and tells no protocol of this end.
  void abandon() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      outgoing.clear();
      release();
    }
  }

  // As TCP: who closes with bytes unread resets the connection.
  private void release() {
    if (!incoming.isEmpty()) {
      int unread = incoming.size();
      incoming.clear();
      out.send(new MemoryPipe.Reset());
      in.received(unread);
    } else if (output != Output.ENDED) {
      out.send(new MemoryPipe.End());
    }
    if (server != null) {
      server.detach(this);
    }
  }

  // What is known of it.

  /// Knows `sockname`, `peername` and `socket` for connections of a [TestLoop]'s network.
  @Override
  public @Nullable Object getExtraInfo(String name) {
    return switch (name) {
      case "socket" ->
          sockname == null ? null : new TransportSocket(Socket.inMemory(sockname, peername));
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
    return "<MemoryTransport "
        + state
        + (peername == null ? "" : " peername=" + peername)
        + " input="
        + input
        + " output="
        + outgoing.size()
        + ">";
  }
}
