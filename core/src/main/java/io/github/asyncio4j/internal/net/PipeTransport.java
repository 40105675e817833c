// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.ReusablePost;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.ReadTransport;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the transports of both ends of a pipe have in common: their life, and how they end. Loop
/// thread only.
abstract class PipeTransport<T extends IoPort>
    implements BaseTransport, IoPort.Owner, TransportLife.Body {
  /// Opens a port for an owner.
  interface Opening<T> {
    T open(IoPort.Owner owner) throws IOException;
  }

  final TransportLife life;
  final T port;
  private final Object pipe;
  private final OwnedPort owned;
  // For when there is no memory to queue the end: no poll tells of room in the end of a pipe that
  // is
  // read. Null before a protocol is joined. Loop thread only.
  private @Nullable ReusablePost end;

  // Loop thread only. Whether it is part of something else, which is warned of.
  private boolean belonging;

  /// Makes the transport of an end, which it owns from now on. When it fails the end is still the
  /// caller's.
  ///
  /// @param pipe the end; closed by `closing`
  /// @throws IllegalStateException when another transport has the end
  /// @throws IOException when the selector refuses the end
  PipeTransport(NetContext net, Object pipe, OwnedPort.Closing closing, Opening<T> opening)
      throws IOException {
    boolean _ = net.hasReserve();
    this.pipe = pipe;
    this.life = new TransportLife(net, this, this, "pipe transport");
    this.port = opening.open(this);
    try {
      this.owned = new OwnedPort(net, port, pipe, closing);
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  /// Is part of something else from now on.
  final void belongs() {
    belonging = true;
  }

  /// Tells whether it is part of something else.
  final boolean isBelonging() {
    return belonging;
  }

  /// As [SelectorSocketTransport#start].
  abstract void start(
      BaseProtocol protocol, Context context, @Nullable Future<@Nullable Void> ready);

  /// Prepares the end, before a protocol is joined.
  final void endIn(Context context) {
    end = life.newEnd(context);
  }

  /// Closes the pipe and tells no protocol.
  final void abandon() {
    life.abandon();
  }

  @Override
  public void stop() {
    owned.stop();
  }

  @Override
  public final void findEnd() {
    Objects.requireNonNull(end).post();
  }

  @Override
  public final void release() {
    owned.release();
  }

  @Override
  public final @Nullable Object getExtraInfo(String name) {
    return name.equals("pipe") ? pipe : null;
  }

  @Override
  public final BaseProtocol getProtocol() {
    return life.protocol();
  }

  @Override
  public final String toString() {
    String name = this instanceof ReadTransport ? "ReadTransport" : "WriteTransport";
    return "<" + name + " " + life + " pipe=" + pipe + " " + half() + ">";
  }

  /// Describes what is moved.
  abstract Object half();
}
