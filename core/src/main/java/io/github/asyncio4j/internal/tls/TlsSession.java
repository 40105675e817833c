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

  TlsSession(SSLSession session) {
    this.protocol = session.getProtocol();
    this.cipherSuite = session.getCipherSuite();
    this.peerCertificate = peerCertificate(session);
  }

  private static @Nullable Certificate peerCertificate(SSLSession session) {
    try {
      return session.getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  /// Tells whether each half can end by itself.
  boolean isTls13() {
    return protocol.equals("TLSv1.3");
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
