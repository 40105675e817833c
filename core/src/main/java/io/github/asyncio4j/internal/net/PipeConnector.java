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
  /// `connectionMade` is queued. When it fails the end is closed. It belongs to somebody else, and
  /// is not warned of when the loop is closed: that is.
  ///
  /// @param context what the protocol is called in, for this pipe alone
  /// @throws IllegalArgumentException when the protocol is not one for streams
  public ReadTransport join(ReadPipe pipe, BaseProtocol protocol, Context context)
      throws IOException {
    var transport = reading(pipe);
    transport.belongs();
    var _ = start(transport, () -> protocol, () -> context, null);
    return transport;
  }

  /// As [#join(ReadPipe, BaseProtocol, Context)]; any protocol will do.
  public WriteTransport join(WritePipe pipe, BaseProtocol protocol, Context context)
      throws IOException {
    var transport = writing(pipe);
    transport.belongs();
    var _ = start(transport, () -> protocol, () -> context, null);
    return transport;
  }

  private static <P extends BaseProtocol> P start(
      PipeTransport<?> transport,
      Supplier<P> protocolFactory,
      Supplier<Context> context,
      @Nullable Future<@Nullable Void> ready) {
    try {
      P protocol = Objects.requireNonNull(protocolFactory.get(), "protocol");
      // After the factory, so that the pipe sees what it has set.
      transport.start(protocol, context.get(), ready);
      return protocol;
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
    return new Connection<>(transport, connect(transport, protocolFactory));
  }

  @Override
  public <P extends BaseProtocol> Connection<WriteTransport, P> connectWritePipe(
      Supplier<P> protocolFactory, WritePipe pipe) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(pipe, "pipe");
    net.lowlevel().ensureInTask("connectWritePipe");
    var transport = writing(pipe);
    return new Connection<>(transport, connect(transport, protocolFactory));
  }

  /// Joins a protocol, and suspends until it knows its transport.
  private <P extends BaseProtocol> P connect(
      PipeTransport<?> transport, Supplier<P> protocolFactory) {
    Future<@Nullable Void> ready = net.loop().createFuture();
    P protocol = start(transport, protocolFactory, Context::copyContext, ready);
    try {
      ready.join();
    } catch (Throwable t) {
      transport.close();
      throw t;
    }
    return protocol;
  }

  // An IllegalStateException says that the end is another transport's: not ours to close.

  private ReadPipeTransport reading(ReadPipe pipe) throws IOException {
    ensureOpen(pipe, pipe.isOpen());
    try {
      return new ReadPipeTransport(net, pipe);
    } catch (IOException | UnsupportedOperationException | Error e) {
      net.close(pipe, pipe::close);
      throw e;
    }
  }

  private WritePipeTransport writing(WritePipe pipe) throws IOException {
    ensureOpen(pipe, pipe.isOpen());
    try {
      return new WritePipeTransport(net, pipe);
    } catch (IOException | UnsupportedOperationException | Error e) {
      net.close(pipe, pipe::close);
      throw e;
    }
  }

  private static void ensureOpen(Object pipe, boolean open) {
    if (!open) {
      throw new IllegalArgumentException("it is closed: " + pipe);
    }
  }
}
