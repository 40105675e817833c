// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.nio.channels.FileChannel;

/// Sending files: a part of [EventLoop].
///
/// Threads and the closed loop as said there.
public interface LoopFiles {
  /// Sends a file over a transport (EL-90). Suspending.
  ///
  /// What was written before goes first. Meanwhile nothing is received, and to write is refused
  /// with an [IllegalStateException]; `writeEof` ends the stream behind the file.
  ///
  /// The system does it where it can, by sendfile(2): the bytes do not come into this process. The
  /// loop stands still while the system reads them from a disk, as it does in asyncio. That needs a
  /// file of the JDK's own file system and a transport that is not encrypted; on the native tier
  /// `java` must be started with `--add-exports java.base/sun.nio.ch`, too. In its place the file
  /// is read by the default executor, in pieces.
  ///
  /// Over TLS a file is always read. The last piece may be in the write buffer still when the call
  /// returns, and counts as sent.
  ///
  /// The position of the channel is set behind the last byte that was sent, however it ends
  /// where it was before does not matter. A file that grows is sent up to its new end, one
  /// that shrinks up to where it is cut. The channel stays the caller's, who must not close it
  /// before the call returns.
  ///
  /// A task that is cancelled leaves the transport open, behind some part of the file. As with
  /// every call on a [FileChannel], an interrupt closes the channel.
  ///
  /// @param transport one whose protocol may write; it stays open
  /// @param offset where to begin, from the beginning of the file on
  /// @param count the most to send; `Long.MAX_VALUE` for all
  /// @param fallback whether to read the file when the system cannot send it
  /// @return how many bytes were sent: fewer than `count` when the file ends before; 0 for an empty
  ///   file
  /// @throws IllegalArgumentException when `offset` is negative or `count` is not positive
  /// @throws IllegalStateException when the transport is closing, its stream was ended, it is
  ///   sending a file already or cannot send one; outside a task of this loop
  /// @throws SendfileNotAvailableException when the system cannot, and `fallback` is false
  /// @throws java.nio.channels.NonReadableChannelException when the channel is not open for reading
  /// @throws IOException when the file cannot be read, or the connection is lost or closed
  ///   meanwhile
  /// @throws CancelledError when the task is cancelled
  long sendfile(Transport transport, FileChannel file, long offset, long count, boolean fallback)
      throws IOException;

  /// Sends a part of a file over a transport, whether the system can do it or not.
  default long sendfile(Transport transport, FileChannel file, long offset, long count)
      throws IOException {
    return sendfile(transport, file, offset, count, true);
  }

  /// Sends a whole file over a transport, whether the system can do it or not.
  default long sendfile(Transport transport, FileChannel file) throws IOException {
    return sendfile(transport, file, 0, Long.MAX_VALUE, true);
  }
}
