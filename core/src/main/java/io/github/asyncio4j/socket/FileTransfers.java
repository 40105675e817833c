// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.SystemFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/// Sending files by the system, which the JDK calls for us.
final class FileTransfers {
  private FileTransfers() {}

  /// Refuses a file that the system does not know: others copy in a loop, for which a channel that
  /// takes nothing now has no end.
  static void ensureOfSystem(FileChannel file) {
    if (!SystemFiles.isOfSystem(file)) {
      throw new UnsupportedOperationException(
          "the system does not know a " + file.getClass().getName());
    }
  }

  /// As [Socket#sendfile].
  static long transfer(FileChannel file, long offset, long count, WritableByteChannel target)
      throws IOException {
    long sent = file.transferTo(offset, count, target);
    return sent == 0 && offset >= file.size() ? -1 : sent;
  }
}
