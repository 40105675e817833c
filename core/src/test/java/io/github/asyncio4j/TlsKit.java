// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// Certificates that sign themselves, made by the JDK's own tool when they are first asked for, and
/// contexts of them.
public final class TlsKit {
  private static final char[] PASSWORD = "secret".toCharArray();

  /// Who has a certificate.
  public enum Name {
    /// A server, for `localhost` and `127.0.0.1`.
    LOCALHOST("dns:localhost,dns:server.test,ip:127.0.0.1"),
    /// The same server under another name.
    OTHER("dns:other.test"),
    /// A client.
    CLIENT("dns:client.test"),
    /// Whom nobody trusts.
    STRANGER("dns:localhost,ip:127.0.0.1");

    private final String names;

    Name(String names) {
      this.names = names;
    }
  }

  private static final TlsKit KIT = make();

  private final KeyStore keys;

  private TlsKit(KeyStore keys) {
    this.keys = keys;
  }

  private static TlsKit make() {
    try {
      Path directory = Files.createTempDirectory("tls-kit");
      Path file = directory.resolve("keys.p12");
      try {
        for (Name name : Name.values()) {
          keytool(file, name);
        }
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
          keys.load(in, PASSWORD);
        }
        return new TlsKit(keys);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(directory);
      }
    } catch (IOException | GeneralSecurityException | InterruptedException e) {
      throw new IllegalStateException("no certificates", e);
    }
  }

  private static void keytool(Path file, Name name) throws IOException, InterruptedException {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            name.name(),
            "-keyalg",
            "EC",
            "-validity",
            "30",
            "-dname",
            "CN=" + name.name(),
            "-ext",
            "san=" + name.names,
            "-storetype",
            "PKCS12",
            "-keystore",
            file.toString(),
            "-storepass",
            new String(PASSWORD));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + output);
    }
  }

  /// Returns the context of a server under both its names, which trusts the client.
  public static SSLContext server() {
    return context(List.of(Name.LOCALHOST, Name.OTHER), List.of(Name.CLIENT));
  }

  /// Returns the context of a client without a certificate, which trusts the server.
  public static SSLContext client() {
    return context(List.of(), List.of(Name.LOCALHOST, Name.OTHER));
  }

  /// Returns a context.
  ///
  /// @param own whose certificates and keys it has
  /// @param trusted whom it trusts
  public static SSLContext of(List<Name> own, List<Name> trusted) {
    return context(own, trusted);
  }

  private static SSLContext context(List<Name> own, List<Name> trusted) {
    try {
      var context = SSLContext.getInstance("TLS");
      // Of the two of the JDK the one that looks at the name which the client asks for.
      context.init(
          own.isEmpty() ? null : keyManagers("PKIX", own).getKeyManagers(),
          trustManagers(trusted).getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Returns managers of certificates and keys.
  ///
  /// @param algorithm which of the JDK's
  /// @param own whose certificates and keys
  public static KeyManagerFactory keyManagers(String algorithm, List<Name> own) {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (Name name : own) {
        store.setKeyEntry(
            name.name(),
            KIT.keys.getKey(name.name(), PASSWORD),
            PASSWORD,
            KIT.keys.getCertificateChain(name.name()));
      }
      var factory = KeyManagerFactory.getInstance(algorithm);
      factory.init(store, PASSWORD);
      return factory;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Returns managers that trust those who are named, and nobody else.
  public static TrustManagerFactory trustManagers(List<Name> trusted) {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (Name name : trusted) {
        store.setCertificateEntry(name.name(), KIT.keys.getCertificate(name.name()));
      }
      var factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return factory;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Ends a peer's half of a connection and reads what the other side still sends, to its end.
  ///
  /// A socket that is closed while something is unread, such as the tickets of a session, resets
  /// the connection, and what it has sent itself may be lost by that.
  public static void end(SSLSocket peer) throws IOException {
    peer.shutdownOutput();
    peer.getInputStream().readAllBytes();
  }
}
