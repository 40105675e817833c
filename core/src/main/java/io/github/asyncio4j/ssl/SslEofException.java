// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import javax.net.ssl.SSLException;

/// The peer's stream has ended without its `close_notify`: what came before may be cut off, by the
/// peer's death or by somebody between.
///
/// A connection under TLS is lost to it, with no `eofReceived` before. Who talks to peers that
/// never say goodbye, and whose messages tell their own length, may take it for the end.
public final class SslEofException extends SSLException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  public SslEofException(String message) {
    super(message);
  }
}
