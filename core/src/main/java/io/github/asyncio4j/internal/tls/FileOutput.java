// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Where one file is sent to, with nobody else writing there meanwhile. Here, as both a transport
/// of a socket and one under TLS give it out. Suspending; loop thread only.
public interface FileOutput extends AutoCloseable {
  /// Has the system send a part of a file; waits until something has gone. Others get their turn
  /// between two calls.
  ///
  /// @return how many bytes; -1 when the file ends at the offset or before
  /// @throws UnsupportedOperationException when the system cannot do it; it has not done anything
  /// @throws IOException when it fails
  long sendfile(FileChannel file, long offset, long count) throws IOException;

  /// Sends a piece of a file that was read; waits until it is welcome, or until another one is.
  /// What has not gone when it is cancelled goes later, or never; the piece is used no more.
  ///
  /// @throws IOException when it fails
  void send(ByteBuffer piece) throws IOException;

  /// Lets others write again.
  @Override
  void close();
}
