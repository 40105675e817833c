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
final class WritePipeTransport extends PipeTransport<OutputPort> implements WriteTransport {
  private final WritePipe pipe;
  private final StreamOutput output;

  /// As [PipeTransport].
  WritePipeTransport(NetContext net, WritePipe pipe) throws IOException {
    super(net, pipe, pipe::close, owner -> net.backend().output(pipe, owner));
    this.pipe = pipe;
    try {
      this.output = new StreamOutput(net, this, life, port);
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  /// Any protocol will do.
  @Override
  void start(BaseProtocol protocol, Context context, @Nullable Future<@Nullable Void> ready) {
    endIn(context);
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
    if (!life.isGone() && output.resume() && life.isSendingRest()) {
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
    if (isBelonging() || (pipe.isStandard() && output.isEmpty())) {
      life.abandon();
    } else {
      life.loopClosed();
    }
  }

  @Override
  public void stop() {
    output.clear();
    super.stop();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(protocol);
  }

  @Override
  Object half() {
    return output;
  }
}
