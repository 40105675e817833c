// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

/// What a [Socket] is made of.
public enum SocketTier {
  /// A descriptor, used through system calls. Needs Linux and native access.
  NATIVE,

  /// An NIO channel. Works everywhere.
  NIO,

  /// Nothing but memory, in a [MemoryNetwork].
  MEMORY
}
