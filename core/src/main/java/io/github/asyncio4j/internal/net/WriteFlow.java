// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.transport.WriteBufferLimits;

/// The write flow control of one transport: when its protocol is asked to pause and to resume
///
///
/// Pause and resume alternate strictly. Loop thread only.
final class WriteFlow {
  private final Network net;
  private final SelectorSocketTransport transport;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean paused;

  WriteFlow(Network net, SelectorSocketTransport transport) {
    this.net = net;
    this.transport = transport;
  }

  WriteBufferLimits limits() {
    return limits;
  }

  void limits(WriteBufferLimits limits) {
    this.limits = limits;
  }

  /// Asks the protocol to pause if the buffer is above its high-water mark. Any context: that of
  /// whoever writes.
  void grown(long size) {
    if (size <= limits.high() || paused) {
      return;
    }
    paused = true;
    try {
      transport.callInContext(transport.getProtocol()::pauseWriting);
    } catch (Throwable t) {
      net.report(t, failed("protocol.pauseWriting() failed"));
    }
  }

  /// Lets the protocol resume if the buffer is at its low-water mark or below. The connection's
  /// context.
  void shrunk(long size) {
    if (!paused || size > limits.low()) {
      return;
    }
    paused = false;
    try {
      transport.getProtocol().resumeWriting();
    } catch (Throwable t) {
      net.report(t, failed("protocol.resumeWriting() failed"));
    }
  }

  private ExceptionContext failed(String message) {
    return ExceptionContext.of(message).transport(transport).protocol(transport.getProtocol());
  }
}
