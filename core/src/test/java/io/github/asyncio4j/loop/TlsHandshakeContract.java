// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsEngines;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.TlsKit.Name;
import io.github.asyncio4j.socket.ConnectionResetException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/// How connections come under TLS, and which do not.
abstract class TlsHandshakeContract extends TlsTest {
  TlsHandshakeContract(LoopKind kind, TlsEngines engines) {
    super(kind, engines);
  }

  static final String[] VERSIONS = {"TLSv1.2", "TLSv1.3"};

  // EL-44, EL-73, R-99
  @Test
  void bothVersionsJoinTwoProtocolsThatHearOfEachOtherOnce() throws Exception {
    run(
        () -> {
          for (String version : VERSIONS) {
            var client = recorder();
            var accepted = recorder();
            joinTls(client, accepted, version);
            assertThat(client.calls).containsExactly("made");
            var engine = client.transport.getExtraInfo("ssl_object", SSLEngine.class);
            assertThat(engine.getSession().getProtocol()).isEqualTo(version);

            client.transport.write(bytes("ping"));
            accepted.untilReceived(4);
            accepted.transport.write(bytes("pong!"));
            client.untilReceived(5);
            assertThat(accepted.text()).isEqualTo("ping");
            assertThat(client.text()).isEqualTo("pong!");

            client.transport.close();
            client.untilLost();
            accepted.untilLost();
            assertThat(client.calls).containsExactly("made", "data", "lost");
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }

  @Test
  void theTransportKnowsWhatWasAgreedOn() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");

          var transport = client.transport;
          assertThat(transport.getExtraInfo("sslcontext")).isSameAs(clientOptions.ssl().context());
          assertThat(transport.getExtraInfo("peercert", X509Certificate.class))
              .extracting(c -> c.getSubjectX500Principal().getName())
              .isEqualTo("CN=LOCALHOST");
          assertThat(transport.getExtraInfo("cipher", String.class)).startsWith("TLS_");
          assertThat(transport.getExtraInfo("compression")).isNull();
          assertThat(transport.getExtraInfo("peername")).isNotNull();
          assertThat(accepted.transport.getExtraInfo("peercert")).isNull();
          assertThat(transport.toString()).contains("TLSv1.3").doesNotContain("\n");
          accepted.transport.abort();
          transport.abort();
          client.untilLost();
          accepted.untilLost();
        });
  }

  // EL-45
  @Test
  void theHostIsVerifiedUnlessAnotherNameOrNoneIsGiven() throws Exception {
    run(
        () -> {
          try (var server = serveTls(this::recorder)) {
            for (String name : new String[] {"localhost", ""}) {
              var client = recorder();
              connect(() -> client, server, clientOptions.serverHostname(name)).transport().close();
              client.untilLost();
            }
            var client = recorder();
            assertThatThrownBy(
                    () -> connect(() -> client, server, clientOptions.serverHostname("wrong.test")))
                .isInstanceOf(SSLHandshakeException.class)
                .hasStackTraceContaining("wrong.test");
            assertThat(client.calls).isEmpty();
            server.closeClients();
            end(server);
          }
        });
  }

  //
  @Test
  void aCertificateThatNobodyTrustsIsRefusedAndNeitherProtocolHearsOfIt() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted, server("TLSv1.2"))) {
            var client = recorder();
            var stranger = engines.of(List.of(), List.of(Name.CLIENT));
            assertThatThrownBy(
                    () -> connect(() -> client, server, ConnectionOptions.DEFAULT.ssl(stranger)))
                .isInstanceOf(SSLHandshakeException.class);
            assertThat(client.calls).isEmpty();
            end(server);
            assertThat(accepted.calls).isEmpty();
          }
        });
  }

  @Test
  void aServerThatNeedsTheClientsCertificateSeesItOrRefuses() throws Exception {
    run(
        () -> {
          for (String version : VERSIONS) {
            var accepted = recorder();
            ServerOptions options =
                serverOptions.sslParameters(
                    p -> {
                      p.setProtocols(new String[] {version});
                      p.setNeedClientAuth(true);
                    });
            var known = engines.of(List.of(Name.CLIENT), List.of(Name.LOCALHOST));
            try (var server = serve(() -> accepted, options)) {
              var client = recorder();
              connect(() -> client, server, clientOptions.ssl(known));
              accepted.until(() -> !accepted.calls.isEmpty());
              assertThat(accepted.transport.getExtraInfo("peercert", X509Certificate.class))
                  .extracting(c -> c.getSubjectX500Principal().getName())
                  .isEqualTo("CN=CLIENT");
              client.transport.close();
              client.untilLost();
              accepted.untilLost();
            }
            var never = recorder();
            try (var server = serve(() -> never, options)) {
              var client = recorder();
              try {
                // A client of TLS 1.3 is done before the server has seen that there is nothing.
                connect(() -> client, server, clientOptions);
                client.untilLost();
                assertThat(client.lostTo).isInstanceOf(SSLException.class);
              } catch (SSLException e) {
                assertThat(version).isEqualTo("TLSv1.2");
              } catch (ConnectionResetException e) {
                // Of an engine that gives no alert out when it has failed: Conscrypt's.
                assertThat(engines).isNotSameAs(TlsEngines.JDK);
              }
              end(server);
              assertThat(never.calls).isEmpty();
            }
          }
        });
  }

  @Test
  void aServerThatWantsACertificateTakesAClientWithout() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server =
              serve(() -> accepted, serverOptions.sslParameters(p -> p.setWantClientAuth(true)))) {
            var client = recorder();
            connect(() -> client, server, clientOptions);
            accepted.until(() -> !accepted.calls.isEmpty());
            assertThat(accepted.transport.getExtraInfo("peercert")).isNull();
            client.transport.abort();
            client.untilLost();
            accepted.untilLost();
          }
        });
  }

  @Test
  void theProtocolOfTheApplicationIsAgreedOn() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server =
              serve(
                  () -> accepted,
                  serverOptions.ssl(
                      engines.of(
                          List.of(Name.LOCALHOST), List.of(Name.CLIENT), "h2", "http/1.1")))) {
            var client = recorder();
            connect(
                () -> client,
                server,
                clientOptions.ssl(engines.of(List.of(), List.of(Name.LOCALHOST), "http/1.1", "x")));
            assertThat(
                    client
                        .transport
                        .getExtraInfo("ssl_object", SSLEngine.class)
                        .getApplicationProtocol())
                .isEqualTo("http/1.1");
            client.transport.abort();
            client.untilLost();
            accepted.untilLost();
          }
        });
  }

  //
  @Test
  void aPeerThatGoesInTheHandshakeIsAResetAndOneThatDoesNotSpeakTlsAnError() throws Exception {
    run(
        () -> {
          var closes =
              new Recorder(loop) {
                @Override
                public void connectionMade(io.github.asyncio4j.transport.BaseTransport t) {
                  super.connectionMade(t);
                  t.close();
                }
              };
          try (var closing = serve(() -> closes)) {
            assertThatThrownBy(() -> connect(this::recorder, closing, clientOptions))
                .isInstanceOf(ConnectionResetException.class);
          }
          var talks =
              new Recorder(loop) {
                @Override
                public void connectionMade(io.github.asyncio4j.transport.BaseTransport t) {
                  super.connectionMade(t);
                  transport.write(bytes("220 hello, I speak in the clear\r\n"));
                }
              };
          try (var talking = serve(() -> talks)) {
            assertThatThrownBy(() -> connect(this::recorder, talking, clientOptions))
                .isInstanceOf(SSLException.class);
            talks.untilLost();
          }
        });
  }

  // C5: an engine is at rest too when its peer has cancelled the handshake, which needs no key
  @Test
  void whoCancelsTheHandshakeIsNoPeer() throws Exception {
    // user_canceled and close_notify (RFC 8446, 6.1), in the clear.
    byte[] alerts = {21, 3, 3, 0, 2, 1, 90, 21, 3, 3, 0, 2, 1, 0};
    run(
        () -> {
          for (String version : VERSIONS) {
            var cancels =
                watched(
                    new Recorder(loop) {
                      @Override
                      public void dataReceived(ByteBuffer data) {
                        super.dataReceived(data);
                        transport.write(alerts);
                      }
                    });
            try (var cancelling = serve(() -> cancels)) {
              var client = recorder();
              assertThatThrownBy(
                      () ->
                          connect(
                              () -> client,
                              cancelling,
                              clientOptions.sslParameters(
                                  p -> p.setProtocols(new String[] {version}))))
                  .isInstanceOf(SSLHandshakeException.class);
              cancels.untilLost();
              assertThat(client.calls).isEmpty();
            }
            var accepted = recorder();
            try (var server = serve(() -> accepted, server(version))) {
              int port = port(server);
              blockingly(
                  () -> {
                    try (var peer = EnginePeer.connect(port, version)) {
                      peer.send(peer.hello());
                      peer.send(alerts);
                      peer.readAll();
                    }
                  });
              end(server);
              assertThat(accepted.calls).isEmpty();
            }
          }
        });
  }

  // A peer that others wrote.
  @Test
  void theBlockingSocketOfTheJdkIsServed() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serveTls(() -> accepted)) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var peer = peer(port)) {
                    peer.getOutputStream().write("ping".getBytes(US_ASCII));
                    TlsKit.end(peer);
                  }
                });
            accepted.untilLost();
            assertThat(accepted.text()).isEqualTo("ping");
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }
}
