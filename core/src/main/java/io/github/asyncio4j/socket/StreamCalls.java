// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// The role of a stream socket that does not listen. The meaning of each method is that of its
/// namesake in [Socket].
non-sealed interface StreamCalls extends PeerCalls, DuplexCalls {
  boolean finishConnect(SocketAddress address) throws IOException;

  /// Receives bytes.
  ///
  /// @return how many; 0 when there is nothing now; -1 at the end of the stream
  @Override
  int recv(ByteBuffer dst) throws IOException;

  long sendfile(FileChannel file, long offset, long count) throws IOException;

  /// Starts to listen.
  ///
  /// @return the role from now on; this one is of no use any more
  ListeningCalls listen(int backlog) throws IOException;
}
