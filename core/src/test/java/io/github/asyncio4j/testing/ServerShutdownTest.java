// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.ServedProtocol;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerShutdown;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.stream.ClientConnected;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How a server shuts down (EL-150 to EL-156), in virtual time.
@ParameterizedClass
@EnumSource(Engine.class)
final class ServerShutdownTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final TestLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> events = new ArrayList<>();

  ServerShutdownTest(Engine engine) {
    loop = engine.newLoop(0, LinkConditions.PLAIN);
    failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingIsLeft() {
    loop.runUntilIdle();
    assertThat(loop.pendingTasks()).isEmpty();
    assertThat(loop.network().openSockets()).isZero();
    loop.close();
    assertThat(failures.unexpected()).isEmpty();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private Duration now() {
    return Duration.ofNanos(loop.time());
  }

  private static Server serve(ClientConnected handler) throws IOException {
    return Asyncio.startServer(handler, "localhost", 80);
  }

  /// Serves a client that is there before this returns.
  private Server serveOne(ClientConnected handler) throws Exception {
    var server = serve(handler);
    var client = Asyncio.openConnection("localhost", 80);
    loop.createTask(
        () -> {
          try (client) {
            client.reader().read();
            events.add("client sees the end at " + now().toSeconds());
          } catch (IOException e) {
            events.add("client is reset at " + now().toSeconds());
          }
        });
    Asyncio.sleep(SECOND);
    return server;
  }

  @Test
  void withoutAConnectionItIsOverAtOnce() throws Exception {
    run(
        () -> {
          var server = serve((_, writer) -> writer.close());
          assertThat(server.shutdown(GRACE))
              .isEqualTo(new ServerShutdown(0, 0, 0, Duration.ZERO))
              .matches(ServerShutdown::isClean);
          assertThat(server.isServing()).isFalse();
          assertThatThrownBy(() -> Asyncio.openConnection("localhost", 80))
              .isInstanceOf(IOException.class);
          assertThat(server.shutdown(GRACE).isClean()).isTrue();
        });
  }

  @Test
  void aHandlerHasTheTimeOfGraceToFinish() throws Exception {
    run(
        () -> {
          var server =
              serveOne(
                  (_, writer) -> {
                    Asyncio.sleep(SECOND.multipliedBy(20));
                    writer.write("done");
                    writer.close();
                  });
          var report = server.shutdown(GRACE);
          assertThat(report).isEqualTo(new ServerShutdown(1, 0, 0, SECOND.multipliedBy(19)));
          Asyncio.sleep(SECOND);
          assertThat(events).containsExactly("client sees the end at 20");
        });
  }

  @Test
  void aHandlerThatIsLateIsCancelledAndWaitedForAndItsConnectionAborted() throws Exception {
    run(
        () -> {
          var server =
              serveOne(
                  (reader, writer) -> {
                    try (writer) {
                      reader.read();
                    } finally {
                      Asyncio.sleep(SECOND);
                      events.add("cleaned up at " + now().toSeconds());
                    }
                  });
          var report = server.shutdown(GRACE);
          assertThat(report).isEqualTo(new ServerShutdown(1, 1, 1, GRACE.plus(SECOND)));
          assertThat(report.isClean()).isFalse();
          assertThat(events).containsExactly("client sees the end at 31", "cleaned up at 32");
        });
  }

  @Test
  void aHandlerThatOutlivesItsConnectionBelongsToTheServer() throws Exception {
    run(
        () -> {
          var server =
              serveOne(
                  (_, writer) -> {
                    writer.close();
                    Asyncio.sleep(SECOND.multipliedBy(10));
                    events.add("handler ends at " + now().toSeconds());
                  });
          assertThat(server.shutdown(GRACE))
              .isEqualTo(new ServerShutdown(0, 0, 0, SECOND.multipliedBy(9)));
          assertThat(events).endsWith("handler ends at 10");
        });
  }

  @Test
  void theExceptionOfAHandlerIsReportedOnce() throws Exception {
    run(
        () -> {
          var server =
              serveOne(
                  (_, _) -> {
                    Asyncio.sleep(SECOND.multipliedBy(2));
                    throw new IOException("no more");
                  });
          assertThat(server.shutdown(GRACE).isClean()).isTrue();
        });
    System.gc();
    loop.runUntilIdle();
    assertThat(failures.take())
        .singleElement()
        .satisfies(context -> assertThat(context.exception()).hasMessage("no more"));
  }

  /// A protocol that ends when it is told.
  private class Told implements Protocol, ServedProtocol {
    private @Nullable Transport transport;

    @Override
    public void connectionMade(BaseTransport made) {
      transport = (Transport) made;
    }

    @Override
    public void serverShutdown() {
      events.add("told at " + now().toSeconds());
      loop.callLater(SECOND, () -> java.util.Objects.requireNonNull(transport).close());
    }
  }

  @Test
  void aProtocolThatWantsToKnowIsTold() throws Exception {
    run(
        () -> {
          var server = loop.createServer(Told::new, "localhost", 80);
          try (var client = Asyncio.openConnection("localhost", 80)) {
            Asyncio.sleep(SECOND);
            assertThat(server.shutdown(GRACE)).isEqualTo(new ServerShutdown(1, 0, 0, SECOND));
            assertThat(client.reader().read()).isEmpty();
          }
          assertThat(events).containsExactly("told at 1");
        });
  }

  @Test
  void aProtocolIsToldAfterItsConnectionWasMadeHoweverLateThatCame() throws Exception {
    run(
        () -> {
          var made = new ArrayList<Told>();
          var server =
              loop.createServer(
                  () -> {
                    var told = new Told();
                    made.add(told);
                    return told;
                  },
                  "localhost",
                  80);
          var client = loop.createTask(() -> Asyncio.openConnection("localhost", 80));
          while (made.isEmpty()) {
            Asyncio.sleep(Duration.ZERO);
          }
          assertThat(server.shutdown(GRACE).isClean()).isTrue();
          assertThat(made).allMatch(told -> told.transport != null);
          assertThat(events).containsExactly("told at 0");
          client.await().close();
        });
  }

  @Test
  void aProtocolThatFailsWhenItIsToldIsReportedAndItsConnectionClosed() throws Exception {
    run(
        () -> {
          var server =
              loop.createServer(
                  () ->
                      new Told() {
                        @Override
                        public void serverShutdown() {
                          throw new IllegalStateException("not now");
                        }
                      },
                  "localhost",
                  80);
          try (var client = Asyncio.openConnection("localhost", 80)) {
            Asyncio.sleep(SECOND);
            assertThat(server.shutdown(GRACE))
                .isEqualTo(new ServerShutdown(1, 0, 0, Duration.ZERO));
            assertThat(client.reader().read()).isEmpty();
          }
        });
    assertThat(failures.take())
        .singleElement()
        .satisfies(context -> assertThat(context.exception()).hasMessage("not now"));
  }

  @Test
  void aShutdownThatIsCancelledAbortsAtOnce() throws Exception {
    run(
        () -> {
          var server = serveOne((reader, _) -> reader.read());
          var shutdown = loop.createTask(() -> server.shutdown(GRACE));
          Asyncio.sleep(SECOND);
          shutdown.cancel();
          assertThatThrownBy(shutdown::await).isInstanceOf(CancelledError.class);
          server.waitClosed();
          Asyncio.sleep(Duration.ZERO);
          assertThat(now()).isEqualTo(SECOND.multipliedBy(2));
          Asyncio.sleep(SECOND);
        });
  }

  @Test
  void aHandlerThatShutsItsServerDownIsNotWaitedFor() throws Exception {
    run(
        () -> {
          var servers = new ArrayList<Server>();
          servers.add(
              serveOne(
                  (_, writer) -> {
                    writer.close();
                    Asyncio.sleep(SECOND.multipliedBy(3));
                    events.add(servers.getFirst().shutdown(GRACE).toString());
                  }));
          Asyncio.sleep(SECOND.multipliedBy(5));
          assertThat(events).endsWith(new ServerShutdown(0, 0, 0, Duration.ZERO).toString());
        });
  }

  @Test
  void eachStepIsLogged() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var server = serveOne((reader, _) -> reader.read());
            server.shutdown(SECOND);
          });
      assertThat(log.messages())
          .anyMatch(line -> line.endsWith(": 1 connections to end within PT1S"))
          .anyMatch(line -> line.endsWith("aborts 1 connections, cancels 1 handlers"))
          .anyMatch(line -> line.endsWith(": done after PT1S"));
    }
  }

  // EL-156, R-94
  @Test
  void aServerThatWaitsForIdleClientsSaysSoAfterTenSeconds() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var server =
                serveOne(
                    (reader, writer) -> {
                      try (writer) {
                        reader.read();
                      }
                    });
            var serving = loop.createTask(server::serveForever);
            Asyncio.sleep(SECOND);
            serving.cancel();
            Asyncio.sleep(SECOND.multipliedBy(10).minusNanos(1));
            assertThat(waits(log)).isEmpty();
            Asyncio.sleep(SECOND);
            assertThat(waits(log))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("peername="));
            server.closeClients();
            assertThatThrownBy(serving::await).isInstanceOf(CancelledError.class);
          });
      assertThat(waits(log)).hasSize(1);
    }
  }

  // EL-151
  @Test
  void aServerThatIsServingMayBeWaitedForInSilence() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var server =
                serveOne(
                    (reader, writer) -> {
                      try (writer) {
                        reader.read();
                      }
                    });
            var waiting = loop.createTask(server::waitClosed);
            Asyncio.sleep(Duration.ofHours(1));
            assertThat(waits(log)).isEmpty();
            server.close();
            Asyncio.sleep(SECOND.multipliedBy(9));
            server.abortClients();
            waiting.await();
            Asyncio.sleep(SECOND.multipliedBy(9));
          });
      assertThat(waits(log)).isEmpty();
    }
  }

  private static List<String> waits(LogRecorder log) {
    return log.messages().stream().filter(line -> line.contains("has been waited for")).toList();
  }

  @Test
  void aTimeThatIsNoneIsRefused() throws Exception {
    run(
        () -> {
          var server = serve((_, writer) -> writer.close());
          assertThatThrownBy(() -> server.shutdown(SECOND.negated()))
              .hasMessage("grace < 0: PT-1S");
          assertThat(server.isServing()).isTrue();
          server.close();
        });
  }
}
