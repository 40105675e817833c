// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How a datagram endpoint is made, on any loop that has some; and what its tests share.
public abstract class DatagramEndpointContract {
  protected static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  protected static final InetSocketAddress ANY_PORT_6 =
      new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

  protected EventLoop loop;
  private final List<ExceptionContext> reports = new ArrayList<>();
  protected final List<DatagramRecorder> recorders = new ArrayList<>();

  /// Makes the loop of one test.
  protected abstract EventLoop newLoop() throws Exception;

  /// Opens a socket that the loop can watch.
  protected abstract Socket newSocket(StandardProtocolFamily family, SocketType type)
      throws IOException;

  /// Returns what is open, to be compared.
  protected abstract Object openSockets() throws IOException;

  /// Tells whether a connected socket sends empty datagrams.
  protected abstract boolean sendsEmptyWhenConnected();

  private Object openBefore;

  @BeforeEach
  public final void openLoop() throws Exception {
    openBefore = openSockets();
    loop = newLoop();
    loop.setExceptionHandler((_, context) -> reports.add(context));
  }

  @AfterEach
  public final void nothingIsLeft() throws Exception {
    loop.close();

    assertThat(reports).isEmpty();
    assertThat(recorders).allSatisfy(recorder -> assertThat(recorder.breaches).isEmpty());
    assertThat(openSockets()).isEqualTo(openBefore);
  }

  protected final void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(() -> Asyncio.timeout(Duration.ofSeconds(100), body));
  }

  protected final DatagramRecorder recorder() {
    return watched(new DatagramRecorder(loop));
  }

  protected final <R extends DatagramRecorder> R watched(R recorder) {
    recorders.add(recorder);
    return recorder;
  }

  protected final DatagramRecorder bound() throws Exception {
    return joined(recorder(), ANY_PORT, null);
  }

  protected final DatagramRecorder connectedTo(DatagramRecorder remote) throws Exception {
    return joined(recorder(), null, remote.address());
  }

  protected final <R extends DatagramRecorder> R joined(
      R recorder, @Nullable SocketAddress local, @Nullable SocketAddress remote) throws Exception {
    loop.createDatagramEndpoint(() -> recorder, local, remote);
    return recorder;
  }

  protected final void closeAll() throws Exception {
    for (var recorder : recorders) {
      if (recorder.transport != null) {
        recorder.transport.close();
        recorder.untilLost();
      }
    }
    // The JDK closes a channel that is registered in its next poll.
    Asyncio.sleep(Duration.ofMillis(1));
  }

  protected static ByteBuffer bytes(String text) {
    return StandardCharsets.US_ASCII.encode(text);
  }

  protected final ExceptionContext onlyReport() {
    assertThat(reports).hasSize(1);
    return reports.removeFirst();
  }

  // EL-60
  @Test
  public void anIpv6EndpointExchangesDatagrams() throws Exception {
    run(
        () -> {
          var server = joined(recorder(), ANY_PORT_6, null);
          var client = connectedTo(server);

          client.transport.sendto(bytes("six"));
          server.untilReceived(1);

          assertThat(server.texts()).containsExactly("six");
          assertThat(server.senders).containsExactly(client.address());
          closeAll();
        });
  }

  // TP-05, EL-60
  @Test
  public void theTransportKnowsItsSocketAndItsNames() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);

          assertThat(server.transport.getExtraInfo("peername")).isNull();
          assertThat(client.transport.getExtraInfo("peername")).isEqualTo(server.address());
          assertThat(client.address()).isNotNull();
          assertThat(client.transport.getExtraInfo("socket")).isNotNull();
          assertThat(client.transport.getExtraInfo("sslcontext")).isNull();
          assertThat(client.transport.getProtocol()).isSameAs(client);
          assertThat(client.transport.getWriteBufferLimits()).isEqualTo(WriteBufferLimits.DEFAULT);
          closeAll();
        });
  }

  // EL-63
  @Test
  public void withBroadcastAllowedTheRemoteAddressIsOnlyWhereToSend() throws Exception {
    run(
        () -> {
          var server = bound();
          var stranger = bound();
          var client = recorder();
          loop.createDatagramEndpoint(
              () -> client,
              ANY_PORT,
              server.address(),
              DatagramOptions.DEFAULT.allowBroadcast(true));

          assertThat(client.transport.getExtraInfo("peername")).isNull();
          client.transport.sendto(bytes("to all"));
          server.untilReceived(1);
          stranger.transport.sendto(bytes("from a stranger"), client.address());
          client.untilReceived(1);

          assertThat(client.texts()).containsExactly("from a stranger");
          assertThatThrownBy(() -> client.transport.sendto(bytes("x"), stranger.address()))
              .isInstanceOf(IllegalArgumentException.class);
          closeAll();
        });
  }

  // EL-60
  @Test
  public void aConnectedEndpointHearsNobodyElse() throws Exception {
    run(
        () -> {
          var server = bound();
          var stranger = bound();
          var client = connectedTo(server);

          stranger.transport.sendto(bytes("from a stranger"), client.address());
          client.transport.sendto(bytes("hello"));
          server.untilReceived(1);
          server.transport.sendto(bytes("answer"), client.address());
          client.untilReceived(1);

          assertThat(client.texts()).containsExactly("answer");
          closeAll();
        });
  }

  // EL-60
  @Test
  public void aFamilyAloneMakesAnUnboundEndpointThatCanSend() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = recorder();
          loop.createDatagramEndpoint(
              () -> client, DatagramOptions.DEFAULT.family(StandardProtocolFamily.INET));

          client.transport.sendto(bytes("hello"), server.address());
          server.untilReceived(1);
          server.transport.sendto(bytes("answer"), server.senders.getFirst());
          client.untilReceived(1);

          assertThat(client.texts()).containsExactly("answer");
          closeAll();
        });
  }

  // EL-60
  @Test
  public void aSocketIsTakenAsItIs() throws Exception {
    run(
        () -> {
          var server = bound();
          var socket = newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM);
          socket.connect(server.address());
          var client = recorder();
          loop.createDatagramEndpoint(() -> client, DatagramOptions.DEFAULT.sock(socket));

          client.transport.sendto(bytes("hello"));
          server.untilReceived(1);
          assertThat(client.transport.getExtraInfo("peername")).isEqualTo(server.address());
          closeAll();
          assertThat(socket.isOpen()).isFalse();
        });
  }

  //
  @Test
  public void aSocketHasOneTransport() throws Exception {
    run(
        () -> {
          var socket = newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM);
          socket.bind(ANY_PORT);
          var options = DatagramOptions.DEFAULT.sock(socket);
          var first = recorder();
          loop.createDatagramEndpoint(() -> first, options);

          assertThatThrownBy(() -> loop.createDatagramEndpoint(this::recorder, options))
              .isInstanceOf(IllegalStateException.class);
          assertThat(socket.isOpen()).isTrue();
          closeAll();
        });
  }

  // EL-60
  @Test
  public void nonsenseIsRefusedAndNothingStaysOpen() throws Exception {
    run(
        () -> {
          assertThatThrownBy(() -> joined(recorder(), null, null))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageStartingWith("unexpected address family: null; ");
          assertThatThrownBy(() -> joined(recorder(), ANY_PORT, ANY_PORT_6))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("port out of range: 0");
          var six = new InetSocketAddress(ANY_PORT_6.getAddress(), 9);
          assertThatThrownBy(() -> joined(recorder(), ANY_PORT, six))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageStartingWith("can not get address information");
          var inet = DatagramOptions.DEFAULT.family(StandardProtocolFamily.INET);
          assertThatThrownBy(
                  () -> loop.createDatagramEndpoint(this::recorder, ANY_PORT_6, null, inet))
              .isInstanceOf(UnknownHostException.class);
          try (var stream = newSocket(StandardProtocolFamily.INET, SocketType.STREAM)) {
            assertThatThrownBy(
                    () ->
                        loop.createDatagramEndpoint(
                            this::recorder, DatagramOptions.DEFAULT.sock(stream)))
                .isInstanceOf(IllegalArgumentException.class);
            assertThat(stream.isOpen()).isTrue();
          }
          try (var socket = newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
            assertThatThrownBy(
                    () ->
                        loop.createDatagramEndpoint(
                            this::recorder,
                            ANY_PORT,
                            null,
                            inet.sock(socket).reusePort(true).allowBroadcast(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                    "localAddr=/127.0.0.1:0, family=INET, reusePort=true, allowBroadcast=true");
            assertThat(socket.isOpen()).isTrue();
          }
        });
  }

  // EL-60, R-85
  @Test
  public void anAddressInUseIsNamedAndAFactoryThatFailsLeavesNothingOpen() throws Exception {
    run(
        () -> {
          var server = bound();

          assertThatThrownBy(() -> joined(recorder(), server.address(), null))
              .isInstanceOf(BindException.class)
              .hasMessageContaining(server.address().toString());
          assertThatThrownBy(
                  () ->
                      loop.createDatagramEndpoint(
                          () -> {
                            throw new IllegalStateException("no protocol today");
                          },
                          ANY_PORT,
                          null))
              .hasMessage("no protocol today");
          closeAll();
        });
  }

  // EL-62
  @Test
  public void endpointsShareAPortIfAllOfThemSaySo() throws Exception {
    run(
        () -> {
          var options = DatagramOptions.DEFAULT.reusePort(true);
          var first = recorder();
          loop.createDatagramEndpoint(() -> first, ANY_PORT, null, options);
          var second = recorder();
          loop.createDatagramEndpoint(() -> second, first.address(), null, options);

          assertThat(second.address()).isEqualTo(first.address());
          assertThatThrownBy(() -> joined(recorder(), first.address(), null))
              .isInstanceOf(BindException.class);
          closeAll();
        });
  }
}
