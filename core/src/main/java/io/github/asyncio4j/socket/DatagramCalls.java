// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The role of a datagram socket. The meaning of each method is that of its namesake in [Socket].
non-sealed interface DatagramCalls extends PeerCalls {
  /// Receives a datagram, from whomever it is.
  ///
  /// @return how many of its bytes are in the buffer, 0 for one that is empty; [Socket#NO_DATAGRAM]
  ///   when there is none now
  @Override
  int recv(ByteBuffer dst) throws IOException;

  /// Sends one datagram of all buffers together.
  @Override
  long send(ByteBuffer[] srcs, int offset, int length) throws IOException;
}
