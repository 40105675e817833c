// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.ssl.PemException;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import io.github.asyncio4j.ssl.TlsVersion;
import io.github.asyncio4j.ssl.VerifyMode;
import io.github.asyncio4j.transport.Protocol;
import java.net.StandardProtocolFamily;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with TLS: keywords, files, and whom a client trusts.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsMistakesTest extends MistakeCase {
  private static final SslContextOptions CONTEXT = SslContextOptions.DEFAULT;

  @TempDir private Path place;

  TlsMistakesTest(LoopKind kind) {
    super(kind);
  }

  /// Does nothing.
  private static final class Silent implements Protocol {}

  // Keywords.

  @Mistake(2)
  void aKeywordOfTlsIsGivenWithoutTls() throws Exception {
    run(
        () -> {
          assertRefusesArgument(
              "serverHostname is only meaningful with ssl: example.org",
              () ->
                  loop.createConnection(
                      Silent::new,
                      HOST,
                      80,
                      ConnectionOptions.DEFAULT.serverHostname("example.org")));
          assertRefusesArgument(
              "sslHandshakeTimeout is only meaningful with ssl: PT1S",
              () ->
                  loop.createServer(
                      Silent::new,
                      HOST,
                      0,
                      ServerOptions.DEFAULT.sslHandshakeTimeout(Duration.ofSeconds(1))));
        });
  }

  @Mistake(2)
  void aSocketIsPutUnderTlsWithoutTheNameOfItsPeer() throws Exception {
    run(
        () -> {
          try (Socket socket =
              Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            assertRefusesArgument(
                "serverHostname is needed with ssl when no host is given; \"\" verifies none",
                () ->
                    loop.createConnection(
                        Silent::new, ConnectionOptions.DEFAULT.ssl(true).sock(socket)));
          }
        });
  }

  @Mistake(2)
  void aTimeForAHandshakeIsNotPositive() {
    assertRefusesArgument(
        "sslHandshakeTimeout is not positive: PT0S",
        () -> ConnectionOptions.DEFAULT.sslHandshakeTimeout(Duration.ZERO));
  }

  // Contexts.

  private static void assertNoContext(Purpose purpose, SslContextOptions options, String text) {
    assertRefusesArgument(text + ": " + options, () -> Ssl.createDefaultContext(purpose, options));
  }

  @Mistake(2)
  void aServerHasNoCertificate() {
    assertNoContext(Purpose.CLIENT_AUTH, CONTEXT, "a server needs loadCertChain");
  }

  @Mistake(2)
  void aServerAsksForCertificatesAndTrustsNobody() throws Exception {
    Path file = Files.createFile(place.resolve("chain.pem"));
    assertNoContext(
        Purpose.CLIENT_AUTH,
        CONTEXT.loadCertChain(file).verifyMode(VerifyMode.CERT_REQUIRED),
        "verifyMode CERT_REQUIRED of a server needs loadVerifyLocations");
  }

  @Mistake(2)
  void aClientTrustsEverybodyAndComparesNamesAllTheSame() {
    assertNoContext(
        Purpose.SERVER_AUTH,
        CONTEXT.verifyMode(VerifyMode.CERT_NONE),
        "verifyMode CERT_NONE of a client needs checkHostname(false)");
  }

  @Mistake(2)
  void theVersionsAreTheWrongWayRound() {
    assertNoContext(
        Purpose.SERVER_AUTH,
        CONTEXT.minimumVersion(TlsVersion.TLSV1_3).maximumVersion(TlsVersion.TLSV1_2),
        "minimumVersion > maximumVersion");
  }

  private void assertBadFile(Class<? extends Throwable> type, String text, Path file) {
    ThrowingCallable load =
        () -> Ssl.createDefaultContext(Purpose.CLIENT_AUTH, CONTEXT.loadCertChain(file));
    assertThrows(type, text, load);
  }

  @Mistake(2)
  void aFileOfCertificatesIsNotThere() {
    Path file = place.resolve("chain.pem");
    assertBadFile(NoSuchFileException.class, file.toString(), file);
  }

  @Mistake(2)
  void aFileOfCertificatesHasNone() throws Exception {
    Path file = Files.writeString(place.resolve("chain.pem"), "no certificate\n");
    assertBadFile(PemException.class, file + ": there is no certificate in it", file);
  }

  @Mistake(2)
  void aFileOfCertificatesIsCutShort() throws Exception {
    Path file =
        Files.writeString(place.resolve("chain.pem"), "text\n-----BEGIN CERTIFICATE-----\nAAAA\n");
    assertBadFile(PemException.class, file + ", line 2: BEGIN CERTIFICATE has no END", file);
  }

  // Connections.

  private Throwable refusedBy(ConnectionOptions client) throws Exception {
    var caught = new Throwable[1];
    run(
        () -> {
          try (Server server =
              loop.createServer(Silent::new, HOST, 0, ServerOptions.DEFAULT.ssl(TlsKit.server()))) {
            int port = server.port();
            caught[0] =
                catchThrowable(() -> loop.createConnection(Silent::new, HOST, port, client));
          }
        });
    return caught[0];
  }

  @Mistake(2)
  void aServerIsNotTrusted() throws Exception {
    Throwable thrown =
        refusedBy(
            ConnectionOptions.DEFAULT.ssl(TlsKit.of(List.of(), List.of(TlsKit.Name.STRANGER))));

    assertThat(thrown)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("unable to find valid certification path to requested target");
  }

  @Mistake(2)
  void aServerHasAnotherName() throws Exception {
    Throwable thrown =
        refusedBy(ConnectionOptions.DEFAULT.ssl(TlsKit.client()).serverHostname("elsewhere.test"));

    assertThat(thrown)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("elsewhere.test");
  }

  @Mistake(2)
  void aServerSpeaksNoTls() throws Exception {
    run(
        () -> {
          try (Server server =
              Asyncio.startServer(
                  (reader, writer) -> {
                    try (writer) {
                      reader.readexactly(1);
                      writer.write("HTTP/1.1 400 Bad Request\r\n");
                    }
                  },
                  HOST,
                  0)) {
            int port = server.port();
            assertThrows(
                SSLException.class,
                "Unrecognized SSL message, plaintext connection?",
                () ->
                    loop.createConnection(
                        Silent::new, HOST, port, ConnectionOptions.DEFAULT.ssl(TlsKit.client())));
          }
        });
  }
}
