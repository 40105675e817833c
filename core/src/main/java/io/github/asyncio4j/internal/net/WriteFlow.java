// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.transport.WriteBufferLimits;

/// The write flow control of one transport: when its protocol is asked to pause and to resume
///
///
/// Pause and resume alternate strictly. Loop thread only.
final class WriteFlow {
  private final TransportLife life;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean paused;

  WriteFlow(TransportLife life) {
    this.life = life;
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
      life.callInContext(life.protocol()::pauseWriting);
    } catch (Throwable t) {
      life.report("protocol.pauseWriting() failed", t);
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
      life.protocol().resumeWriting();
    } catch (Throwable t) {
      life.report("protocol.resumeWriting() failed", t);
    }
  }
}
