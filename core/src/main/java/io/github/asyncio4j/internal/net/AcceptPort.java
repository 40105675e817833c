// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A port that connections come from: a listening socket. Loop thread only.
interface AcceptPort extends IoPort {
  /// Takes a connection, which is the caller's.
  ///
  /// @return null when there is none now
  /// @throws io.github.asyncio4j.socket.ResourceExhaustedException when the system is out of
  ///   descriptors or memory; the connection stays pending
  /// @throws IOException when the socket is closed
  @Nullable Socket accept() throws IOException;
}
