// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A protocol that notes what it is called with, and that no call comes out of order.
class Recorder extends CallRecorder implements Protocol {
  final List<Integer> chunkSizes = new ArrayList<>();
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  boolean keepOpenAtEof;
  Transport transport;

  Recorder(EventLoop loop) {
    super(loop);
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    // Null for one end of a pipe.
    this.transport = transport instanceof Transport both ? both : null;
    noteMade();
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
    if (calls.isEmpty() || !calls.getLast().equals("data")) {
      note("data");
    } else {
      wake();
    }
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

  String text() {
    return received.toString(StandardCharsets.US_ASCII);
  }

  void untilReceived(int bytes) throws Exception {
    until(() -> received.size() >= bytes);
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
