// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/// A server whose connections do nothing, beside a timer that runs every ten milliseconds.
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
          try (Server server =
              loop.createServer(
                  program::newConnection,
                  "0.0.0.0",
                  portOf(args),
                  ServerOptions.DEFAULT.backlog(BACKLOG))) {
            Thread.ofPlatform().daemon().start(() -> program.answer());
            var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
            System.out.println("serving on " + address.getHostString() + ":" + address.getPort());
            server.serveForever();
          }
        });
  }

  private static int portOf(String[] args) {
    return args.length == 2 && args[0].equals("--port") ? Integer.parseInt(args[1]) : 0;
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
