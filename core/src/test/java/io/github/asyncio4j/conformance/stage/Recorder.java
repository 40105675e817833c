// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A protocol that prints every call. Loop thread only.
public class Recorder implements Protocol {
  public final Consumer<String> out;
  public final Future<@Nullable Void> made;
  public final Future<@Nullable Void> ended;
  public final Future<@Nullable Void> lost;

  // Null before connectionMade, and for one end of a pipe.
  public Transport transport;

  // How many bytes have come in all.
  public int count;

  private @Nullable Future<@Nullable Void> arrival;

  public Recorder(Consumer<String> out) {
    EventLoop loop = Asyncio.getRunningLoop();
    this.out = out;
    this.made = loop.createFuture();
    this.ended = loop.createFuture();
    this.lost = loop.createFuture();
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    out.accept("made");
    this.transport = transport instanceof Transport both ? both : null;
    made.setResult(null);
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    out.accept("data " + Words.show(data));
    count += data.remaining();
    if (arrival != null && !arrival.done()) {
      arrival.setResult(null);
    }
  }

  @Override
  public boolean eofReceived() {
    out.accept("eof");
    ended.setResult(null);
    return false;
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    out.accept("lost " + Words.word(exc));
    lost.setResult(null);
  }

  /// Suspends until so many bytes have come in all.
  public void received(int count) throws Exception {
    while (this.count < count) {
      Future<@Nullable Void> next = Asyncio.getRunningLoop().createFuture();
      arrival = next;
      next.await();
    }
  }
}
