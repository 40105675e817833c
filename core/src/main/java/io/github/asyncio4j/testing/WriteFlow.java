// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.transport.WriteBufferLimits;

/// When the protocol of a transport in memory is asked to pause and to resume writing (R-75 to
///
///
/// Pause and resume alternate strictly. Loop thread only.
final class WriteFlow {
  private final MemoryTransport transport;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean paused;

  WriteFlow(MemoryTransport transport) {
    this.transport = transport;
  }

  WriteBufferLimits limits() {
    return limits;
  }

  void limits(WriteBufferLimits limits) {
    this.limits = limits;
  }

  boolean isPaused() {
    return paused;
  }

  /// Asks the protocol to pause if the buffer is above its high-water mark. Any context: that of
  /// whoever writes.
  void grown(int size) {
    if (paused || size <= limits.high()) {
      return;
    }
    paused = true;
    try {
      transport.callInContext(transport.getProtocol()::pauseWriting);
    } catch (Throwable t) {
      transport.report("protocol.pauseWriting() failed", t);
    }
  }

  /// Lets the protocol resume if the buffer is at its low-water mark or below. The connection's
  /// context.
  void shrunk(int size) {
    if (!paused || size > limits.low()) {
      return;
    }
    paused = false;
    try {
      transport.getProtocol().resumeWriting();
    } catch (Throwable t) {
      transport.report("protocol.resumeWriting() failed", t);
    }
  }
}
