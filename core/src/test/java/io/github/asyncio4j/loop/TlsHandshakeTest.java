// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsEngines;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.socket.SocketType;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How connections come under TLS, and which do not.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsHandshakeTest extends TlsHandshakeContract {
  TlsHandshakeTest(LoopKind kind) {
    super(kind, TlsEngines.JDK);
  }

  @Test
  void theNameThatIsAskedForChoosesTheCertificate() throws Exception {
    run(
        () -> {
          for (String name : new String[] {"localhost", "other.test"}) {
            var accepted = recorder();
            try (var server = serve(() -> accepted, ServerOptions.DEFAULT.ssl(TlsKit.server()))) {
              var client = recorder();
              connect(
                  () -> client, server, clientOptions.ssl(TlsKit.client()).serverHostname(name));
              var certificate = client.transport.getExtraInfo("peercert", X509Certificate.class);
              assertThat(certificate.getSubjectX500Principal().getName())
                  .isEqualTo(name.equals("localhost") ? "CN=LOCALHOST" : "CN=OTHER");
              client.transport.close();
              client.untilLost();
              accepted.untilLost();
            }
          }
        });
  }

  @Test
  void aSecondConnectionResumesTheSession() throws Exception {
    run(
        () -> {
          for (String version : VERSIONS) {
            try (var server = serve(Echo::new, server(version))) {
              var options = ConnectionOptions.DEFAULT.ssl(TlsKit.client());
              long first = 0;
              for (int i = 0; i < 2; i++) {
                var client = recorder();
                connect(() -> client, server, options);
                var session =
                    client.transport.getExtraInfo("ssl_object", SSLEngine.class).getSession();
                if (i == 0) {
                  first = session.getCreationTime();
                  // The ticket of TLS 1.3 comes before the first data.
                  client.transport.write(bytes("x"));
                  client.untilReceived(1);
                } else {
                  assertThat(session.getCreationTime()).isEqualTo(first);
                }
                client.transport.close();
                client.untilLost();
              }
              server.closeClients();
              end(server);
            }
          }
        });
  }

  // EL-45, EL-46, EL-47, EL-77, D-11
  @Test
  void whatDoesNotFitTogetherIsRefusedAtTheCall() throws Exception {
    run(
        () -> {
          var bare = ConnectionOptions.DEFAULT;
          for (var options :
              List.of(
                  bare.serverHostname("x"),
                  bare.sslParameters(p -> {}),
                  bare.sslHandshakeTimeout(timeLimit()),
                  bare.sslShutdownTimeout(timeLimit()))) {
            assertThatThrownBy(() -> loop.createConnection(this::recorder, "127.0.0.1", 1, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is only meaningful with ssl");
          }
          for (var options :
              List.of(
                  ServerOptions.DEFAULT.sslParameters(p -> {}),
                  ServerOptions.DEFAULT.sslHandshakeTimeout(timeLimit()),
                  ServerOptions.DEFAULT.sslShutdownTimeout(timeLimit()))) {
            assertThatThrownBy(() -> serve(this::recorder, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is only meaningful with ssl");
          }
          try (var accepted =
              io.github.asyncio4j.socket.Socket.open(
                  tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            assertThatThrownBy(
                    () -> loop.createConnection(this::recorder, clientOptions.sock(accepted)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("serverHostname is needed");
          }
        });
  }

  // what a guest's key manager or parameters throw costs one connection.
  @Test
  void parametersThatThrowEndOneConnection() throws Exception {
    run(
        () -> {
          var calls = new AtomicInteger();
          var accepted = recorder();
          ServerOptions options =
              serverOptions.sslParameters(
                  p -> {
                    if (calls.incrementAndGet() == 1) {
                      throw new IllegalStateException("a guest");
                    }
                  });
          try (var server = serve(() -> accepted, options)) {
            assertThatThrownBy(() -> connect(this::recorder, server, clientOptions))
                .isInstanceOf(ConnectionResetException.class);
            assertThat(onlyReport().exception()).hasMessage("a guest");
            var client = recorder();
            connect(() -> client, server, clientOptions);
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
          }
        });
  }

  // The handshake of one client does not keep others from being accepted.
  @Test
  void silentClientsKeepNobodyWaiting() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serveTls(() -> accepted)) {
            int port = port(server);
            try (var one =
                    blocking(() -> new Socket(java.net.InetAddress.ofLiteral("127.0.0.1"), port));
                var two =
                    blocking(() -> new Socket(java.net.InetAddress.ofLiteral("127.0.0.1"), port))) {
              var client = recorder();
              connect(() -> client, server, clientOptions);
              client.transport.close();
              client.untilLost();
              assertThat(one.isConnected() && two.isConnected()).isTrue();
              server.closeClients();
              end(server);
            }
          }
        });
  }

  @Test
  void theParametersSayWhichProtocolsTheApplicationSpeaks() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server =
              serve(
                  () -> accepted,
                  serverOptions.sslParameters(
                      p -> p.setApplicationProtocols(new String[] {"h2", "http/1.1"})))) {
            var client = recorder();
            connect(
                () -> client,
                server,
                clientOptions.sslParameters(
                    p -> p.setApplicationProtocols(new String[] {"http/1.1", "x"})));
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
}
