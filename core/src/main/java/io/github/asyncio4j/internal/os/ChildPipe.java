// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.WriteTransport;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The protocol of one pipe of a child. Loop thread only.
final class ChildPipe implements Protocol {
  private final ChildTransport owner;
  private final int fd;

  // Loop thread only. Null until it is connected.
  @Nullable BaseTransport transport;

  ChildPipe(ChildTransport owner, int fd) {
    this.owner = owner;
    this.fd = fd;
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
    owner.pipeLost(fd, exc);
  }
}
