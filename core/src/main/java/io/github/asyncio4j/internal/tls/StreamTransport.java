// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.transport.Transport;

/// A transport of a stream as the library makes them, of a socket or under TLS: what servers, files
/// and TLS need of it beside what programs see. Loop thread only.
public interface StreamTransport extends Transport {
  /// Returns the transport that the program has of a connection: the topmost under TLS, from the
  /// start or by startTls, else the connection's own.
  static StreamTransport topmost(StreamTransport own) {
    var top = own;
    while (top.getProtocol() instanceof TlsConnection tls) {
      top = tls.transport();
    }
    return top;
  }

  /// Returns the context that the protocol is called in, itself, which what is laid upon the
  /// transport uses as well.
  Context context();

  /// Refuses a call that is going to write.
  ///
  /// @throws IllegalStateException when a file is being sent, or the stream was ended
  void ensureWritable(String call);

  /// Begins to send a file: nobody else may write and nothing is received until the result is
  /// closed. A transport that changes the bytes on their way, as TLS does, gives out one whose
  /// `sendfile` is not supported: the file is read for it then.
  ///
  /// @throws IllegalStateException when another file is being sent, or the stream was ended
  FileOutput sendingFile();
}
