// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import org.jspecify.annotations.Nullable;

/// What every protocol hears from its transport (TP-07).
///
/// All methods are called on the loop thread, one at a time, by the transport that the protocol is
/// attached to. They must not block. [#connectionMade(BaseTransport)] is the first call and
/// [#connectionLost(Exception)] the last, each exactly once.
///
/// All calls of one connection are made in one context, its own: a copy of the one that its server
/// was made in, in which the protocol's factory has run too, or of the connecting task's. What one
/// call sets the next ones see, and no other connection does (EL-79).
///
/// An exception out of `connectionMade`, `pauseWriting` or `resumeWriting` goes to the loop's
/// exception handler and the connection lives on.
public interface BaseProtocol {
  /// Called once when the connection is up; keep the transport to write to it.
  ///
  /// @param transport the connection, of the kind that the creating call promises
  default void connectionMade(BaseTransport transport) {}

  /// Called once when the connection is gone; nothing is called after it.
  ///
  /// @param exc why it broke, or null after a regular end: end of file, `close()` or `abort()`
  default void connectionLost(@Nullable Exception exc) {}

  /// Called when the transport's write buffer grows above its high-water mark.
  ///
  /// It is called from inside `write`, once, until [#resumeWriting()] follows.
  default void pauseWriting() {}

  /// Called when the write buffer has drained to its low-water mark or below.
  default void resumeWriting() {}
}
