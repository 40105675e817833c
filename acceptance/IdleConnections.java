// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A server whose connections do nothing, beside a timer that runs every ten milliseconds.
///
/// `[--port N] [--kind plain|stream|tls] [--cert FILE --key FILE]`: what serves them, a protocol, a
/// task with streams, or a protocol under TLS.
///
/// For each line on standard input it prints how many connections are open and the longest lag of
/// the timer, in milliseconds, since the line before. It ends with its input.
final class IdleConnections {
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);
  // More than the clients open at once.
  private static final int BACKLOG = 1000;

  // Loop thread.
  private int open;
  private long longestLag;

  private final EventLoop loop;

  private IdleConnections(EventLoop loop) {
    this.loop = loop;
  }

  public static void main(String[] args) throws Exception {
    Asyncio.run(
        () -> {
          EventLoop loop = Asyncio.getRunningLoop();
          var program = new IdleConnections(loop);
          program.tick(loop.time() + PERIOD);
          try (Server server = program.start(optionsOf(args))) {
            Thread.ofPlatform().daemon().start(() -> program.answer());
            var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
            System.out.println("serving on " + address.getHostString() + ":" + address.getPort());
            server.serveForever();
          }
        });
  }

  private static Map<String, String> optionsOf(String[] args) {
    var options = new HashMap<>(Map.of("--port", "0", "--kind", "plain"));
    for (int i = 0; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    return options;
  }

  private Server start(Map<String, String> given) throws Exception {
    int port = Integer.parseInt(given.get("--port"));
    var options = ServerOptions.DEFAULT.backlog(BACKLOG);
    return switch (given.get("--kind")) {
      case "plain" -> loop.createServer(this::newConnection, "0.0.0.0", port, options);
      case "stream" -> Asyncio.startServer(this::serve, "0.0.0.0", port, options);
      case "tls" -> {
        var files =
            SslContextOptions.DEFAULT.loadCertChain(
                Path.of(given.get("--cert")), Path.of(given.get("--key")));
        yield loop.createServer(
            this::newConnection,
            "0.0.0.0",
            port,
            options.ssl(Ssl.createDefaultContext(Purpose.CLIENT_AUTH, files)));
      }
      default -> throw new IllegalArgumentException("no such kind: " + given.get("--kind"));
    };
  }

  private void serve(StreamReader reader, StreamWriter writer) throws IOException {
    open++;
    try (writer) {
      reader.read();
    } finally {
      open--;
    }
  }

  private void tick(long due) {
    longestLag = Math.max(longestLag, loop.time() - due);
    long next = loop.time() + PERIOD;
    loop.callAt(next, () -> tick(next));
  }

  private void answer() {
    try (var lines = new BufferedReader(new InputStreamReader(System.in))) {
      while (lines.readLine() != null) {
        loop.callSoonThreadsafe(this::report);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void report() {
    System.out.printf("open %d lag %.1f%n", open, longestLag / 1e6);
    longestLag = 0;
  }

  private Protocol newConnection() {
    return new Protocol() {
      @Override
      public void connectionMade(BaseTransport transport) {
        open++;
      }

      @Override
      public void dataReceived(ByteBuffer data) {}

      @Override
      public void connectionLost(Exception e) {
        open--;
      }
    };
  }
}
