// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What a [WritePipe] is made of.
interface WriteEnd extends PipeEnd {
  /// As [WritePipe#write(ByteBuffer)].
  int write(ByteBuffer src) throws IOException;

  /// As [WritePipe#write(ByteBuffer\[\], int, int)].
  default long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += write(srcs[i]);
      if (srcs[i].hasRemaining()) {
        break;
      }
    }
    return total;
  }

  /// As [WritePipe#noticesReader()].
  boolean noticesReader();
}
