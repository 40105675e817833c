// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

/// What a [Socket] can do beyond [SocketCalls], which differs by what it is for. Loop thread only.
///
/// A role has no method that its sockets do not have; what is said to a call on the wrong role is
/// [Socket]'s. Roles of one socket come one after the other and have the same owner, so what is
/// closed has one owner from the first to the last.
sealed interface SocketRole permits PeerCalls, ListeningCalls {
  /// Returns what is closed.
  SocketCalls owner();
}
