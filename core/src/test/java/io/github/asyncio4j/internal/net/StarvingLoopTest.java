// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No connection is left half open when there is no memory to queue a callback or to report.
final class StarvingLoopTest {
  private StarvingLoop loop;
  private final List<ExceptionContext> reports = new ArrayList<>();

  @BeforeEach
  void openLoop() throws Exception {
    loop = new StarvingLoop();
    loop.setExceptionHandler((_, context) -> reports.add(context));
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  /// Notes its calls, and completes a future with them when the connection is lost.
  private static final class Noting implements Protocol {
    final List<String> calls = new ArrayList<>();
    final Future<String> lost;
    private final @Nullable Error failure;
    @Nullable Transport transport;

    Noting(StarvingLoop loop, @Nullable Error failure) {
      this.lost = loop.createFuture();
      this.failure = failure;
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      this.transport = (Transport) transport;
      calls.add("made");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      calls.add("data");
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      calls.add("lost");
      lost.setResult(exc == null ? "null" : String.valueOf(exc.getCause()));
    }
  }

  @Test
  void aConnectionIsToldOfItsEndThoughThereIsNoMemoryToQueueIt() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var client = new Noting(loop, null);
            var transport =
                loop.createConnection(() -> client, "127.0.0.1", listener.getLocalPort())
                    .transport();
            loop.starve("callSoon", 0, 1);
            transport.abort();

            assertThat(transport.isClosing()).isTrue();
            assertThat(client.calls).containsExactly("made");
            assertThat(client.lost.await()).isEqualTo("null");
            assertThat(client.calls).containsExactly("made", "lost");
          }
          assertThat(reports).isEmpty();
        });
  }

  @Test
  void aFailureThatThereWasNoMemoryToReportIsReportedWithTheEndOfItsConnection() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var failure = new OutOfMemoryError("its own");
            var client = new Noting(loop, failure);
            loop.createConnection(() -> client, "127.0.0.1", listener.getLocalPort());
            loop.starve("callExceptionHandler", 0, 1);
            try (var peer = listener.accept()) {
              peer.getOutputStream().write(1);
              assertThat(client.lost.await()).isEqualTo(failure.toString());
            }
            Asyncio.sleep(Duration.ZERO);
            assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.exception()).isSameAs(failure));
          }
        });
  }

  @Test
  void aConnectionThatThereIsNoMemoryToStartIsClosedAndNeverTold() throws Exception {
    loop.runUntilComplete(
        () -> {
          var accepted = new ArrayList<Noting>();
          try (var server =
              loop.createServer(
                  () -> {
                    accepted.add(new Noting(loop, null));
                    // The first of its callbacks is queued, the second is not.
                    if (accepted.size() == 1) {
                      loop.starve("callSoon", 1, 1);
                    }
                    return accepted.getLast();
                  },
                  "127.0.0.1",
                  0)) {
            var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
            for (int i = 0; i < 2; i++) {
              var client = new Noting(loop, null);
              var transport =
                  loop.createConnection(() -> client, "127.0.0.1", address.getPort()).transport();
              while (accepted.size() <= i || (i == 1 && accepted.get(1).transport == null)) {
                Asyncio.sleep(Duration.ofMillis(1));
              }
              transport.close();
              client.lost.await();
            }
            assertThat(accepted.get(0).calls).isEmpty();
            assertThat(accepted.get(1).calls).contains("made");
            server.abortClients();
          }
          assertThat(reports)
              .singleElement()
              .satisfies(
                  report -> assertThat(report.exception()).isInstanceOf(OutOfMemoryError.class));
        });
  }

  // Pipes and children.

  @Test
  void anEndOfAPipeThatThereIsNoMemoryToConnectIsWatchedByNobody() throws Exception {
    loop.runUntilComplete(
        () -> {
          var pipe = Pipe.open(SocketTier.NIO);
          loop.starve("chunks", 0, 1);

          assertThatThrownBy(
                  () -> loop.connectWritePipe(() -> new BaseProtocol() {}, pipe.writer()))
              .isInstanceOf(OutOfMemoryError.class);

          assertThat(pipe.writer().isOpen()).isFalse();
          pipe.reader().close();
        });
    try (var log = LogRecorder.start()) {
      loop.close();
      assertThat(log.messages()).isEmpty();
    }
  }

  /// Notes what is told of a child.
  private static final class Child implements SubprocessProtocol {
    final List<String> calls = new ArrayList<>();
    final Future<@Nullable Void> lost;

    Child(StarvingLoop loop) {
      this.lost = loop.createFuture();
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable Exception exc) {
      calls.add("pipe " + fd);
    }

    @Override
    public void processExited() {
      calls.add("exited");
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      calls.add("lost");
      lost.setResult(null);
    }
  }

  // The k-th failure, until none is left to fail.
  @Test
  void theEndOfAChildIsToldWhicheverCallThereIsNoMemoryToQueue() throws Exception {
    for (int k = 0; k < 12; k++) {
      int passing = k;
      loop.runUntilComplete(
          () -> {
            var child = new Child(loop);
            var cat = loop.subprocessExec(() -> child, "cat").transport();
            loop.starve("callSoon", passing, 1);
            ((WriteTransport) cat.getPipeTransport(0)).close();
            child.lost.await();
            loop.starve("callSoon", 0, 0);
            assertThat(child.calls)
                .as("failure %s", passing)
                .containsExactlyInAnyOrder("pipe 0", "pipe 1", "pipe 2", "exited", "lost")
                .endsWith("lost");
          });
    }
    reports.clear();
  }

  @Test
  void aChildThatThereIsNoMemoryToJoinIsGone() throws Exception {
    for (int k = 0; k < 12; k++) {
      int passing = k;
      loop.runUntilComplete(
          () -> {
            var child = new Child(loop);
            loop.starve("callSoon", passing, 1);
            try {
              var cat = loop.subprocessExec(() -> child, "cat").transport();
              loop.starve("callSoon", 0, 0);
              cat.close();
              child.lost.await();
            } catch (OutOfMemoryError e) {
              assertThat(e).hasMessage("injected");
            }
            // One that was never joined is waited for by a thread.
            while (ProcessHandle.current().children().findAny().isPresent()) {
              Asyncio.sleep(Duration.ofMillis(1));
            }
          });
    }
    reports.clear();
  }
}
