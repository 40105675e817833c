// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Trusts whom another one trusts, save a server that has the name of its host as the common name
/// of its subject only, which the JDK takes. Any thread.
///
/// RFC 9525 (section 2) has done with that: it is no name of a host, and what limits the names that
/// an authority may certify does not limit it.
final class NamedServers extends X509ExtendedTrustManager {
  /// RFC 5280, 4.2.1.6: dNSName in a GeneralName.
  private static final Integer DNS_NAME = 2;

  private final X509ExtendedTrustManager trust;

  NamedServers(X509ExtendedTrustManager trust) {
    this.trust = trust;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    trust.checkServerTrusted(chain, authType, engine);
    ensureNamed(chain[0], engine.getPeerHost(), engine.getSSLParameters());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    trust.checkServerTrusted(chain, authType, socket);
    if (socket instanceof SSLSocket tls) {
      String host = tls.getHandshakeSession().getPeerHost();
      ensureNamed(chain[0], host, tls.getSSLParameters());
    }
  }

  private static void ensureNamed(
      X509Certificate certificate, @Nullable String host, SSLParameters parameters)
      throws CertificateException {
    String algorithm = parameters.getEndpointIdentificationAlgorithm();
    if (algorithm == null || algorithm.isEmpty() || isLiteral(host)) {
      // An address has to be among the subjectAltNames by the JDK's own rule.
      return;
    }
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names == null || names.stream().noneMatch(name -> DNS_NAME.equals(name.getFirst()))) {
      throw new CertificateException(
          "no host in the subjectAltName of the certificate of "
              + host
              + ": "
              + certificate.getSubjectX500Principal());
    }
  }

  private static boolean isLiteral(@Nullable String host) {
    try {
      return host != null && InetAddress.ofLiteral(host) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    trust.checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    trust.checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    trust.checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    trust.checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }
}
