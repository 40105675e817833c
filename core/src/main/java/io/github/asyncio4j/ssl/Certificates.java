// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// Reads the certificates of a file.
final class Certificates {
  private Certificates() {}

  /// Returns all certificates of a file in their order; there may be none.
  static List<X509Certificate> of(PemFile file) throws PemException {
    List<X509Certificate> found = new ArrayList<>();
    for (PemBlock block : file.blocks()) {
      if (block.isCertificate()) {
        found.add(read(block));
      } else if (block.label().equals("TRUSTED CERTIFICATE")) {
        throw block.failure(
            "TRUSTED CERTIFICATE is not supported; \"openssl x509\" makes a plain one of it");
      }
    }
    return found;
  }

  /// Returns the certificates of a file, of which there is at least one.
  static List<X509Certificate> required(PemFile file) throws PemException {
    List<X509Certificate> found = of(file);
    if (found.isEmpty()) {
      throw new PemException(file.path(), "there is no certificate in it");
    }
    return found;
  }

  private static X509Certificate read(PemBlock block) throws PemException {
    // The JDK's reader stops at the end of the certificate, and takes PEM and chains as well.
    if (!block.headers().isEmpty() || !Der.isSequence(block.content())) {
      throw block.failure("the certificate is damaged");
    }
    try {
      var in = new ByteArrayInputStream(block.content());
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (CertificateException | RuntimeException e) {
      throw block.failure("the certificate is damaged", e);
    }
  }
}
