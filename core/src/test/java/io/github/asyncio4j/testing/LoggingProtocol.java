// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A protocol that writes down its calls; bytes that come in several calls make one line, many
/// bytes just the word for it.
class LoggingProtocol implements Protocol {
  // More than a line's worth.
  private static final int MUCH = 1000;

  final List<String> log = new ArrayList<>();
  private @Nullable Transport transport;
  private boolean lastWasData;
  boolean keepsOpenAtEof;
  long received;

  Transport transport() {
    return Objects.requireNonNull(transport);
  }

  boolean isLost() {
    return !log.isEmpty() && log.getLast().startsWith("lost");
  }

  void line(String text) {
    lastWasData = false;
    log.add(text);
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
    line("made");
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    received += data.remaining();
    String text = data.remaining() > MUCH ? "much" : ISO_8859_1.decode(data).toString();
    if (lastWasData) {
      text = log.removeLast() + text;
    }
    log.add(text.length() > MUCH ? "much" : text);
    lastWasData = true;
  }

  @Override
  public boolean eofReceived() {
    line("eof");
    return keepsOpenAtEof;
  }

  @Override
  public void pauseWriting() {
    line("pause");
  }

  @Override
  public void resumeWriting() {
    line("resume");
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    line("lost " + (exc == null ? "null" : exc.getClass().getSimpleName()));
  }
}
