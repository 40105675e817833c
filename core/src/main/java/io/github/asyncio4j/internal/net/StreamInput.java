// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.internal.tls.TlsConnection;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The receiving half of a byte stream: what comes goes to the protocol, as long as that wants it
///
///
/// It tells the life of its transport what fails, and asks it whether input is welcome. Loop thread
/// only.
final class StreamInput {
  private enum State {
    /// connectionMade is not done yet.
    STARTING,
    FLOWING,
    PAUSED,
    /// The peer has ended its half.
    ENDED
  }

  private final NetContext net;
  private final BaseTransport transport;
  private final TransportLife life;
  private final InputPort port;

  // Loop thread only.
  private State state = State.STARTING;

  /// @param transport closed at the end of the stream, unless the protocol wants it open
  StreamInput(NetContext net, BaseTransport transport, TransportLife life, InputPort port) {
    this.net = net;
    this.transport = transport;
    this.life = life;
    this.port = port;
  }

  /// Returns a protocol that can take a stream.
  ///
  /// @throws IllegalArgumentException when it cannot
  static BaseProtocol ensureStreamProtocol(BaseProtocol protocol) {
    if (protocol instanceof Protocol || protocol instanceof BufferedProtocol) {
      return protocol;
    }
    throw new IllegalArgumentException(
        "a stream needs a Protocol or a BufferedProtocol: " + protocol.getClass().getName());
  }

  // Flowing.

  /// Starts, unless it is paused already.
  void start() {
    if (state == State.STARTING) {
      flow(State.FLOWING);
    }
  }

  /// Tells whether the protocol wants what comes.
  boolean isReading() {
    return life.isOpen() && (state == State.FLOWING || state == State.STARTING);
  }

  void pause() {
    if (isReading()) {
      flow(State.PAUSED);
    }
  }

  void resume() {
    if (life.isOpen() && state == State.PAUSED) {
      flow(State.FLOWING);
    }
  }

  private void flow(State next) {
    state = next;
    receive(next == State.FLOWING);
  }

  /// Ends it for good; the transport is not open any more.
  void end() {
    receive(false);
  }

  private void receive(boolean on) {
    try {
      port.receiving(on);
    } catch (Throwable t) {
      life.transferFailed("watch", t);
    }
  }

  /// Tells whether the peer has ended its half.
  boolean hasEnded() {
    return state == State.ENDED;
  }

  // Receiving.

  /// Takes what has come, or a part of it, to the protocol.
  void onInput() {
    if (!life.mayReceive()) {
      return;
    }
    if (state == State.ENDED) {
      life.transferFailed(
          "read",
          new ConnectionResetException("the peer has reset a connection that it had ended"));
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
      count = port.read(data);
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
      ended();
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
      count = readInto(target);
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
      ended();
    } else if (receiver instanceof TlsConnection tls) {
      tls.bufferUnused();
    }
  }

  /// Reads into a user's buffer and leaves its position and limit as they were.
  private int readInto(ByteBuffer target) throws IOException {
    int position = target.position();
    int limit = target.limit();
    if (limit - position > NetContext.TRANSFER_LIMIT) {
      target.limit(position + NetContext.TRANSFER_LIMIT);
    }
    try {
      return port.read(target);
    } finally {
      target.limit(limit).position(position);
    }
  }

  /// Delivers the end of the stream, once; the transport is then closed unless the protocol wants
  /// it open.
  private void ended() {
    flow(State.ENDED);
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
        flow(State.FLOWING);
      }
      throw e;
    } catch (Throwable t) {
      life.protocolFailed("eofReceived", t);
      return;
    }
    if (!keepOpen) {
      transport.close();
    } else if (life.isOpen() && state == State.ENDED) {
      expectBreak();
    }
  }

  private void expectBreak() {
    try {
      port.expectingBreak();
    } catch (IOException e) {
      // Such as no descriptor for it. Then the next write tells.
      net.logDebug(() -> "a reset will not be noticed: " + transport, e);
    } catch (OutOfMemoryError e) {
      life.transferFailed("watch", e);
    }
  }

  @Override
  public String toString() {
    return state.toString();
  }
}
