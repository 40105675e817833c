// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What a [ReadPipe] is made of.
interface ReadEnd extends PipeEnd {
  /// As [ReadPipe#read(ByteBuffer)].
  int read(ByteBuffer dst) throws IOException;
}
