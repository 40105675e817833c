// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

/// The kind of a [Socket]: `SOCK_STREAM` or `SOCK_DGRAM`.
public enum SocketType {
  /// A connection, or what accepts connections.
  STREAM,

  /// Separate messages.
  DATAGRAM
}
