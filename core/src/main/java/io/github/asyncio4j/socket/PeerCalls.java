// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The role of a socket that can have a peer. The meaning of each method is that of its namesake in
/// [Socket].
sealed interface PeerCalls extends SocketRole permits StreamCalls, DatagramCalls {
  void bind(@Nullable SocketAddress address) throws IOException;

  boolean connect(SocketAddress address) throws IOException;

  /// Receives. What a result that is not positive means differs by the role.
  int recv(ByteBuffer dst) throws IOException;

  int send(ByteBuffer src) throws IOException;

  long send(ByteBuffer[] srcs, int offset, int length) throws IOException;

  @Nullable SocketAddress getpeername();
}
