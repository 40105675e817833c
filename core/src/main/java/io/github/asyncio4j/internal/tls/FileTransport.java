// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.transport.Transport;

/// A transport that files can be sent over. One that changes the bytes on their way, as TLS does,
/// gives out a [FileOutput] whose `sendfile` is not supported: the file is read for it then.
public interface FileTransport extends Transport {
  /// Refuses a call that is going to write.
  ///
  /// @throws IllegalStateException when a file is being sent, or the stream was ended
  void ensureWritable(String call);

  /// Begins to send a file: nobody else may write and nothing is received until the result is
  /// closed.
  ///
  /// @throws IllegalStateException when another file is being sent, or the stream was ended
  FileOutput sendingFile();
}
