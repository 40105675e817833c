// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.ssl.SslEngineFactory.Side;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// Which handshakes are refused though the engine allows them. Loop thread only.
final class HandshakeRules {
  private final SSLEngine engine;
  private final Side side;

  HandshakeRules(SSLEngine engine, Side side) {
    this.engine = engine;
    this.side = side;
  }

  /// Refuses a peer that has said goodbye before the handshake was done: the engine is at rest then
  /// as well, and nobody has proved anything.
  void ensureNotCancelled() throws SSLException {
    if (engine.isInboundDone() || engine.isOutboundDone()) {
      throw new SSLHandshakeException("the peer has cancelled the SSL handshake");
    }
  }

  /// Refuses another handshake in the place of the one that was (TLS 1.2): a client that asks for
  /// them keeps a server busy for nothing, and what was authenticated could change.
  ///
  /// @param session what the one before has agreed on, or null when there was none
  void ensureNoRenegotiation(HandshakeStatus next, @Nullable TlsSession session)
      throws SSLException {
    boolean idle = next == HandshakeStatus.NOT_HANDSHAKING || next == HandshakeStatus.FINISHED;
    if (!idle
        && session != null
        && !session.isTls13()
        && side == Side.SERVER
        && !engine.isInboundDone()) {
      throw new SSLException("renegotiation asked for by the client is refused");
    }
  }
}
