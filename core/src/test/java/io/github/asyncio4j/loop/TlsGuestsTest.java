// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServedProtocol;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.stream.Streams;
import io.github.asyncio4j.transport.BaseTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What those that TLS calls may do, and what a server that ends does to connections under TLS.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsGuestsTest extends TlsTest {
  private static final SslOptions SERVER_SIDE = SslOptions.DEFAULT.serverSide(true);
  private static final SslOptions CLIENT_SIDE = SslOptions.DEFAULT.serverHostname("localhost");

  TlsGuestsTest(LoopKind kind) {
    super(kind);
  }

  //
  @Test
  void anInterruptInConnectionMadeLeavesNobodyWaitingForTheHandshake() throws Exception {
    var client =
        new Recorder(loop) {
          @Override
          public void connectionMade(BaseTransport transport) {
            super.connectionMade(transport);
            throw new KeyboardInterrupt();
          }
        };
    var accepted = recorder();
    var connecting = new ArrayList<Task<?>>();
    assertThatThrownBy(
            () ->
                run(
                    () -> {
                      var server = serveTls(() -> accepted);
                      connecting.add(
                          loop.createTask(() -> connect(() -> client, server, clientOptions)));
                      accepted.untilLost();
                      server.close();
                    }))
        .isInstanceOf(KeyboardInterrupt.class);
    run(
        () -> {
          connecting.getFirst().await();
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
          passIterations();
        });
    // The wait that the interrupt left behind.
    reports.removeIf(r -> "Task was destroyed but it is pending!".equals(r.message()));
  }

  // ST-11: the reader pauses the transport that the rest comes through.
  @Test
  void whatComesWithTheEndOfTheHandshakeMayBeMoreThanAReaderHolds() throws Exception {
    byte[] half = pattern(4_000);
    var received = new AtomicReference<byte[]>();
    run(
        () -> {
          try (var server =
              Streams.startServer(
                  loop,
                  (reader, writer) -> {
                    try (writer) {
                      reader.readexactly(1);
                      writer.write("!");
                      writer.startTls(TlsKit.server(), SslOptions.DEFAULT);
                      received.set(reader.readexactly(2 * half.length));
                      writer.write("thanks");
                    }
                  },
                  "127.0.0.1",
                  0,
                  ServerOptions.DEFAULT,
                  16)) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var below = new HeldSocket(port, HeldSocket.Mode.AS_GIVEN)) {
                    below.setSoTimeout(5_000);
                    below.getOutputStream().write('?');
                    assertThat(below.getInputStream().read()).isEqualTo('!');
                    below.mode(HeldSocket.Mode.HELD);
                    var peer = below.tls();
                    var sender = new Thread(below::sendHello);
                    sender.start();
                    peer.startHandshake();
                    sender.join();
                    peer.getOutputStream().write(half);
                    below.release();
                    below.mode(HeldSocket.Mode.AS_GIVEN);
                    peer.getOutputStream().write(half);
                    assertThat(peer.getInputStream().readAllBytes())
                        .isEqualTo("thanks".getBytes(US_ASCII));
                    peer.close();
                  }
                });
            end(server);
          }
        });
    assertThat(received.get()).hasSize(2 * half.length).startsWith(half).endsWith(half);
  }

  // ST-11
  @Test
  void anUpgradeThatIsRefusedLeavesTheUnreadBytesToTheReader() throws Exception {
    run(
        () -> {
          try (var server =
              Streams.startServer(
                  loop,
                  (reader, writer) -> {
                    try (writer) {
                      reader.readline();
                      assertThatThrownBy(
                              () ->
                                  writer.startTls(
                                      TlsKit.server(), SslOptions.DEFAULT.serverHostname("x")))
                          .isInstanceOf(IllegalArgumentException.class);
                      writer.write(reader.readline());
                    }
                  },
                  "127.0.0.1",
                  0)) {
            try (var connection = Streams.openConnection(loop, "127.0.0.1", port(server))) {
              connection.writer().write("one\ntwo\n");
              assertThat(connection.reader().read()).isEqualTo("two\n".getBytes(US_ASCII));
            }
            end(server);
          }
        });
  }

  // A key may be in slow hardware.
  @Test
  void aClientIsAskedForItsCertificateInAnotherThread() throws Exception {
    var threads = new ConcurrentLinkedQueue<String>();
    var keys =
        new TlsGuests.FailingKeys(() -> new IllegalStateException("asked for a key")) {
          @Override
          public @Nullable String chooseEngineClientAlias(
              String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
            threads.add(Thread.currentThread().getName());
            return null;
          }
        };
    var context = TlsGuests.context(new KeyManager[] {keys}, new TlsGuests.TrustsAll());
    run(
        () -> {
          for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            var accepted = recorder();
            ServerOptions options =
                serverOptions.sslParameters(
                    p -> {
                      p.setProtocols(new String[] {version});
                      p.setWantClientAuth(true);
                    });
            try (var server = serve(() -> accepted, options)) {
              var client = recorder();
              connect(() -> client, server, ConnectionOptions.DEFAULT.ssl(context));
              client.transport.write(bytes("hello"));
              accepted.untilReceived(5);
              client.transport.close();
              client.untilLost();
              accepted.untilLost();
            }
          }
        });
    assertThat(threads).hasSizeGreaterThanOrEqualTo(2);
    assertThat(threads).allSatisfy(name -> assertThat(name).startsWith("asyncio4j-tls-"));
  }

  // C16
  @Test
  void anErrorOfAKeyManagerEndsTheHandshakeAtOnce() throws Exception {
    var keys =
        new TlsGuests.FailingKeys(
            () -> {
              throw new AssertionError("of a guest");
            });
    var context = TlsGuests.context(new KeyManager[] {keys}, new TlsGuests.TrustsAll());
    run(
        () -> {
          try (var server =
              serve(this::recorder, serverOptions.sslParameters(p -> p.setNeedClientAuth(true)))) {
            assertThatThrownBy(
                    () ->
                        connect(
                            this::recorder,
                            server,
                            ConnectionOptions.DEFAULT
                                .ssl(context)
                                .sslHandshakeTimeout(Duration.ofSeconds(5))))
                .hasStackTraceContaining("of a guest");
            end(server);
          }
        });
    reports.clear();
  }

  // C1: what nobody waits for any more takes no time from those who wait.
  @Test
  void aHandshakeThatIsOverIsNotComputedAnyMore() throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    var asked = new AtomicInteger();
    var go = new CountDownLatch(1);
    var released = new CountDownLatch(threads + 1);
    var context = TlsGuests.context(new KeyManager[] {new SlowKeys(asked, go)});
    var engines = new ArrayList<SSLEngine>();
    var factory =
        new SslEngineFactory() {
          @Override
          public SSLEngine newEngine(Side side, @Nullable String host, int port) {
            SSLEngine engine = SslEngineFactory.of(context).newEngine(side, host, port);
            engines.add(engine);
            return engine;
          }

          @Override
          public void release(SSLEngine engine) {
            released.countDown();
          }
        };
    run(
        () -> {
          try (var server = serve(this::recorder, ServerOptions.DEFAULT.ssl(factory))) {
            var connecting = new ArrayList<Task<?>>();
            for (int i = 0; i < threads; i++) {
              connecting.add(loop.createTask(() -> connect(this::recorder, server, clientOptions)));
            }
            while (asked.get() < threads) {
              poll();
            }
            connecting.add(loop.createTask(() -> connect(this::recorder, server, clientOptions)));
            while (engines.size() <= threads
                || engines.getLast().getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
              poll();
            }
            server.abortClients();
            passIterations();
            go.countDown();
            for (var task : connecting) {
              assertThatThrownBy(task::await).isInstanceOf(IOException.class);
            }
            assertThat(blocking(() -> released.await(10, TimeUnit.SECONDS))).isTrue();
            end(server);
          }
        });
    assertThat(asked.get()).isEqualTo(threads);
  }

  // a server that has too many clients.
  @Test
  void aProtocolFactoryMayAbortAllClients() throws Exception {
    run(
        () -> {
          var made = new AtomicReference<@Nullable Server>();
          var server =
              serveTls(
                  () -> {
                    var own = made.get();
                    own.close();
                    own.abortClients();
                    return recorder();
                  });
          made.set(server);
          assertThatThrownBy(() -> connect(this::recorder, server, clientOptions))
              .isInstanceOf(IOException.class);
          loop.createTask(server::waitClosed).await();
        });
  }

  // EL-152
  @Test
  void aServerClosesItsClientsThatWereUpgradedInOrder() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            client.transport = connect(() -> client, server).transport();
            accepted.until(() -> !accepted.calls.isEmpty());
            var other =
                loop.createTask(
                    () ->
                        loop.startTls(accepted.transport, accepted, TlsKit.server(), SERVER_SIDE));
            client.transport =
                loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE);
            other.await();

            server.closeClients();

            client.untilLost();
            accepted.untilLost();
            assertThat(client.calls).containsExactly("made", "eof", "lost");
            end(server);
          }
        });
  }

  @Test
  void aServerThatShutsDownTellsNoProtocolBeforeItsHandshakeIsDone() throws Exception {
    run(
        () -> {
          var accepted = new Served(loop);
          var server = serveTls(() -> accepted);
          int port = port(server);
          var socket = blocking(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), port));
          try (socket) {
            while (!server.toString().contains("clients=1")) {
              poll();
            }
            var ending = loop.createTask(() -> server.shutdown(Duration.ofSeconds(5)));
            passIterations();
            assertThat(accepted.calls).isEmpty();
            blockingly(
                () -> {
                  var peer =
                      (SSLSocket)
                          TlsKit.client()
                              .getSocketFactory()
                              .createSocket(socket, "127.0.0.1", port, false);
                  peer.startHandshake();
                  assertThat(peer.getInputStream().read()).isEqualTo(-1);
                  peer.close();
                });
            ending.await();
            assertThat(accepted.calls).startsWith("made", "shutdown").last().isEqualTo("lost");
          }
        });
  }

  private static final class Served extends Recorder implements ServedProtocol {
    Served(EventLoop loop) {
      super(loop);
    }

    @Override
    public void serverShutdown() {
      calls.add("shutdown");
      transport.close();
    }
  }

  /// Waits when it is asked for a certificate, and has none.
  private static final class SlowKeys extends TlsGuests.FailingKeys {
    private final AtomicInteger asked;
    private final CountDownLatch go;

    SlowKeys(AtomicInteger asked, CountDownLatch go) {
      super(() -> new IllegalStateException("no certificate"));
      this.asked = asked;
      this.go = go;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      asked.incrementAndGet();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.chooseEngineServerAlias(keyType, issuers, engine);
    }
  }
}
