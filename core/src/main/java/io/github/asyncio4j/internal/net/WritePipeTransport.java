// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.pipe.BrokenPipeException;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.WriteBufferLimits;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Writes and closes one end of a pipe, and notices when nobody reads any more (EL-112, R-117).
/// Loop thread only.
final class WritePipeTransport implements WriteTransport, IoPort.Owner, TransportLife.Body {
  private final WritePipe pipe;
  private final TransportLife life;
  private final OutputPort port;
  private final OwnedPort owned;
  private final StreamOutput output;

  /// Makes the transport of an end, which it owns from now on. When it fails the end is still the
  /// caller's.
  ///
  /// @throws IllegalStateException when another transport has the end
  /// @throws IOException when the selector refuses the end
  WritePipeTransport(NetContext net, WritePipe pipe) throws IOException {
    boolean _ = net.hasReserve();
    this.pipe = pipe;
    this.life = new TransportLife(net, this, this, "pipe transport");
    this.port = net.backend().output(pipe, this);
    this.owned = new OwnedPort(net, port, pipe, pipe::close);
    this.output = new StreamOutput(net, this, life, port);
  }

  /// As [SelectorSocketTransport#start]; any protocol will do.
  void start(BaseProtocol protocol, Context context, @Nullable Future<@Nullable Void> ready) {
    if (life.join(protocol, context, this::noticeReader, ready)) {
      port.runIn(context);
    }
  }

  private void noticeReader() {
    try {
      port.noticingReader();
    } catch (Throwable t) {
      life.transferFailed("watch", t);
    }
  }

  /// Nobody reads any more.
  @Override
  public void onInput() {
    if (life.isGone()) {
      return;
    }
    life.lose(
        output.isEmpty()
            ? null
            : new BrokenPipeException(
                "nobody reads any more; " + output.size() + " bytes are lost: " + pipe));
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

  /// The end of the stream is the end of the pipe.
  @Override
  public void writeEof() {
    close();
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
      output.askForRoom(true);
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
    if (pipe.isStandard() && output.isEmpty()) {
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
  public @Nullable Object getExtraInfo(String name) {
    return name.equals("pipe") ? pipe : null;
  }

  @Override
  public BaseProtocol getProtocol() {
    return life.protocol();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(protocol);
  }

  @Override
  public String toString() {
    return "<WritePipeTransport " + life + " pipe=" + pipe + " output=" + output + ">";
  }
}
