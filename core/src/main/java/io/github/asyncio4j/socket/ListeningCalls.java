// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The role of a stream socket that listens.
non-sealed interface ListeningCalls extends SocketRole {
  /// Sets how many connections may wait from now on, where the tier can.
  void setBacklog(int backlog) throws IOException;

  /// As [Socket#accept()]. The caller closes what the result owns.
  @Nullable StreamCalls accept() throws IOException;
}
