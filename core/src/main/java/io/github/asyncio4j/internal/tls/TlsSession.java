// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import java.security.cert.Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// What a handshake has agreed on. Immutable; read once, as a session of a native engine ends with
/// that.
final class TlsSession {
  private final String protocol;
  private final String cipherSuite;
  private final @Nullable Certificate peerCertificate;
  private final boolean endsHalves;

  /// @param engineCan whether the engine can end one half, if the version can
  TlsSession(SSLSession session, boolean engineCan) {
    this.protocol = session.getProtocol();
    this.cipherSuite = session.getCipherSuite();
    this.peerCertificate = peerCertificate(session);
    this.endsHalves = engineCan && isTls13();
  }

  private static @Nullable Certificate peerCertificate(SSLSession session) {
    try {
      return session.getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  boolean isTls13() {
    return protocol.equals("TLSv1.3");
  }

  /// Tells whether each half can end by itself.
  boolean endsHalves() {
    return endsHalves;
  }

  String cipherSuite() {
    return cipherSuite;
  }

  @Nullable Certificate peerCertificate() {
    return peerCertificate;
  }

  @Override
  public String toString() {
    return protocol + " " + cipherSuite;
  }
}
