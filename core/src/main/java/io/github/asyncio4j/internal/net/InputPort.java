// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A port that bytes come from: a socket, a pipe, a terminal. Loop thread only.
interface InputPort extends IoPort {
  /// Reads what there is into a buffer, from its position on, and advances the position.
  ///
  /// @return how many bytes; 0 when there are none now, -1 at the end
  /// @throws IOException when no more will come
  int read(ByteBuffer dst) throws IOException;

  /// Starts to call for input when the connection breaks, though no input is asked for: the stream
  /// has been read to its end. To stop asking for input stops that too.
  ///
  /// By default there is nothing that could break, or nobody who tells.
  ///
  /// @throws IOException when the system refuses
  default void expectingBreak() throws IOException {}
}
