// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Pollable;
import java.io.IOException;

/// What an end of a pipe is made of. Loop thread only, save what [Pollable] says.
interface PipeEnd extends Pollable {
  /// Tells whether it was not closed. Any thread.
  boolean isOpen();

  /// Closes what it owns. Idempotent; any thread.
  void close() throws IOException;
}
