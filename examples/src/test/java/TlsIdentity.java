// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;

/// A server's certificate for `localhost`, which signs itself, and its key: PEM files, made by the
/// JDK's keytool.
record TlsIdentity(String cert, String key) {
  private static final String PASSWORD = "secret";

  static TlsIdentity make(Path directory) throws Exception {
    Path store = directory.resolve("keys.p12");
    keytool(store);
    var keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Path cert = directory.resolve("cert.pem");
    Path key = directory.resolve("key.pem");
    Files.writeString(cert, pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
    byte[] secret = keys.getKey("server", PASSWORD.toCharArray()).getEncoded();
    Files.writeString(key, pem("PRIVATE KEY", secret));
    return new TlsIdentity(cert.toString(), key.toString());
  }

  private static void keytool(Path store) throws IOException, InterruptedException {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "server",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "san=dns:localhost",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + output);
    }
  }

  private static String pem(String what, byte[] der) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
  }

  /// Returns the context of a client that trusts this server alone.
  SSLContext clientContext() throws IOException {
    return Ssl.createDefaultContext(
        Purpose.SERVER_AUTH, SslContextOptions.DEFAULT.loadVerifyLocations(Path.of(cert)));
  }
}
