// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopPipes;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes transports of the ends of pipes (EL-111, EL-112). Loop thread only.
public final class PipeConnector implements LoopPipes {
  private final NetContext net;

  PipeConnector(NetContext net) {
    this.net = net;
  }

  /// Makes a transport of an end, which it owns from the call on, and joins a protocol:
  /// `connectionMade` is queued. When it fails the end is closed.
  ///
  /// @param context what the protocol is called in, for this pipe alone
  /// @throws IllegalArgumentException when the protocol is not one for streams
  public ReadTransport join(ReadPipe pipe, BaseProtocol protocol, Context context)
      throws IOException {
    var transport = reading(pipe);
    try {
      transport.start(protocol, context, null);
      return transport;
    } catch (Throwable t) {
      transport.abandon();
      throw t;
    }
  }

  /// As [#join(ReadPipe, BaseProtocol, Context)]; any protocol will do.
  public WriteTransport join(WritePipe pipe, BaseProtocol protocol, Context context)
      throws IOException {
    var transport = writing(pipe);
    try {
      transport.start(protocol, context, null);
      return transport;
    } catch (Throwable t) {
      transport.abandon();
      throw t;
    }
  }

  @Override
  public <P extends BaseProtocol> Connection<ReadTransport, P> connectReadPipe(
      Supplier<P> protocolFactory, ReadPipe pipe) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(pipe, "pipe");
    net.lowlevel().ensureInTask("connectReadPipe");
    var transport = reading(pipe);
    P protocol;
    Future<@Nullable Void> ready = net.loop().createFuture();
    try {
      protocol = protocolFactory.get();
      transport.start(protocol, Context.copyContext(), ready);
    } catch (Throwable t) {
      transport.abandon();
      throw t;
    }
    untilReady(ready, transport::close);
    return new Connection<>(transport, protocol);
  }

  @Override
  public <P extends BaseProtocol> Connection<WriteTransport, P> connectWritePipe(
      Supplier<P> protocolFactory, WritePipe pipe) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(pipe, "pipe");
    net.lowlevel().ensureInTask("connectWritePipe");
    var transport = writing(pipe);
    P protocol;
    Future<@Nullable Void> ready = net.loop().createFuture();
    try {
      protocol = Objects.requireNonNull(protocolFactory.get(), "protocol");
      transport.start(protocol, Context.copyContext(), ready);
    } catch (Throwable t) {
      transport.abandon();
      throw t;
    }
    untilReady(ready, transport::close);
    return new Connection<>(transport, protocol);
  }

  private static void untilReady(Future<@Nullable Void> ready, Runnable close) {
    try {
      ready.join();
    } catch (Throwable t) {
      close.run();
      throw t;
    }
  }

  // An IllegalStateException says that the end is another transport's: not ours to close.

  private ReadPipeTransport reading(ReadPipe pipe) throws IOException {
    if (!pipe.isOpen()) {
      throw new IllegalArgumentException("it is closed: " + pipe);
    }
    try {
      return new ReadPipeTransport(net, pipe);
    } catch (IOException | UnsupportedOperationException | Error e) {
      net.close(pipe, pipe::close);
      throw e;
    }
  }

  private WritePipeTransport writing(WritePipe pipe) throws IOException {
    if (!pipe.isOpen()) {
      throw new IllegalArgumentException("it is closed: " + pipe);
    }
    try {
      return new WritePipeTransport(net, pipe);
    } catch (IOException | UnsupportedOperationException | Error e) {
      net.close(pipe, pipe::close);
      throw e;
    }
  }
}
