// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.DelegatingEngine;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.TlsKit.Name;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.stream.ClientConnected;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.stream.Streams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// TLS that is used in unusual ways, or whose guests fail, many times (C9, C11, C12, C16, C22 of
/// the fault catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsLoadTest extends TlsTest {
  private static final SSLContext CONTEXT = TlsKit.server();

  TlsLoadTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 20));
  }

  /// Counts how often in a row an engine was asked to encrypt and did nothing.
  private static final class WrapCounter extends DelegatingEngine {
    private final AtomicInteger most;
    private int inRow;

    WrapCounter(SSLEngine engine, AtomicInteger most) {
      super(engine);
      this.most = most;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] srcs, int offset, int length, ByteBuffer dst)
        throws SSLException {
      SSLEngineResult result = super.wrap(srcs, offset, length, dst);
      boolean nothing =
          result.bytesProduced() == 0
              && result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW;
      inRow = nothing ? inRow + 1 : 0;
      most.accumulateAndGet(inRow, Math::max);
      return result;
    }
  }

  /// Makes engines of a server that count.
  private record WrapCounters(AtomicInteger most) implements SslEngineFactory {
    private static final SslEngineFactory ENGINES = SslEngineFactory.of(TlsKit.server());

    @Override
    public SSLEngine newEngine(Side side, @Nullable String host, int port) {
      return new WrapCounter(ENGINES.newEngine(side, host, port), most);
    }

    @Override
    public boolean supportsHalfClose() {
      return ENGINES.supportsHalfClose();
    }
  }

  // C9: UNDERTOW-1493
  @Test
  void halvesThatEndWhileMuchWaitsEndInOrderAndNothingSpins() throws Exception {
    byte[] all = pattern(10_000_000);
    var most = new AtomicInteger();
    var counting = new WrapCounters(most);
    run(
        () -> {
          for (int round = 0; round < Load.of(4, 40); round++) {
            var client = recorder();
            var accepted = recorder();
            client.keepOpenAtEof = true;
            accepted.keepOpenAtEof = true;
            try (var server = serve(() -> accepted, ServerOptions.DEFAULT.ssl(counting))) {
              connect(() -> client, server, clientOptions);
              accepted.until(() -> !accepted.calls.isEmpty());
            }
            client.transport.pauseReading();
            accepted.transport.write(all);
            assertThat(accepted.transport.getWriteBufferSize()).isPositive();
            if (round % 2 == 0) {
              accepted.transport.writeEof();
            }
            client.transport.write(bytes("question"));
            client.transport.writeEof();
            accepted.until(() -> accepted.calls.contains("eof"));
            if (round % 4 < 2) {
              assertQuiet();
            }
            client.transport.resumeReading();
            client.untilReceived(all.length);
            if (round % 2 != 0) {
              accepted.transport.write(bytes("more"));
              accepted.transport.writeEof();
            }
            client.until(() -> client.calls.contains("eof"));
            assertThat(
                    Arrays.equals(client.received.toByteArray(), 0, all.length, all, 0, all.length))
                .isTrue();
            assertThat(client.received.size() - all.length).isEqualTo(round % 2 == 0 ? 0 : 4);
            assertThat(accepted.text()).isEqualTo("question");
            client.transport.close();
            accepted.transport.close();
            client.untilLost();
            accepted.untilLost();
            assertThat(client.lostTo).isNull();
            assertThat(accepted.lostTo).isNull();
          }
          assertQuiet();
        });
    assertThat(most.get()).isLessThanOrEqualTo(2);
  }

  // C11: CVE-2009-3555, CVE-2011-1473
  @Test
  void clientsThatAskForAnotherHandshakeAreRefusedAndNobodyWaits() throws Exception {
    int count = Load.of(5, 100);
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          try (var server =
              serve(
                  () -> {
                    accepted.add(recorder());
                    return accepted.getLast();
                  },
                  server("TLSv1.2"))) {
            int port = port(server);
            // What is compiled meanwhile is not the server's fault.
            many(Load.of(1, 100), _ -> askForAnotherHandshake(port));
            try (var lag = new LagMeter(loop)) {
              many(count, _ -> askForAnotherHandshake(port));
              assertThat(lag.p99Millis()).isLessThan(Load.of(60_000, 20));
            }
            while (accepted.size() < count + Load.of(1, 100)) {
              poll();
            }
            for (var recorder : accepted) {
              recorder.untilLost();
              assertThat(recorder.lostTo).hasMessageContaining("renegotiation");
            }
            end(server);
          }
          assertQuiet();
        });
  }

  private static void askForAnotherHandshake(int port) throws Exception {
    try (var peer = peer(port)) {
      assertThatThrownBy(
              () -> {
                peer.startHandshake();
                peer.getInputStream().read();
              })
          .isInstanceOf(IOException.class);
    }
  }

  // C12: gh-142352, NO-STARTTLS
  @Test
  void whatIsPutBehindTheCommandToUpgradeIsNeverRead() throws Exception {
    int count = Load.of(20, 1000);
    var refused = new AtomicInteger();
    run(
        () -> {
          ClientConnected handler =
              (reader, writer) -> {
                try (writer) {
                  reader.readline();
                  writer.startTls(CONTEXT, SslOptions.DEFAULT);
                } catch (IOException e) {
                  assertThat(reader.readNowait()).isEmpty();
                  refused.incrementAndGet();
                }
              };
          try (var server = Streams.startServer(loop, handler, "127.0.0.1", 0)) {
            int port = port(server);
            many(
                count,
                n -> {
                  try (var peer = EnginePeer.connect(port, "TLSv1.3")) {
                    peer.send("STARTTLS\r\nRSET\r\n".getBytes(US_ASCII));
                    if (n % 2 == 0) {
                      peer.send(peer.hello());
                    }
                    peer.readAll();
                  } catch (IOException e) {
                    // The server was the first.
                  }
                });
            end(server);
          }
          assertThat(refused.get()).isEqualTo(count);
          assertQuiet();
        });
  }

  // C12: PROXY protocol
  @Test
  void aHelloInTheSegmentOfWhatComesBeforeItIsNeverLost() throws Exception {
    int count = Load.of(20, 1000);
    run(
        () -> {
          ClientConnected handler =
              (reader, writer) -> {
                try (writer) {
                  reader.readline();
                  writer.startTls(CONTEXT, SslOptions.DEFAULT);
                  writer.write(reader.readexactly(4));
                  writer.drain();
                }
              };
          try (var server = Streams.startServer(loop, handler, "127.0.0.1", 0)) {
            int port = port(server);
            many(
                count,
                n -> {
                  try (var peer = EnginePeer.connect(port, n % 2 == 0 ? "TLSv1.2" : "TLSv1.3")) {
                    peer.sendFirst("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".getBytes(US_ASCII));
                    peer.handshake();
                    byte[] word = {'w', (byte) n, (byte) (n >> 8), '!'};
                    peer.send(peer.wrapped(word));
                    assertThat(peer.read(4)).isEqualTo(word);
                    peer.send(peer.goodbye());
                    peer.endOutput();
                    peer.readAll();
                  }
                });
            end(server);
          }
          assertQuiet();
        });
  }

  // C16: CVE-2026-21637
  @Test
  void whatGuestsOfAServerThrowCostsOneConnection() throws Exception {
    int count = Load.of(20, 1000);
    var known = TlsKit.of(List.of(Name.CLIENT), List.of(Name.LOCALHOST));
    run(
        () -> {
          for (var guest : Guest.values()) {
            ServerOptions options =
                ServerOptions.DEFAULT.ssl(guest.server()).sslParameters(guest::prepare);
            try (var server = serve(this::recorder, options)) {
              for (int i = 0; i < count / Guest.values().length; i++) {
                var client = recorder();
                String version = i % 2 == 0 ? "TLSv1.2" : "TLSv1.3";
                var failure =
                    catchThrowable(
                        () ->
                            connect(
                                () -> client,
                                server,
                                ConnectionOptions.DEFAULT
                                    .ssl(known)
                                    .serverHostname("localhost")
                                    .sslParameters(
                                        p -> {
                                          p.setProtocols(new String[] {version});
                                          p.setApplicationProtocols(new String[] {"x"});
                                        })));
                if (failure == null) {
                  // A client of TLS 1.3 is done before the server has looked at its certificate,
                  // and
                  // after an error the JDK's engine knows no other alert than a goodbye.
                  assertThat(guest).isEqualTo(Guest.TRUST);
                  client.untilLost();
                  assertThat(client.lostTo == null || client.lostTo instanceof SSLException)
                      .isTrue();
                } else {
                  // An alert, in whatever words.
                  assertThat(failure).as("%s", guest).isInstanceOf(SSLException.class);
                }
              }
              end(server);
            }
            // A failure that is no business of TLS is told, for each connection.
            reports.removeIf(report -> report.exception().toString().contains("of a guest"));
          }
          assertQuiet();
          try (var server = serveTls(this::recorder)) {
            var client = recorder();
            connect(() -> client, server, clientOptions).transport().close();
            client.untilLost();
            end(server);
          }
        });
  }

  /// Who is called in a handshake of a server.
  private enum Guest {
    SNI {
      @Override
      void prepare(SSLParameters parameters) {
        parameters.setSNIMatchers(
            List.of(
                new SNIMatcher(0) {
                  @Override
                  public boolean matches(SNIServerName name) {
                    throw failure();
                  }
                }));
      }
    },
    ALPN {
      @Override
      SslEngineFactory server() {
        return (side, host, port) -> {
          var engine = SslEngineFactory.of(TlsKit.server()).newEngine(side, host, port);
          engine.setHandshakeApplicationProtocolSelector(
              (_, _) -> {
                throw failure();
              });
          return engine;
        };
      }
    },
    KEYS {
      @Override
      SslEngineFactory server() throws Exception {
        return SslEngineFactory.of(
            TlsGuests.context(new KeyManager[] {new TlsGuests.FailingKeys(Guest::failure)}));
      }
    },
    TRUST {
      @Override
      SslEngineFactory server() throws Exception {
        return SslEngineFactory.of(
            TlsGuests.context(
                TlsKit.keyManagers("PKIX", List.of(Name.LOCALHOST)).getKeyManagers(),
                new TlsGuests.FailingTrust(Guest::failure)));
      }

      @Override
      void prepare(SSLParameters parameters) {
        parameters.setNeedClientAuth(true);
      }
    };

    // One exception after the other, one of them an error.
    static final AtomicInteger CALLS = new AtomicInteger();

    static RuntimeException failure() {
      int call = CALLS.incrementAndGet() % 3;
      if (call == 0) {
        throw new AssertionError("of a guest");
      }
      return call == 1
          ? new IllegalStateException("of a guest")
          : new NullPointerException("of a guest");
    }

    SslEngineFactory server() throws Exception {
      return SslEngineFactory.of(TlsKit.server());
    }

    void prepare(SSLParameters parameters) {}
  }

  // C22
  @Test
  void muchGoesThroughTlsInsideOfTlsInBothDirections() throws Exception {
    long bytes = Load.of(2_000_000, 100_000_000);
    run(
        () -> {
          var there = new CRC32C();
          var served = loop.<long[]>createFuture();
          ClientConnected handler =
              (reader, writer) -> {
                try (writer) {
                  reader.readline();
                  writer.startTls(CONTEXT, SslOptions.DEFAULT);
                  var sending = loop.createTask(() -> SummedStreams.send(writer, bytes, 1));
                  long received = SummedStreams.receive(reader, there);
                  served.setResult(new long[] {received, sending.await()});
                }
              };
          try (var server = Streams.startServer(loop, handler, "127.0.0.1", 0, serverOptions)) {
            var connection = Streams.openConnection(loop, "127.0.0.1", port(server), clientOptions);
            try (StreamWriter writer = connection.writer()) {
              writer.write("STARTTLS\n");
              writer.startTls(TlsKit.client(), SslOptions.DEFAULT.serverHostname("localhost"));
              var sending = loop.createTask(() -> SummedStreams.send(writer, bytes, 2));
              var received = new CRC32C();
              assertThat(SummedStreams.receive(connection.reader(), received)).isEqualTo(bytes);
              long sumThere = sending.await();
              var ends = served.await();
              assertThat(ends[0]).isEqualTo(bytes);
              assertThat(there.getValue()).isEqualTo(sumThere);
              assertThat(received.getValue()).isEqualTo(ends[1]);
            }
            end(server);
          }
          assertQuiet();
        });
  }
}
