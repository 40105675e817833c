// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

/// A transport that delivers bytes (TP-02). Loop thread only.
public interface ReadTransport extends BaseTransport {
  /// Tells whether the transport is delivering: not paused, not at end of file, not closing.
  boolean isReading();

  /// Stops delivery until [#resumeReading()]; idempotent, does nothing when closing.
  ///
  /// While paused the end or failure of the peer goes unnoticed.
  void pauseReading();

  /// Resumes delivery; idempotent, does nothing when closing.
  void resumeReading();
}
