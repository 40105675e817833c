// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.transport.WriteBufferLimits;

/// When the program's protocol is asked to pause writing and to resume. Loop thread
/// only.
final class TlsWriteFlow {
  /// The marks that asyncio's TLS starts with: 128 KiB and 512 KiB.
  static final WriteBufferLimits DEFAULT = new WriteBufferLimits(128 * 1024, 512 * 1024);

  private final TlsConnection connection;
  private final AppSide app;
  private WriteBufferLimits limits = DEFAULT;
  private boolean paused;

  TlsWriteFlow(TlsConnection connection, AppSide app) {
    this.connection = connection;
    this.app = app;
  }

  WriteBufferLimits limits() {
    return limits;
  }

  void limits(WriteBufferLimits limits) {
    this.limits = limits;
  }

  /// The protocol has been asked to pause by the transport that it had before.
  void inheritPause() {
    paused = true;
  }

  /// Any context: that of whoever writes.
  void grown(long size) {
    if (size <= limits.high() || paused) {
      return;
    }
    paused = true;
    try {
      connection.context().run(app.protocol()::pauseWriting);
    } catch (Throwable t) {
      app.report("protocol.pauseWriting() failed", t);
    }
  }

  /// The connection's context.
  void shrunk(long size) {
    if (!paused || size > limits.low()) {
      return;
    }
    paused = false;
    try {
      app.protocol().resumeWriting();
    } catch (Throwable t) {
      app.report("protocol.resumeWriting() failed", t);
    }
  }
}
