// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A port that bytes go to: a socket, a pipe, a terminal. Loop thread only.
interface OutputPort extends IoPort {
  /// Writes what can go at once, and advances the position of the buffer. The rest stays the
  /// caller's; the port keeps no reference.
  ///
  /// @return how many bytes; 0 when none can go now
  /// @throws IOException when no more will go
  int write(ByteBuffer src) throws IOException;

  /// Writes what waits, in order, and advances the positions of the pieces by what has gone.
  ///
  /// The caller begins each call with the first byte that has not gone, and changes none of the
  /// bytes before they have: a back end may go on sending the pieces after the call, and say by the
  /// next one, which it asks for by the call for room, what has gone since.
  ///
  /// @return how many bytes have gone; 0 when none
  /// @throws IOException when no more will go
  long write(ByteBuffer[] pieces, int offset, int length) throws IOException;

  /// Starts to call for input when nobody reads any more, as far as somebody tells; by default
  /// nobody does. To stop asking for input stops that too.
  ///
  /// @throws IOException when the system refuses
  default void noticingReader() throws IOException {}

  /// Ends the stream behind what has gone.
  ///
  /// @throws IOException when there is nobody to tell
  void end() throws IOException;
}
