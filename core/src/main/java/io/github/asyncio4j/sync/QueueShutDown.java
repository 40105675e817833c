// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

/// Thrown by the methods of a [Queue] that is shut down (asyncio's `QueueShutDown`, QU-03).
public final class QueueShutDown extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  public QueueShutDown(String message) {
    super(message);
  }
}
