// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.nio.channels.FileChannel;

/// A port that bytes come from and go to: a connected stream socket. Loop thread only.
interface StreamPort extends InputPort, OutputPort {
  /// Has the system send what it can at once of a file, while nothing else is under way. Other than
  /// for a write, what has gone is known when the call returns: no system goes on with it by
  /// itself.
  ///
  /// @return how many bytes; 0 when none can go now, -1 when the file ends at the offset or before
  /// @throws UnsupportedOperationException when the system cannot do it
  /// @throws IOException when it fails
  long sendfile(FileChannel file, long offset, long count) throws IOException;
}
