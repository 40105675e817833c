// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A protocol that notes what it is called with, and that no call comes out of order.
class Recorder implements Protocol {
  final EventLoop loop;
  final List<String> calls = new ArrayList<>();
  final List<String> breaches = new ArrayList<>();
  final List<Integer> chunkSizes = new ArrayList<>();
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  boolean keepOpenAtEof;
  Transport transport;
  Exception lostTo;

  private final List<Future<@Nullable Void>> waiting = new ArrayList<>();
  private boolean paused;

  Recorder(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    if (!calls.isEmpty()) {
      breaches.add("connectionMade after " + calls);
    }
    // Null for one end of a pipe.
    this.transport = transport instanceof Transport both ? both : null;
    note("made");
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    takeData(data);
  }

  final void takeData(ByteBuffer data) {
    ensureConnected("data");
    if (!data.hasRemaining()) {
      breaches.add("empty data");
    }
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    received.writeBytes(bytes);
    chunkSizes.add(bytes.length);
    note("data");
  }

  @Override
  public boolean eofReceived() {
    ensureConnected("eof");
    if (calls.contains("eof")) {
      breaches.add("second eofReceived");
    }
    note("eof");
    return keepOpenAtEof;
  }

  @Override
  public void pauseWriting() {
    ensureConnected("pauseWriting");
    if (paused) {
      breaches.add("second pauseWriting in a row");
    }
    paused = true;
    note("pause");
  }

  @Override
  public void resumeWriting() {
    ensureConnected("resumeWriting");
    if (!paused) {
      breaches.add("resumeWriting without pauseWriting");
    }
    paused = false;
    note("resume");
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    ensureConnected("connectionLost");
    lostTo = exc;
    note(exc == null ? "lost" : "lost to " + exc.getClass().getSimpleName());
  }

  private void ensureConnected(String call) {
    if (calls.isEmpty() || isLost()) {
      breaches.add(call + " after " + calls);
    }
  }

  boolean isLost() {
    return !calls.isEmpty() && calls.getLast().startsWith("lost");
  }

  boolean isPaused() {
    return paused;
  }

  String text() {
    return received.toString(StandardCharsets.US_ASCII);
  }

  private void note(String call) {
    if (!call.equals("data") || calls.isEmpty() || !calls.getLast().equals("data")) {
      calls.add(call);
    }
    var woken = List.copyOf(waiting);
    waiting.clear();
    for (var waiter : woken) {
      if (!waiter.done()) {
        waiter.setResult(null);
      }
    }
  }

  /// Suspends until a condition holds; it is asked after each call.
  void until(BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      Future<@Nullable Void> waiter = loop.createFuture();
      waiting.add(waiter);
      waiter.await();
    }
  }

  void untilReceived(int bytes) throws Exception {
    until(() -> received.size() >= bytes);
  }

  void untilLost() throws Exception {
    until(this::isLost);
  }

  /// The same, received into a buffer of the protocol's own.
  static class Buffered implements BufferedProtocol {
    final Recorder recorder;
    final ByteBuffer buffer;

    Buffered(EventLoop loop, ByteBuffer buffer) {
      this.recorder = new Recorder(loop);
      this.buffer = buffer;
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      recorder.connectionMade(transport);
    }

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      return buffer;
    }

    @Override
    public void bufferUpdated(int nbytes) {
      recorder.takeData(buffer.slice(buffer.position(), nbytes));
    }

    @Override
    public boolean eofReceived() {
      return recorder.eofReceived();
    }

    @Override
    public void pauseWriting() {
      recorder.pauseWriting();
    }

    @Override
    public void resumeWriting() {
      recorder.resumeWriting();
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      recorder.connectionLost(exc);
    }
  }
}
