// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Chains and keys are replaced while a context is used.
final class ReloadableContextTest {
  @TempDir private Path directory;
  private Path certfile;
  private Path keyfile;
  private SSLContext client;

  @BeforeEach
  void setUp() throws IOException {
    certfile = directory.resolve("chain.pem");
    keyfile = directory.resolve("key.pem");
    client =
        Ssl.createDefaultContext(Purpose.SERVER_AUTH, PemSamples.trusting().checkHostname(false));
  }

  private void install(String chain, String key) throws IOException {
    Files.writeString(certfile, PemSamples.text(chain + ".chain.pem"));
    Files.writeString(keyfile, PemSamples.text(key + ".pkcs8.pem"));
  }

  private ReloadableContext server() throws IOException {
    return ReloadableContext.of(
        Purpose.CLIENT_AUTH, SslContextOptions.DEFAULT.loadCertChain(certfile, keyfile));
  }

  private String shown(SSLContext server) throws SSLException {
    // No host and so no session to resume.
    X509Certificate shown = new EnginePair(client, null, server).connect().shownByServer();
    return shown.getSubjectX500Principal().getName();
  }

  @Test
  void handshakesThatBeginAfterwardsShowTheNewChain() throws Exception {
    install("rsa", "rsa");
    ReloadableContext server = server();
    SSLContext context = server.context();
    assertThat(shown(context)).isEqualTo("CN=test rsa");

    install("p256", "p256");
    assertThat(shown(context)).isEqualTo("CN=test rsa");
    server.reload();

    assertThat(shown(context)).isEqualTo("CN=test p256");
    assertThat(server.context()).isSameAs(context);
  }

  @Test
  void aReloadThatFailsLeavesEverythingAsItWas() throws Exception {
    install("rsa", "rsa");
    SslContextOptions options =
        PemSamples.chain(SslContextOptions.DEFAULT.loadCertChain(certfile, keyfile), "ed25519");
    ReloadableContext server = ReloadableContext.of(Purpose.CLIENT_AUTH, options);

    install("p256", "rsa");
    assertThatThrownBy(server::reload)
        .isInstanceOf(PemException.class)
        .hasMessage(
            keyfile + ", line 1: the key does not fit the first certificate of " + certfile);
    Files.delete(keyfile);
    assertThatThrownBy(server::reload)
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(keyfile.toString());

    assertThat(shown(server.context())).isEqualTo("CN=test rsa");
    install("p256", "p256");
    server.reload();
    assertThat(shown(server.context())).isEqualTo("CN=test p256");
  }

  @Test
  void anAliasThatAHandshakeHoldsKeepsItsKey() throws Exception {
    var keys = new KeyChains();
    keys.replace(List.of(loaded("p256")));
    String alias = keys.chooseEngineServerAlias("EC", null, null);
    for (int i = 0; i < 3; i++) {
      keys.replace(List.of(loaded("p384")));
    }

    assertThat(keys.getCertificateChain(alias)[0].getSubjectX500Principal().getName())
        .isEqualTo("CN=test p256");
    assertThat(keys.getPrivateKey(alias)).isNotNull();
    assertThat(keys.chooseEngineServerAlias("EC", null, null)).isNotEqualTo(alias);
    assertThat(keys.chooseEngineServerAlias("RSA", null, null)).isNull();
    assertThat(keys.getPrivateKey("another")).isNull();
    assertThat(keys.getCertificateChain("another")).isNull();
  }

  private static KeyChain loaded(String kind) throws IOException {
    return KeyChain.load(
        new ChainFiles(
            PemSamples.file(kind + ".chain.pem"), PemSamples.file(kind + ".pkcs8.pem"), null));
  }

  @Test
  void noHandshakeFailsWhileChainsAreReplaced() throws Exception {
    install("p256", "p256");
    ReloadableContext server = server();
    var done = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> reloads =
          threads.submit(
              () -> {
                for (int i = 0; !done.get(); i++) {
                  String kind = i % 2 == 0 ? "p384" : "p256";
                  install(kind, kind);
                  server.reload();
                }
                return null;
              });
      try {
        for (int i = 0; i < 60; i++) {
          assertThat(shown(server.context())).isIn("CN=test p256", "CN=test p384");
        }
      } finally {
        done.set(true);
      }
      reloads.get();
    }
  }
}
