// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.ReusablePost;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.WriteTransport;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The protocol of one pipe of a child. Loop thread only.
final class ChildPipe implements Protocol {
  private final ChildTransport owner;
  private final int fd;

  // Tells the protocol of the child that the pipe is lost.
  private final ReusablePost lost;

  // Loop thread only. Null until it is connected.
  @Nullable BaseTransport transport;
  // Why it is lost.
  private @Nullable Exception lostBecause;

  /// @param lost returns a call to the protocol of the child that is queued without memory
  ChildPipe(ChildTransport owner, int fd, Function<Runnable, ReusablePost> lost) {
    this.owner = owner;
    this.fd = fd;
    this.lost = lost.apply(() -> owner.protocol().pipeConnectionLost(fd, lostBecause));
  }

  /// Closes the pipe without sending what waits.
  void abort() {
    switch (transport) {
      case null -> {}
      case WriteTransport writing -> writing.abort();
      case BaseTransport reading -> reading.close();
    }
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    owner.received(fd, data);
  }

  @Override
  public void pauseWriting() {
    owner.pauseWriting();
  }

  @Override
  public void resumeWriting() {
    owner.resumeWriting();
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    lostBecause = exc;
    lost.post();
    owner.pipeLost(fd);
  }
}
