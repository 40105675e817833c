// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// In which context a connection's protocol is called, on any loop that can connect (EL-79).
public abstract class ConnectionContextContract {
  private static final String LOCALHOST = "127.0.0.1";

  /// More than a connection takes while its peer does not read.
  private static final int HUGE = 16 * 1024 * 1024;

  /// Lets a loop poll.
  private static final Duration POLL = Duration.ofMillis(1);

  private static final ContextVar<String> TRAIL = ContextVar.of("trail", "nobody");

  private final List<ExceptionContext> reports = new ArrayList<>();
  private EventLoop loop;

  /// Makes the loop of one test.
  protected abstract EventLoop newLoop();

  @BeforeEach
  public void openLoop() {
    loop = newLoop();
    loop.setExceptionHandler((_, context) -> reports.add(context));
  }

  @AfterEach
  public void closeLoop() {
    loop.close();
    assertThat(reports).isEmpty();
  }

  /// Adds a word to what the context has.
  private static void leave(String word) {
    TRAIL.set(TRAIL.get() + " " + word);
  }

  /// Leaves a word in its context with each call, and tells of the end.
  private static final class Walker implements Protocol {
    private final Future<String> lost;
    private final Future<@Nullable Void> data;
    private final Future<@Nullable Void> paused;
    private @Nullable Transport transport;

    Walker(EventLoop loop) {
      this.lost = loop.createFuture();
      this.data = loop.createFuture();
      this.paused = loop.createFuture();
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      this.transport = (Transport) transport;
      leave("made");
    }

    @Override
    public void dataReceived(ByteBuffer bytes) {
      if (!data.done()) {
        leave("data");
        data.setResult(null);
      }
    }

    @Override
    public void pauseWriting() {
      leave("pause");
      paused.setResult(null);
    }

    @Override
    public void resumeWriting() {
      leave("resume");
    }

    @Override
    public boolean eofReceived() {
      leave("eof");
      return true;
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      leave("lost");
      lost.setResult(TRAIL.get());
    }
  }

  private Server serve(Supplier<Walker> factory) throws Exception {
    return loop.createServer(factory, LOCALHOST, 0);
  }

  private Connection<Transport, Walker> connect(Server server, Supplier<Walker> factory)
      throws Exception {
    int port = ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
    return loop.createConnection(factory, LOCALHOST, port);
  }

  /// Does something in a context where the variable has another value.
  private static void as(String value, Runnable action) {
    Context.copyContext()
        .run(
            () -> {
              TRAIL.set(value);
              action.run();
            });
  }

  // EL-79
  @Test
  public void whatTheFactoryOfAServerSetsIsSeenByItsConnectionAndByNoOther() throws Exception {
    loop.runUntilComplete(
        () -> {
          var seenByFactory = new ArrayList<String>();
          var accepted = new ArrayList<Walker>();
          try (var server =
              serve(
                  () -> {
                    seenByFactory.add(TRAIL.get());
                    TRAIL.set("user " + accepted.size());
                    accepted.add(new Walker(loop));
                    return accepted.getLast();
                  })) {
            for (int i = 0; i < 3; i++) {
              var client = connect(server, () -> new Walker(loop));
              client.transport().write(new byte[1]);
              client.transport().close();
              client.protocol().lost.await();
            }
            for (int i = 0; i < 3; i++) {
              // A connection may be long under way before it is accepted.
              while (accepted.size() <= i) {
                Asyncio.sleep(POLL);
              }
              accepted.get(i).data.await();
              accepted.get(i).transport.close();
              assertThat(accepted.get(i).lost.await()).startsWith("user " + i + " made data");
            }
          }
          assertThat(seenByFactory).containsOnly("nobody");
          assertThat(TRAIL.get()).isEqualTo("nobody");
        });
  }

  // EL-79
  @Test
  public void aServedConnectionRunsInACopyOfTheContextThatItsServerWasMadeIn() throws Exception {
    loop.runUntilComplete(
        () -> {
          TRAIL.set("maker");
          var accepted = new Walker(loop);
          var options = ServerOptions.DEFAULT.startServing(false);
          try (var server = loop.createServer(() -> accepted, LOCALHOST, 0, options)) {
            TRAIL.set("starter");
            server.startServing();
            TRAIL.set("client");
            connect(server, () -> new Walker(loop)).transport().close();
            while (accepted.transport == null) {
              Asyncio.sleep(POLL);
            }
            TRAIL.set("closer");
            accepted.transport.close();

            assertThat(accepted.lost.await()).startsWith("maker made").endsWith("lost");
          }
          assertThat(TRAIL.get()).isEqualTo("closer");
        });
  }

  // EL-79; each call sees what the one before has set
  @Test
  public void allCallsToTheProtocolOfOneConnectionShareItsContextWhoeverCausesThem()
      throws Exception {
    loop.runUntilComplete(
        () -> {
          var accepted = new Walker(loop);
          TRAIL.set("server");
          try (var server = serve(() -> accepted)) {
            TRAIL.set("client");
            var client = connect(server, () -> new Walker(loop));
            var ours = client.transport();
            as("sender", () -> ours.write(new byte[1]));
            accepted.data.await();
            var theirs = accepted.transport;
            as("reader", ours::pauseReading);
            as("writer", () -> theirs.write(new byte[HUGE]));
            accepted.paused.await();
            as("reader", theirs::pauseReading);
            as("reader", theirs::resumeReading);
            as("reader", ours::resumeReading);
            while (theirs.getWriteBufferSize() > 0) {
              Asyncio.sleep(POLL);
            }
            ours.writeEof();
            as("closer", ours::abort);

            assertThat(client.protocol().lost.await()).isEqualTo("client made data lost");
            as("closer", theirs::abort);
            assertThat(accepted.lost.await())
                .startsWith("server made data pause resume")
                .endsWith("lost");
          }
        });
  }

  // a client's factory is called by its caller, and the connection has what the caller has
  // then
  @Test
  public void aClientsConnectionSeesWhatItsFactoryHasSetAndSoDoesTheCaller() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var server = serve(() -> new Walker(loop))) {
            TRAIL.set("caller");
            var client =
                connect(
                    server,
                    () -> {
                      leave("factory");
                      return new Walker(loop);
                    });
            assertThat(TRAIL.get()).isEqualTo("caller factory");
            TRAIL.set("closer");
            client.transport().close();

            assertThat(client.protocol().lost.await()).isEqualTo("caller factory made lost");
            server.closeClients();
          }
        });
  }
}
