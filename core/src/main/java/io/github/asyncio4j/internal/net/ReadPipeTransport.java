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
final class ReadPipeTransport extends PipeTransport<InputPort> implements ReadTransport {
  private final ReadPipe pipe;
  private final StreamInput input;

  /// As [PipeTransport].
  ReadPipeTransport(NetContext net, ReadPipe pipe) throws IOException {
    super(net, pipe, pipe::close, owner -> net.backend().input(pipe, owner));
    this.pipe = pipe;
    try {
      this.input = new StreamInput(net, this, life, port);
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  @Override
  void start(BaseProtocol protocol, Context context, @Nullable Future<@Nullable Void> ready) {
    endIn(context);
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

  /// Nothing is written.
  @Override
  public void onRoom() {}

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
    if (pipe.isStandard() || isBelonging()) {
      life.abandon();
    } else {
      life.loopClosed();
    }
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(StreamInput.ensureStreamProtocol(protocol));
  }

  @Override
  Object half() {
    return input;
  }
}
