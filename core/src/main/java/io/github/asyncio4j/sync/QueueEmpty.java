// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

/// Thrown by [Queue#getNowait()] when there is no item (asyncio's `QueueEmpty`, QU-01).
public final class QueueEmpty extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  public QueueEmpty(String message) {
    super(message);
  }
}
