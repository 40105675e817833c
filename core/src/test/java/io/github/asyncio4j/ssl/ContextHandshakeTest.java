// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Contexts of every kind shake hands with each other, or do not.
final class ContextHandshakeTest {
  private static SSLContext server(SslContextOptions options) throws IOException {
    return Ssl.createDefaultContext(Purpose.CLIENT_AUTH, options);
  }

  private static SSLContext client(SslContextOptions options) throws IOException {
    return Ssl.createDefaultContext(Purpose.SERVER_AUTH, options);
  }

  private static SslContextOptions only(SslContextOptions options, TlsVersion version) {
    return options.minimumVersion(version).maximumVersion(version);
  }

  private static String nameOf(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private static String hostOf(String kind) {
    return switch (kind) {
      case "p256" -> "b.test";
      case "ed25519" -> "ed.test";
      default -> "a.test";
    };
  }

  private static Stream<Arguments> kindsAndVersions() {
    return PemSamples.KINDS.stream()
        .flatMap(
            kind -> Stream.of(TlsVersion.values()).map(version -> Arguments.of(kind, version)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndVersions")
  void everyKindOfKeyServesInEachVersion(String kind, TlsVersion version) throws Exception {
    SSLContext client = client(only(PemSamples.trusting(), version));

    var pair = new EnginePair(client, hostOf(kind), server(PemSamples.chain(kind))).connect();

    assertThat(pair.protocol()).isEqualTo(version.protocol());
    assertThat(nameOf(pair.shownByServer())).isEqualTo("CN=test " + kind);
    assertThatThrownBy(pair::shownByClient).isInstanceOf(SSLPeerUnverifiedException.class);
  }

  @ParameterizedTest
  @MethodSource("kindsAndVersions")
  void everyKindOfKeyIsAClientsInEachVersion(String kind, TlsVersion version) throws Exception {
    SSLContext server =
        server(
            PemSamples.chain(only(PemSamples.trusting(), version), "rsa")
                .verifyMode(VerifyMode.CERT_REQUIRED));
    SSLContext client = client(PemSamples.chain(PemSamples.trusting(), kind));

    var pair = new EnginePair(client, "a.test", server).connect();

    assertThat(pair.protocol()).isEqualTo(version.protocol());
    assertThat(nameOf(pair.shownByClient())).isEqualTo("CN=test " + kind);
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aClientWithoutACertificateIsRefusedWhereOneIsRequired(TlsVersion version) throws Exception {
    SslContextOptions asks = PemSamples.chain(only(PemSamples.trusting(), version), "rsa");
    SSLContext client = client(PemSamples.trusting());

    SSLContext required = server(asks.verifyMode(VerifyMode.CERT_REQUIRED));
    assertThatThrownBy(() -> new EnginePair(client, "a.test", required).connect())
        .isInstanceOf(SSLHandshakeException.class);
    SSLContext optional = server(asks.verifyMode(VerifyMode.CERT_OPTIONAL));
    new EnginePair(client, "a.test", optional).connect();
  }

  @Test
  void aClientOfAnotherAuthorityIsRefusedAlsoWhereNoneIsRequired() throws Exception {
    SslContextOptions asks =
        PemSamples.chain("rsa").loadVerifyLocations(PemSamples.file("other-ca.pem"));
    SSLContext client = client(PemSamples.chain(PemSamples.trusting(), "p256"));

    for (VerifyMode mode : new VerifyMode[] {VerifyMode.CERT_OPTIONAL, VerifyMode.CERT_REQUIRED}) {
      SSLContext server = server(asks.verifyMode(mode));
      // It shows what it has, though the server asks for other authorities, as OpenSSL does.
      assertThatThrownBy(() -> new EnginePair(client, "a.test", server).connect())
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("unable to find valid certification path");
    }
  }

  @Test
  void noCertificateIsAskedForUnlessTheOptionsSay() throws Exception {
    SSLContext server = server(PemSamples.chain(PemSamples.trusting(), "rsa"));
    SSLContext client = client(PemSamples.chain(PemSamples.trusting(), "p256"));

    var pair = new EnginePair(client, "a.test", server).connect();

    assertThatThrownBy(pair::shownByClient).isInstanceOf(SSLPeerUnverifiedException.class);
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aServerOfAnUnknownAuthorityIsRefused(TlsVersion version) throws Exception {
    SSLContext server = server(only(PemSamples.chain("rsa"), version));
    SSLContext other =
        client(SslContextOptions.DEFAULT.loadVerifyLocations(PemSamples.file("other-ca.pem")));

    for (SSLContext client : new SSLContext[] {other, Ssl.createDefaultContext()}) {
      assertThatThrownBy(() -> new EnginePair(client, "a.test", server).connect())
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("unable to find valid certification path");
    }
  }

  @Test
  void aServerOfAnotherNameIsRefusedUnlessNamesAreNotChecked() throws Exception {
    SSLContext server = server(PemSamples.chain("rsa"));
    SSLContext client = client(PemSamples.trusting());

    assertThatThrownBy(() -> new EnginePair(client, "b.test", server).connect())
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("b.test");
    assertThatThrownBy(() -> new EnginePair(client, null, server).connect())
        .isInstanceOf(SSLHandshakeException.class);
    new EnginePair(client(PemSamples.trusting().checkHostname(false)), "b.test", server).connect();

    var pair = new EnginePair(client, null, server);
    SSLParameters parameters = pair.client().getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("");
    pair.client().setSSLParameters(parameters);
    pair.connect();
  }

  @Test
  void aClientThatVerifiesNothingTakesAnyServer() throws Exception {
    SSLContext client =
        client(SslContextOptions.DEFAULT.checkHostname(false).verifyMode(VerifyMode.CERT_NONE));

    for (String kind : PemSamples.KINDS) {
      new EnginePair(client, "c.test", server(PemSamples.chain(kind))).connect();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void theCertificateIsTheOneOfTheNameThatIsAskedFor(TlsVersion version) throws Exception {
    SslContextOptions chains = only(PemSamples.chain("rsa"), version);
    SSLContext server = server(PemSamples.chain(PemSamples.chain(chains, "p256"), "ed25519"));
    SSLContext client = client(PemSamples.trusting());
    SSLContext unnamed = client(PemSamples.trusting().checkHostname(false));

    // The kinds of key differ, and the client prefers EC: the name counts more.
    assertThat(shown(client, "a.test", server)).isEqualTo("CN=test rsa");
    assertThat(shown(client, "b.test", server)).isEqualTo("CN=test p256");
    assertThat(shown(client, "B.Test", server)).isEqualTo("CN=test p256");
    assertThat(shown(client, "x.wild.test", server)).isEqualTo("CN=test p256");
    assertThat(shown(client, "ed.test", server)).isEqualTo("CN=test ed25519");
    // The first one is for everybody else.
    assertThat(shown(unnamed, "unknown.test", server)).isEqualTo("CN=test rsa");
    assertThat(shown(unnamed, "x.y.wild.test", server)).isEqualTo("CN=test rsa");
    assertThat(shown(unnamed, null, server)).isEqualTo("CN=test rsa");
  }

  @Test
  void ofChainsForOneNameTheClientsKindOfKeyIsShown() throws Exception {
    SSLContext server = server(PemSamples.chain(PemSamples.chain("rsa"), "p384"));
    var pair = new EnginePair(client(PemSamples.trusting()), "a.test", server);
    SSLParameters onlyRsa = pair.client().getSSLParameters();
    onlyRsa.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256"});
    pair.client().setSSLParameters(onlyRsa);

    assertThat(nameOf(pair.connect().shownByServer())).isEqualTo("CN=test rsa");
    assertThat(shown(client(PemSamples.trusting()), "a.test", server)).isEqualTo("CN=test p384");
  }

  private static String shown(SSLContext client, String host, SSLContext server)
      throws SSLException {
    return nameOf(new EnginePair(client, host, server).connect().shownByServer());
  }

  @Test
  void authoritiesMayBeInTheFilesOfADirectoryAndBesideThoseOfTheJvm(@TempDir Path directory)
      throws Exception {
    Files.createDirectory(directory.resolve("directory"));
    PemSamples.write(directory, "README", "not a certificate");
    PemSamples.write(directory, "key.pem", PemSamples.text("x25519.pkcs8.pem"));
    PemSamples.write(directory, "a.pem", PemSamples.text("ca.pem"));
    PemSamples.write(directory, "b.pem", PemSamples.text("other-ca.pem"));
    Files.createSymbolicLink(directory.resolve("01234567.0"), Path.of("a.pem"));
    SslContextOptions options = SslContextOptions.DEFAULT.loadVerifyLocations(directory);
    SSLContext server = server(PemSamples.chain("rsa"));

    new EnginePair(client(options), "a.test", server).connect();
    new EnginePair(client(options.loadDefaultCerts()), "a.test", server).connect();
    new EnginePair(
            client(options.loadVerifyLocations(PemSamples.file("other-ca.pem"))), "a.test", server)
        .connect();
  }

  @Test
  void theContextIsAnOrdinaryOneThatIsReady() throws Exception {
    SSLContext context =
        server(PemSamples.chain(PemSamples.trusting(), "rsa").verifyMode(VerifyMode.CERT_REQUIRED));

    assertThat(context.getProtocol()).isEqualTo("TLS");
    assertThat(context.getProvider()).isEqualTo(SSLContext.getInstance("TLS").getProvider());
    assertThat(context.getServerSessionContext()).isNotNull();
    assertThat(context.getClientSessionContext()).isNotNull();
    assertThat(context.getDefaultSSLParameters().getNeedClientAuth()).isTrue();
    assertThat(context.getDefaultSSLParameters().getProtocols())
        .containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    assertThat(context.getSupportedSSLParameters().getProtocols()).contains("TLSv1.3");
    assertThatThrownBy(() -> context.init(null, null, null))
        .hasMessage("it is initialized already");
    assertThat(context.createSSLEngine().getUseClientMode()).isFalse();
    var engine = Ssl.createDefaultContext().createSSLEngine("a.test", 443);
    assertThat(engine.getUseClientMode()).isTrue();
    assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
    // As transports do, who know their side by themselves.
    engine.setUseClientMode(true);
    assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void socketsOfTheContextHaveItsSettings(TlsVersion version) throws Exception {
    SSLContext server =
        server(
            PemSamples.chain(only(PemSamples.trusting(), version), "p256")
                .verifyMode(VerifyMode.CERT_REQUIRED));
    SSLContext client = client(PemSamples.chain(PemSamples.trusting(), "rsa"));
    SSLContext other =
        client(SslContextOptions.DEFAULT.loadVerifyLocations(PemSamples.file("other-ca.pem")));
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var listener =
            (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 5, loopback);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answered =
          threads.submit(
              () -> {
                try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                  accepted.getOutputStream().write(accepted.getInputStream().read());
                  return accepted.getSession().getPeerCertificates().length;
                }
              });
      try (SSLSocket socket =
          (SSLSocket)
              client.getSocketFactory().createSocket("localhost", listener.getLocalPort())) {
        socket.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
        assertThat(socket.getSession().getProtocol()).isEqualTo(version.protocol());
      }
      assertThat(answered.get()).isEqualTo(2);
      var refused =
          threads.submit(
              () -> {
                try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                  return accepted.getInputStream().read();
                }
              });
      try (SSLSocket socket =
          (SSLSocket) other.getSocketFactory().createSocket("localhost", listener.getLocalPort())) {
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
      }
      // The alert, or that nobody listens any more, whichever it meets first.
      assertThatThrownBy(refused::get).hasCauseInstanceOf(IOException.class);
    }
  }
}
