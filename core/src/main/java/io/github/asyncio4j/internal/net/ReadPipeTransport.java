// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.ReadTransport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Reads and closes one end of a pipe (EL-111, R-117). Loop thread only.
final class ReadPipeTransport implements ReadTransport, IoPort.Owner, TransportLife.Body {
  private final ReadPipe pipe;
  private final TransportLife life;
  private final InputPort port;
  private final OwnedPort owned;
  private final StreamInput input;

  /// Makes the transport of an end, which it owns from now on. When it fails the end is still the
  /// caller's.
  ///
  /// @throws IllegalStateException when another transport has the end
  /// @throws IOException when the selector refuses the end
  ReadPipeTransport(NetContext net, ReadPipe pipe) throws IOException {
    boolean _ = net.hasReserve();
    this.pipe = pipe;
    this.life = new TransportLife(net, this, this, "pipe transport");
    this.port = net.backend().input(pipe, this);
    this.owned = new OwnedPort(net, port, pipe, pipe::close);
    this.input = new StreamInput(net, this, life, port);
  }

  /// As [SelectorSocketTransport#start].
  void start(BaseProtocol protocol, Context context, @Nullable Future<@Nullable Void> ready) {
    if (life.join(StreamInput.ensureStreamProtocol(protocol), context, input::start, ready)) {
      port.runIn(context);
    }
  }

  @Override
  public void onInput() {
    input.onInput();
    if (input.hasEnded()) {
      // What eofReceived returned is ignored: there is no other half.
      close();
    }
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

  /// Nothing is written; so this is called only when there was no memory to queue the end.
  @Override
  public void onRoom() {
    life.connectionLost();
  }

  // Closing.

  @Override
  public void close() {
    boolean _ = life.close(true);
  }

  @Override
  public boolean isClosing() {
    return life.isClosing() || input.hasEnded();
  }

  @Override
  public void loopClosed() {
    if (pipe.isStandard()) {
      life.abandon();
    } else {
      life.loopClosed();
    }
  }

  /// Closes the pipe and tells no protocol.
  void abandon() {
    life.abandon();
  }

  @Override
  public void stop() {
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
  public @Nullable Object getExtraInfo(String name) {
    return name.equals("pipe") ? pipe : null;
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
    return "<ReadPipeTransport " + life + " pipe=" + pipe + " input=" + input + ">";
  }
}
