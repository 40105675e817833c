// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.TlsKit.Name;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Every engine that owns native memory is given back, however its connection ends: a census of
/// those of Netty after each test.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "NIO_BATON"})
final class EngineReleaseTest extends TlsTest {
  private final TcnativeEngines servers =
      new TcnativeEngines(List.of(Name.LOCALHOST), List.of(Name.CLIENT));
  private final TcnativeEngines clients = new TcnativeEngines(List.of(), List.of(Name.LOCALHOST));
  private final ServerOptions server = ServerOptions.DEFAULT.ssl(servers);
  private final ConnectionOptions client = ConnectionOptions.DEFAULT.ssl(clients);

  EngineReleaseTest(LoopKind kind) {
    super(kind);
  }

  @AfterEach
  void noEngineIsAlive() {
    assertThat(servers.made() + clients.made()).isPositive();
    assertThat(servers.alive()).isZero();
    assertThat(clients.alive()).isZero();
  }

  @Test
  void closedAndAbortedConnectionsGiveTheirEnginesBack() throws Exception {
    run(
        () -> {
          try (var serving = serve(Echo::new, server)) {
            for (int i = 0; i < Load.of(50, 1000); i++) {
              var recorder = recorder();
              loop.createConnection(() -> recorder, "127.0.0.1", port(serving), client);
              recorder.transport.write(bytes("hello"));
              recorder.untilReceived(5);
              if (i % 2 == 0) {
                recorder.transport.close();
              } else {
                recorder.transport.abort();
              }
              recorder.untilLost();
            }
            end(serving);
          }
        });
    assertThat(servers.made()).isEqualTo(Load.of(50, 1000));
  }

  @Test
  void handshakesThatFailGiveTheirEnginesBack() throws Exception {
    var strangers = new TcnativeEngines(List.of(), List.of(Name.STRANGER));
    run(
        () -> {
          try (var serving = serve(this::recorder, server)) {
            int port = port(serving);
            assertThatThrownBy(
                    () ->
                        loop.createConnection(
                            this::recorder,
                            "127.0.0.1",
                            port,
                            ConnectionOptions.DEFAULT.ssl(strangers)))
                .isInstanceOf(IOException.class);
            assertThatThrownBy(
                    () ->
                        loop.createConnection(
                            this::recorder,
                            "127.0.0.1",
                            port,
                            client.sslParameters(
                                _ -> {
                                  throw new IllegalStateException("a guest");
                                })))
                .hasMessage("a guest");
            blockingly(
                () -> {
                  try (var peer = Peer.connect(port)) {
                    peer.send("GET / HTTP/1.0\r\n\r\n");
                    peer.readAll();
                  }
                });
            end(serving);
          }
        });
    assertThat(strangers.made()).isEqualTo(1);
    assertThat(strangers.alive()).isZero();
  }

  //
  @Test
  void connectsThatAreCancelledOrTakeTooLongGiveTheirEnginesBack() throws Exception {
    run(
        () -> {
          var silent = recorder();
          try (var serving = serve(() -> silent)) {
            int port = port(serving);
            var connecting =
                loop.createTask(
                    () -> loop.createConnection(this::recorder, "127.0.0.1", port, client));
            silent.untilReceived(1);
            connecting.cancel();
            assertThatThrownBy(connecting::await).isInstanceOf(CancelledError.class);
            silent.untilLost();
          }
          var quiet = recorder();
          try (var serving = serve(() -> quiet)) {
            int port = port(serving);
            assertThatThrownBy(
                    () ->
                        loop.createConnection(
                            this::recorder,
                            "127.0.0.1",
                            port,
                            client.sslHandshakeTimeout(Duration.ofMillis(20))))
                .isInstanceOf(IOException.class);
            quiet.untilLost();
          }
        });
  }

  // EL-91
  @Test
  void anUpgradeGivesItsEngineBackWhetherItSucceedsOrNot() throws Exception {
    run(
        () -> {
          for (String name : new String[] {"localhost", "wrong.test"}) {
            var one = recorder();
            var other = recorder();
            join(one, other);
            var upgrade =
                loop.createTask(
                    () ->
                        loop.startTls(
                            other.transport, other, servers, SslOptions.DEFAULT.serverSide(true)));
            try {
              one.transport =
                  loop.startTls(
                      one.transport, one, clients, SslOptions.DEFAULT.serverHostname(name));
              assertThat(name).isEqualTo("localhost");
            } catch (IOException e) {
              assertThat(name).isEqualTo("wrong.test");
            }
            try {
              upgrade.await();
            } catch (IOException e) {
              assertThat(name).isEqualTo("wrong.test");
            }
            one.transport.close();
            one.untilLost();
            other.untilLost();
          }
        });
  }

  @Test
  void aLoopThatIsClosedGivesAllEnginesBack() throws Exception {
    try (var _ = LogRecorder.start()) {
      run(
          () -> {
            var accepted = new Recorder(loop);
            try (var serving = serve(() -> accepted, server)) {
              loop.createConnection(() -> new Recorder(loop), "127.0.0.1", port(serving), client);
              accepted.until(() -> !accepted.calls.isEmpty());
            }
          });
      loop.close();
    }
  }
}
