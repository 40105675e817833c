// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

/// Thrown by [Queue#putNowait(Object)] when there is no room (asyncio's `QueueFull`, QU-01).
public final class QueueFull extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  public QueueFull(String message) {
    super(message);
  }
}
