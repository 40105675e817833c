// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.internal.ffi.DescriptorCensus;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.stream.Streams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Connects and accepts that are cancelled at any moment, and connections that come and go beside
/// each other: no descriptor is lost, closed twice, or taken for another one (B19, B20 of the fault
/// catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ConnectFaultTest extends NetTest {
  private DescriptorCensus census;
  private Native.Installed installed;

  ConnectFaultTest(LoopKind kind) {
    super(kind);
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    census = new DescriptorCensus(Native.syscalls());
    installed = Native.install(census);
    super.openLoop();
  }

  @AfterEach
  @Override
  void nothingIsLeft() throws Exception {
    try {
      super.nothingIsLeft();
      assertThat(census.breaches()).isEmpty();
      assertThat(census.open()).isZero();
    } finally {
      installed.close();
    }
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 10));
  }

  @Override
  List<InetAddress> addressesOf(String name) {
    return List.of(InetAddress.ofLiteral("127.0.0.1"));
  }

  /// Runs a body, and cancels it when some iterations have passed.
  private static void cancelled(int iterations, Coroutine<?> body) throws Exception {
    cancelled(iterations, Asyncio.createTask(body));
  }

  private static void cancelled(int iterations, Task<?> task) throws Exception {
    pass(iterations);
    task.cancel();
    try {
      task.await();
    } catch (CancelledError e) {
      assertThat(task.cancelled()).isTrue();
    } catch (IOException e) {
      // The server was the first.
    }
  }

  private static void pass(int iterations) {
    for (int i = 0; i < iterations; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  // B19, R-38, R-85: uvloop#645
  @Test
  void whateverIsCancelledAtWhateverMomentNoDescriptorIsLostOrClosedTwice() throws Exception {
    int seeds = Load.of(300, 10_000);
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          var plain = serve(() -> added(accepted), ServerOptions.DEFAULT);
          var tls = serve(() -> added(accepted), ServerOptions.DEFAULT.ssl(TlsKit.server()));
          var client = ConnectionOptions.DEFAULT.ssl(TlsKit.client()).serverHostname("localhost");
          try (var listener = open()) {
            listener.bind(at("127.0.0.1", 0));
            listener.listen(100);
            for (int seed = 0; seed < seeds; seed++) {
              var random = new Random(seed);
              try {
                play(random, plain, tls, client, listener);
              } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed, e);
              }
            }
          }
          for (var server : List.of(plain, tls)) {
            server.close();
            server.abortClients();
            server.waitClosed();
          }
          assertThat(accepted).allMatch(r -> r.calls.isEmpty() || r.isLost());
          assertQuiet();
        });
  }

  private Recorder added(List<Recorder> to) {
    to.add(recorder());
    return to.getLast();
  }

  private Socket open() throws IOException {
    return Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
  }

  private void play(
      Random random, Server plain, Server tls, ConnectionOptions client, Socket listener)
      throws Exception {
    int moment = random.nextInt(14);
    switch (random.nextInt(6)) {
      // By name: a lookup, a connect, a protocol.
      case 0 ->
          cancelled(
              moment,
              () -> {
                loop.createConnection(this::recorder, "one", port(plain)).transport().close();
                return null;
              });
      case 1 ->
          cancelled(
              5 * moment,
              () -> {
                loop.createConnection(this::recorder, "one", port(tls), client).transport().close();
                return null;
              });
      // The server goes while it accepts.
      case 2 -> {
        var server = serve(this::recorder);
        int port = port(server);
        var connecting =
            Asyncio.createTask(
                () -> {
                  loop.createConnection(this::recorder, "127.0.0.1", port).transport().close();
                  return null;
                });
        pass(moment / 2);
        server.close();
        server.abortClients();
        cancelled(moment, connecting);
        server.waitClosed();
      }
      // A raw socket, which is still to be closed.
      case 3 -> {
        try (var socket = open()) {
          cancelled(
              moment / 4,
              () -> {
                loop.sockConnect(socket, Objects.requireNonNull(listener.getsockname()));
                return null;
              });
        }
        acceptAll(listener);
      }
      // A connection that comes while an accept is cancelled is there for the next one.
      case 4 -> {
        acceptAll(listener);
        try (var peer = open()) {
          var accepting = Asyncio.createTask(() -> loop.sockAccept(listener));
          pass(moment / 4);
          var connecting =
              Asyncio.createTask(
                  () -> {
                    loop.sockConnect(peer, Objects.requireNonNull(listener.getsockname()));
                    return null;
                  });
          pass(moment % 4);
          accepting.cancel();
          connecting.await();
          try {
            accepting.await().close();
          } catch (CancelledError e) {
            loop.sockAccept(listener).close();
          }
        }
      }
      default ->
          cancelled(
              moment,
              () -> {
                try (var connection = Streams.openConnection(loop, "one", port(plain))) {
                  return connection.reader().read(1);
                }
              });
    }
    poll();
  }

  private static void acceptAll(Socket listener) throws IOException {
    for (var socket = listener.accept(); socket != null; socket = listener.accept()) {
      socket.close();
    }
  }

  // B20: uvloop#738
  @Test
  void noWordReachesAnotherConnectionWhileOthersAreCancelledAndClosed() throws Exception {
    int workers = Load.of(16, 64);
    int words = Load.of(2_000, 200_000) / workers;
    run(
        () -> {
          var servers = new ArrayList<Server>();
          // Several, since a port that was left cannot be connected from again for a while.
          for (int i = 0; i < 4; i++) {
            servers.add(
                Streams.startServer(
                    loop,
                    (reader, writer) -> {
                      try (writer) {
                        byte[] line = reader.readline();
                        while (line.length > 0) {
                          writer.write(line);
                          writer.drain();
                          line = reader.readline();
                        }
                      } catch (IOException e) {
                        // The client has gone.
                      }
                    },
                    "127.0.0.1",
                    0));
          }
          var talking = new ArrayList<Task<Integer>>();
          for (int w = 0; w < workers; w++) {
            int worker = w;
            talking.add(loop.createTask(() -> talk(servers, worker, words)));
          }
          int echoed = 0;
          for (var worker : talking) {
            echoed += worker.await();
          }
          assertThat(echoed).isEqualTo(words * workers);
          for (var server : servers) {
            server.close();
            server.waitClosed();
          }
          assertQuiet();
        });
  }

  /// Returns how many words came back as they were sent.
  private int talk(List<Server> servers, int worker, int words) throws Exception {
    var random = new Random(worker);
    int echoed = 0;
    for (int said = 0; said < words; ) {
      int port = port(servers.get(random.nextInt(servers.size())));
      cancelled(random.nextInt(8), () -> say(port, "doomed " + worker));
      var connection = Streams.openConnection(loop, "127.0.0.1", port);
      try (var writer = connection.writer()) {
        for (int i = Math.min(words - said, 1 + random.nextInt(40)); i > 0; i--) {
          String word = worker + "/" + said++;
          writer.write(word + "\n");
          if ((word + "\n").equals(text(connection.reader().readline()))) {
            echoed++;
          }
        }
        switch (random.nextInt(3)) {
          case 0 -> writer.transport().abort();
          // An answer that nobody reads.
          case 1 -> writer.write("unread " + worker + "\n");
          default -> {}
        }
      }
    }
    return echoed;
  }

  private Object say(int port, String word) throws Exception {
    var connection = Streams.openConnection(loop, "127.0.0.1", port);
    try (var writer = connection.writer()) {
      writer.write((word + "\n").getBytes(US_ASCII));
      return connection.reader().readline();
    }
  }
}
