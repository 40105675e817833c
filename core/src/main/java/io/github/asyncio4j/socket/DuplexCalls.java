// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;

/// Ends one direction of a socket that goes on in the other: every stream, and the datagram sockets
/// of the native tier. The meaning of each method is that of its namesake in [Socket].
interface DuplexCalls {
  void shutdownInput() throws IOException;

  void shutdownOutput() throws IOException;
}
