// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// Whom a context trusts: what is in files, what the JVM trusts anyway, or everybody.
final class TrustedCertificates {
  private TrustedCertificates() {}

  /// Returns what trusts the certificates of files and of directories of files. Blocks.
  ///
  /// @param defaults those that the JVM trusts, too
  static TrustManager[] load(List<Path> locations, boolean defaults)
      throws IOException, GeneralSecurityException {
    if (locations.isEmpty()) {
      return trustManagers(null);
    }
    Set<X509Certificate> trusted = new LinkedHashSet<>();
    for (Path location : locations) {
      if (Files.isDirectory(location)) {
        addDirectory(location, trusted);
      } else {
        try (PemFile file = PemFile.read(location)) {
          trusted.addAll(Certificates.required(file));
        }
      }
    }
    if (defaults) {
      for (TrustManager manager : trustManagers(null)) {
        if (manager instanceof X509TrustManager x509) {
          trusted.addAll(List.of(x509.getAcceptedIssuers()));
        }
      }
    }
    // It is never written anywhere, so nothing but the format of a store that takes certificates.
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int count = 0;
    for (X509Certificate certificate : trusted) {
      store.setCertificateEntry("ca" + count++, certificate);
    }
    return trustManagers(store);
  }

  /* Null stands for those of the JVM. */
  private static TrustManager[] trustManagers(@Nullable KeyStore store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    TrustManager[] managers = factory.getTrustManagers();
    for (int i = 0; i < managers.length; i++) {
      if (managers[i] instanceof X509ExtendedTrustManager x509) {
        managers[i] = new NamedServers(x509);
      }
    }
    return managers;
  }

  /* Such a directory may also hold a text, a list of what is revoked, or directories. */
  private static void addDirectory(Path directory, Set<X509Certificate> trusted)
      throws IOException {
    boolean any = false;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry)) {
          try (PemFile file = PemFile.read(entry)) {
            List<X509Certificate> found = Certificates.of(file);
            any |= !found.isEmpty();
            trusted.addAll(found);
          }
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    if (!any) {
      throw new PemException(directory, "there is no certificate in any file of this directory");
    }
  }

  /// Returns what trusts everybody. It is of the extended kind, since the JDK adds checks of its
  /// own to one that is not.
  static TrustManager[] everybody() {
    return new TrustManager[] {new Everybody()};
  }

  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
