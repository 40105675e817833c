// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.CertificateForge;
import io.github.asyncio4j.CertificateForge.Holder;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Whom a client refuses that was told nothing but whom it trusts (C17 of the fault catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class BadCertificatesTest extends NetTest {
  private static final String HOST = "server.test";

  @TempDir private static Path directory;

  private static Holder authority;
  private static Path authorityFile;
  // RSA keys take their time.
  private static Holder rsaAuthority;
  private static KeyPair rsaKeys;
  private static KeyPair weakKeys;

  BadCertificatesTest(LoopKind kind) {
    super(kind);
  }

  @BeforeAll
  static void makeAuthorities() throws Exception {
    authority = CertificateForge.named("authority").authority().signed();
    authorityFile = authority.write(directory.resolve("authority.pem"));
    rsaAuthority =
        CertificateForge.named("rsa authority")
            .authority()
            .keys(CertificateForge.newKeys("RSA", 2048))
            .signedBy(authority);
    rsaKeys = CertificateForge.newKeys("RSA", 2048);
    weakKeys = CertificateForge.newKeys("RSA", 1024);
  }

  /// What a server shows, and what its client says against it.
  private record Shown(String host, String reason, List<Holder> chain) {}

  private static CertificateForge server() {
    return CertificateForge.named(HOST).dns(HOST);
  }

  private static Shown shown(String reason, Holder... chain) {
    return new Shown(HOST, reason, List.of(chain));
  }

  private static Map<String, Shown> bad() throws Exception {
    var bad = new LinkedHashMap<String, Shown>();
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    bad.put(
        "expired",
        shown(
            "NotAfter", server().valid(now.minus(day), now.minusSeconds(60)).signedBy(authority)));
    bad.put(
        "not valid yet",
        shown("NotBefore", server().valid(now.plus(day), now.plus(day)).signedBy(authority)));
    bad.put(
        "of another host",
        shown("server.test", CertificateForge.named(HOST).dns("other.test").signedBy(authority)));
    bad.put(
        "for another address",
        new Shown(
            "127.0.0.1",
            "127.0.0.1",
            List.of(server().dns("127.0.0.1").ip("127.0.0.2").signedBy(authority))));
    bad.put(
        "with a common name alone",
        shown("subjectAltName", CertificateForge.named(HOST).signedBy(authority)));
    bad.put(
        "with a wildcard for two labels",
        new Shown(
            "a.server.test",
            "a.server.test",
            List.of(CertificateForge.named("x").dns("*.test").dns("*").signedBy(authority))));
    bad.put("signed by itself", shown("PKIX path building failed", server().signed()));
    bad.put(
        "for clients",
        shown(
            "Extended key usage",
            server().purpose(CertificateForge.CLIENT_AUTH).signedBy(authority)));
    var missing = CertificateForge.named("in between").authority().signedBy(authority);
    bad.put(
        "without the authority in between",
        shown("PKIX path building failed", server().signedBy(missing)));
    var none = CertificateForge.named("no authority").signedBy(authority);
    bad.put("below what is no authority", shown("PKIX path", server().signedBy(none), none));
    bad.put(
        "with a weak key",
        shown("lgorithm constraints", server().keys(weakKeys).signedBy(authority)));
    bad.put(
        "signed with SHA-1",
        shown(
            "lgorithm constraints",
            server().keys(rsaKeys).signedWithSha1().signedBy(rsaAuthority),
            rsaAuthority));
    return bad;
  }

  private static SSLContext trusting() throws Exception {
    return Ssl.createDefaultContext(
        Purpose.SERVER_AUTH, SslContextOptions.DEFAULT.loadVerifyLocations(authorityFile));
  }

  private @Nullable Throwable connect(SSLContext client, Shown shown, String version)
      throws Exception {
    var keys = new KeyManager[] {new Shower(shown.chain())};
    ServerOptions options =
        ServerOptions.DEFAULT
            .ssl(TlsGuests.context(keys))
            .sslParameters(p -> p.setProtocols(new String[] {version}));
    var accepted = recorder();
    var made = recorder();
    try (var server = serve(() -> accepted, options)) {
      var connecting = ConnectionOptions.DEFAULT.ssl(client).serverHostname(shown.host());
      Throwable failure =
          catchThrowable(
              () ->
                  loop.createConnection(() -> made, "127.0.0.1", port(server), connecting)
                      .transport()
                      .close());
      end(server);
      assertThat(made.calls.isEmpty()).isEqualTo(failure != null);
      return failure;
    }
  }

  // C17
  @Test
  void whoeverCannotProveToBeTheHostIsRefusedByDefault() throws Exception {
    var bad = bad();
    assertThat(bad).hasSize(12);
    run(
        () -> {
          for (var version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            for (var entry : bad.entrySet()) {
              assertThat(connect(trusting(), entry.getValue(), version))
                  .as("%s, %s", entry.getKey(), version)
                  .isInstanceOf(SSLHandshakeException.class)
                  .hasStackTraceContaining(entry.getValue().reason());
            }
          }
          assertQuiet();
        });
  }

  // C17: the same client
  @Test
  void whoeverCanIsNot() throws Exception {
    var wildcard = CertificateForge.named("x").dns("*.test").signedBy(authority);
    var address = CertificateForge.named("x").ip("127.0.0.1").signedBy(authority);
    var strong = server().keys(rsaKeys).signedBy(rsaAuthority);
    run(
        () -> {
          for (var version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            for (var good :
                List.of(
                    shown("", server().signedBy(authority)),
                    shown("", wildcard),
                    shown("", strong, rsaAuthority),
                    new Shown("127.0.0.1", "", List.of(address)))) {
              assertThat(connect(trusting(), good, version)).as("%s", good).isNull();
            }
          }
        });
  }

  // C17: who gives a list of what is revoked
  @Test
  void whatIsRevokedIsRefusedByAClientThatHasTheList() throws Exception {
    var revoked = server().signedBy(authority);
    var other = server().signedBy(authority);
    var list = CertificateForge.revoked(authority, revoked.certificate());
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", authority.certificate());
    var parameters = new PKIXBuilderParameters(store, new X509CertSelector());
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(list))));
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(parameters));
    var context = TlsGuests.context(null, factory.getTrustManagers());
    run(
        () -> {
          assertThat(connect(context, shown("", revoked), "TLSv1.3"))
              .isInstanceOf(SSLHandshakeException.class)
              .hasStackTraceContaining("revoked");
          assertThat(connect(context, shown("", other), "TLSv1.3")).isNull();
        });
  }

  // C17
  @Test
  void aSocketOfTheJdkHasTheSameRules() throws Exception {
    var named = CertificateForge.named("localhost").signedBy(authority);
    var keys = new KeyManager[] {new Shower(List.of(named))};
    run(
        () -> {
          var accepted = recorder();
          try (var server =
              serve(() -> accepted, ServerOptions.DEFAULT.ssl(TlsGuests.context(keys)))) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var plain = new Socket("localhost", port);
                      var socket =
                          trusting()
                              .getSocketFactory()
                              .createSocket(plain, "localhost", port, true)) {
                    assertThatThrownBy(() -> socket.getInputStream().read())
                        .hasStackTraceContaining("subjectAltName");
                  }
                });
            end(server);
          }
        });
  }

  /// Shows a chain, whatever it is worth: the JDK's own managers would keep the worst of them back.
  private static final class Shower extends X509ExtendedKeyManager {
    private final List<Holder> chain;

    Shower(List<Holder> chain) {
      this.chain = chain;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      return keyType.equals(chain.getFirst().key().getAlgorithm()) ? "shown" : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain.stream().map(Holder::certificate).toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return chain.getFirst().key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return null;
    }
  }
}
