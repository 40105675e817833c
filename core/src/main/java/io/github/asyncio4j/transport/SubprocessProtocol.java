// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What is heard from a child process: what its pipes say, and its end (TP-11). Loop thread only.
///
/// Order of calls: `connectionMade` with a [SubprocessTransport]; then, in no order
/// among each other, `processExited` once, and for each pipe any number of `pipeDataReceived` and
/// one `pipeConnectionLost`; in the end `connectionLost(null)`. That waits for all pipes: a
/// grandchild that has inherited one delays it, but not `processExited`.
///
/// `pauseWriting` and `resumeWriting` tell of the child's input. An exception out of these methods
/// goes to the loop's exception handler, and the child lives on.
public interface SubprocessProtocol extends BaseProtocol {
  /// Called when the child has written to a pipe.
  ///
  /// The buffer belongs to the loop and is lent for the duration of this call, as in
  /// [Protocol#dataReceived(ByteBuffer)].
  ///
  /// @param fd 1 or 2, the child's number of it
  /// @param data the bytes, from position to limit; at least one
  default void pipeDataReceived(int fd, ByteBuffer data) {}

  /// Called once for each pipe when it is closed, by either end.
  ///
  /// @param fd 0, 1 or 2, the child's number of it
  /// @param exc why it broke, or null: so it is at the end of what the child has written, and after
  ///   a close here
  default void pipeConnectionLost(int fd, @Nullable Exception exc) {}

  /// Called once when the child has ended; [SubprocessTransport#getReturncode()] tells how. Output
  /// of it may still come.
  default void processExited() {}
}
