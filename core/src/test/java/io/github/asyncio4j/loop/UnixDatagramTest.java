// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.UnixNameAddress;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What createDatagramEndpoint promises about unix sockets. Only the native tier has such.
@ParameterizedClass
@EnumSource(value = LoopKind.class, mode = EnumSource.Mode.MATCH_ALL, names = "EPOLL_.*")
final class UnixDatagramTest extends NetTest {
  private static final DatagramOptions UNIX =
      DatagramOptions.DEFAULT.family(StandardProtocolFamily.UNIX);

  @TempDir private Path directory;
  private final List<DatagramRecorder> endpoints = new ArrayList<>();

  UnixDatagramTest(LoopKind kind) {
    super(kind);
  }

  @AfterEach
  void noCallWasOutOfOrder() {
    assertThat(endpoints).allSatisfy(endpoint -> assertThat(endpoint.breaches).isEmpty());
  }

  private SocketAddress at(String name) {
    return UnixDomainSocketAddress.of(directory.resolve(name));
  }

  private DatagramRecorder datagramRecorder() {
    var recorder = new DatagramRecorder(loop);
    endpoints.add(recorder);
    return recorder;
  }

  private DatagramRecorder endpoint(
      @Nullable SocketAddress local, @Nullable SocketAddress remote, DatagramOptions options)
      throws Exception {
    var recorder = datagramRecorder();
    loop.createDatagramEndpoint(() -> recorder, local, remote, options);
    return recorder;
  }

  private DatagramRecorder endpoint(@Nullable SocketAddress local, @Nullable SocketAddress remote)
      throws Exception {
    return endpoint(local, remote, DatagramOptions.DEFAULT);
  }

  private void closeAll() throws Exception {
    for (var endpoint : endpoints) {
      if (endpoint.transport != null) {
        endpoint.transport.close();
        endpoint.untilLost();
      }
    }
  }

  // EL-61
  @Test
  void twoEndpointsExchangeDatagramsOverTheirPaths() throws Exception {
    run(
        () -> {
          var server = endpoint(at("server"), null);
          var client = endpoint(at("client"), at("server"));

          client.transport.sendto(bytes("ping"));
          server.untilReceived(1);
          server.transport.sendto(bytes("pong"), server.senders.getFirst());
          client.untilReceived(1);

          assertThat(server.texts()).containsExactly("ping");
          assertThat(server.senders).containsExactly(at("client"));
          assertThat(client.texts()).containsExactly("pong");
          assertThat(client.senders).containsExactly(at("server"));
          assertThat(client.transport.getExtraInfo("peername")).isEqualTo(at("server"));
          assertThat(server.transport.getExtraInfo("sockname")).isEqualTo(at("server"));
          assertThat(server.transport.getExtraInfo("peername")).isNull();
          assertThat(client.transport.getExtraInfo("peercred")).isNull();
          closeAll();
        });
  }

  // EL-61
  @Test
  void abstractNamesAreHeardAndSentTo() throws Exception {
    run(
        () -> {
          var names = "asyncio4j-" + directory.getFileName() + "-" + kind;
          var serverName = UnixNameAddress.of(names + "-server");
          // As long as a name can be: longer than what the cache of senders keeps.
          var clientName = UnixNameAddress.of((names + "-".repeat(107)).substring(0, 107));
          var server = endpoint(serverName, null, UNIX);
          var client = endpoint(clientName, null);

          client.transport.sendto(bytes("ping"), serverName);
          server.untilReceived(1);
          server.transport.sendto(bytes("pong"), server.senders.getFirst());
          client.untilReceived(1);

          assertThat(server.senders).containsExactly(clientName);
          assertThat(client.senders).containsExactly(serverName);
          assertThat(server.transport.getExtraInfo("sockname")).isEqualTo(serverName);
          closeAll();
        });
  }

  // EL-61, EL-60
  @Test
  void aSenderWithoutANameHasNoAddress() throws Exception {
    run(
        () -> {
          var server = endpoint(at("server"), null);
          var connected = endpoint(null, at("server"));
          var free = endpoint(null, null, UNIX);

          connected.transport.sendto(bytes("one"));
          server.untilReceived(1);
          free.transport.sendto(bytes("two"), at("server"));
          server.untilReceived(2);

          assertThat(server.texts()).containsExactly("one", "two");
          assertThat(server.senders).containsExactly(null, null);
          closeAll();
        });
  }

  // EL-61, R-116
  @Test
  void theFileStaysWhenTheEndpointIsClosedAndTheNextOneReplacesIt() throws Exception {
    run(
        () -> {
          for (int i = 0; i < 2; i++) {
            var server = endpoint(at("server"), null);
            server.transport.close();
            server.untilLost();
            assertThat(directory.resolve("server")).exists();
          }
        });
  }

  // EL-61
  @Test
  void aSocketThatIsInUseLosesItsPath() throws Exception {
    run(
        () -> {
          var first = endpoint(at("server"), null);
          var second = endpoint(at("server"), null);
          var client = endpoint(null, at("server"));

          client.transport.sendto(bytes("hello"));
          second.untilReceived(1);

          assertThat(first.received).isEmpty();
          closeAll();
        });
  }

  // EL-61
  @Test
  void whatIsNoSocketIsLeftAlone() throws Exception {
    run(
        () -> {
          Files.writeString(directory.resolve("server"), "precious");

          assertThatThrownBy(() -> endpoint(at("server"), null))
              .isInstanceOf(BindException.class)
              .hasMessageContaining(directory.resolve("server").toString());
          assertThat(directory.resolve("server")).hasContent("precious");
        });
  }

  // EL-61, R-85
  @Test
  void anEndpointThatFailsTakesItsFileWithIt() throws Exception {
    run(
        () -> {
          assertThatThrownBy(() -> endpoint(at("client"), at("nowhere")))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessageContaining(directory.resolve("nowhere").toString());
          assertThat(directory).isEmptyDirectory();
          assertThatThrownBy(
                  () ->
                      loop.createDatagramEndpoint(
                          () -> {
                            throw new IllegalStateException("no protocol today");
                          },
                          at("client"),
                          null))
              .hasMessage("no protocol today");
          assertThat(directory).isEmptyDirectory();
          assertThatThrownBy(() -> endpoint(at("no/such/directory"), null))
              .isInstanceOf(NoSuchFileException.class);
        });
  }

  // EL-61, R-85
  @Test
  void aCallThatIsCancelledTakesItsFileWithIt() throws Exception {
    run(
        () -> {
          var recorder = datagramRecorder();
          var task =
              loop.createTask(
                  () -> {
                    loop.createDatagramEndpoint(
                        () -> {
                          Asyncio.currentTask().cancel();
                          return recorder;
                        },
                        at("client"),
                        null);
                  });

          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          recorder.untilLost();
          assertThat(directory).isEmptyDirectory();
        });
  }

  // EL-61, R-113
  @Test
  void aNameThatNobodyHasIsToldAndTheEndpointLivesOn() throws Exception {
    run(
        () -> {
          var gone = endpoint(at("gone"), null);
          gone.transport.close();
          gone.untilLost();
          var server = endpoint(at("server"), null);
          var client = endpoint(null, null, UNIX);

          client.transport.sendto(bytes("x"), at("nowhere"));
          client.untilErrors(1);
          client.transport.sendto(bytes("x"), at("gone"));
          client.untilErrors(2);
          client.transport.sendto(bytes("x"), UnixNameAddress.of("asyncio4j-nobody-has-this"));
          client.untilErrors(3);
          client.transport.sendto(bytes("hello"), at("server"));
          server.untilReceived(1);

          assertThat(client.errors.get(0))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessageContaining(directory.resolve("nowhere").toString());
          assertThat(client.errors.get(1))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining(directory.resolve("gone").toString());
          assertThat(client.errors.get(2))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("@asyncio4j-nobody-has-this");
          closeAll();
        });
  }

  // EL-61, R-113
  @Test
  void aPeerThatIsClosedIsToldToAConnectedEndpoint() throws Exception {
    run(
        () -> {
          var server = endpoint(at("server"), null);
          var client = endpoint(null, at("server"));
          server.transport.close();
          server.untilLost();

          client.transport.sendto(bytes("x"));
          client.untilErrors(1);

          assertThat(client.errors.getFirst()).isInstanceOf(ConnectException.class);
          assertThat(client.isLost()).isFalse();
          closeAll();
        });
  }

  // EL-63
  @Test
  void withBroadcastAllowedTheRemoteAddressIsOnlyWhereToSend() throws Exception {
    run(
        () -> {
          var server = endpoint(at("server"), null);
          var client =
              endpoint(at("client"), at("server"), DatagramOptions.DEFAULT.allowBroadcast(true));
          var stranger = endpoint(null, null, UNIX);

          client.transport.sendto(bytes("hello"));
          server.untilReceived(1);
          stranger.transport.sendto(bytes("from a stranger"), at("client"));
          client.untilReceived(1);

          assertThat(client.transport.getExtraInfo("peername")).isNull();
          closeAll();
        });
  }

  // EL-60, EL-61
  @Test
  void nonsenseIsRefusedAndNothingStaysOpen() throws Exception {
    run(
        () -> {
          var inet = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9);
          assertThatThrownBy(() -> endpoint(at("client"), inet))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("not the address of a unix socket: /127.0.0.1:9");
          assertThatThrownBy(() -> endpoint(inet, null, UNIX))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("not the address of a unix socket: /127.0.0.1:9");
          assertThatThrownBy(
                  () ->
                      endpoint(
                          at("client"),
                          null,
                          DatagramOptions.DEFAULT.family(StandardProtocolFamily.INET)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("not a host and a port: " + at("client"));
          assertThatThrownBy(() -> endpoint(UnixDomainSocketAddress.of(""), null))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("path is empty: ''");
          assertThatThrownBy(() -> endpoint(at("client"), null, UNIX.reusePort(true)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("reusePort=true");
          assertThatThrownBy(() -> endpoint(at("n".repeat(108)), null))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining("at most 107");
          assertThat(directory).isEmptyDirectory();
        });
  }

  //
  @Test
  void anAddressThatCannotBeSentToIsRefusedAtTheCall() throws Exception {
    run(
        () -> {
          var client = endpoint(null, null, UNIX);
          for (var wrong :
              List.of(
                  at("n".repeat(108)),
                  UnixDomainSocketAddress.of(""),
                  new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9))) {
            assertThatThrownBy(() -> client.transport.sendto(bytes("x"), wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong.toString());
          }
          closeAll();
        });
  }

  // D4
  @Test
  void sizesAndOrderAreKeptByAConnectedEndpointAndByOneThatIsNot() throws Exception {
    run(
        () -> {
          var server = endpoint(at("server"), null);
          int[] sizes = {0, 1, 511, 4096, 65_507, 65_508, 150_000, 0, 7};
          int sent = 0;
          for (var client : List.of(endpoint(null, at("server")), endpoint(null, null, UNIX))) {
            boolean connected = client.transport.getExtraInfo("peername") != null;
            for (int i = 0; i < 10 * sizes.length; i++) {
              client.transport.sendto(
                  ByteBuffer.allocate(sizes[i % sizes.length]), connected ? null : at("server"));
              sent++;
            }
            server.untilReceived(sent);
            assertThat(client.errors).isEmpty();
          }

          for (int i = 0; i < sent; i++) {
            assertThat(server.received.get(i)).hasSize(sizes[i % sizes.length]);
          }
          closeAll();
        });
  }

  // D4
  @Test
  void aDatagramThatIsTooLargeToBeReceivedIsToldAndDroppedAndTheNextOnesArrive() throws Exception {
    run(
        () -> {
          var server = endpoint(at("server"), null);
          try (var sender =
              Socket.open(SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.DATAGRAM)) {
            sender.setOption(java.net.StandardSocketOptions.SO_SNDBUF, 200_000);
            sender.connect(at("server"));
            int told = 0;
            for (int first : new int[] {300_000, 262_145, 262_144, 1}) {
              // One alone, and some that are received together.
              for (int i = 0; i < 2; i++) {
                int size = first;
                assertThat(Fds.send(sender.fileno(), size)).isEqualTo(size);
                assertThat(sender.send(bytes("next"))).isEqualTo(4);
                int before = server.received.size();
                told += size > 262_144 ? 1 : 0;
                server.untilErrors(told);
                server.untilReceived(before + (size > 262_144 ? 1 : 2));
                assertThat(server.received.getLast()).isEqualTo(bytes("next").array());
              }
            }
            assertThat(server.errors)
                .hasSize(4)
                .allSatisfy(e -> assertThat(e).hasMessageContaining("more than 262144 bytes"));
          }
          closeAll();
        });
  }

  // A socket that is not connected is always writable, whoever is to receive.
  @Test
  void aTaskThatSendsToAReceiverThatDoesNotReadCostsNoProcessor() throws Exception {
    run(
        () -> {
          for (boolean connected : new boolean[] {true, false}) {
            var name = at(connected ? "peer" : "stranger");
            try (var receiver =
                    Socket.open(
                        SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.DATAGRAM);
                var sender =
                    Socket.open(
                        SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.DATAGRAM)) {
              receiver.bind(name);
              if (connected) {
                sender.connect(name);
              }
              var address = connected ? null : name;
              int sent = 0;
              while (sender.sendto(bytes("x"), address)) {
                sent++;
              }
              var sending = loop.createTask(() -> loop.sockSendto(sender, bytes("x"), address));
              passIterations();
              long before = selector.selects();
              Asyncio.sleep(Duration.ofMillis(200));
              assertThat(selector.selects() - before).isLessThan(50);
              assertThat(sending.done()).isFalse();

              for (int i = 0; i < sent; i++) {
                loop.sockRecvfrom(receiver, 1);
              }
              assertThat(sending.await()).isEqualTo(1);
              loop.sockRecvfrom(receiver, 1);

              for (int i = 0; i < sent; i++) {
                assertThat(sender.sendto(bytes("x"), address)).isTrue();
              }
              var cancelled = loop.createTask(() -> loop.sockSendto(sender, bytes("x"), address));
              Asyncio.sleep(Duration.ofMillis(20));
              cancelled.cancel();
              assertThatThrownBy(cancelled::await)
                  .isInstanceOf(io.github.asyncio4j.CancelledError.class);
              var closed = loop.createTask(() -> loop.sockSendto(sender, bytes("x"), address));
              Asyncio.sleep(Duration.ofMillis(20));
              loop.createTask(sender::close).await();
              assertThatThrownBy(closed::await).isInstanceOf(java.io.IOException.class);
            }
          }
        });
  }

  //
  @Test
  void aReceiverThatDoesNotReadCostsNoProcessorAndGetsAllInTheEnd() throws Exception {
    run(
        () -> {
          int count = 100;
          for (boolean connected : new boolean[] {true, false}) {
            var name = at(connected ? "peer" : "stranger");
            try (var receiver =
                Socket.open(SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.DATAGRAM)) {
              receiver.bind(name);
              var client = connected ? endpoint(null, name) : endpoint(null, null, UNIX);
              for (int i = 0; i < count; i++) {
                client.transport.sendto(new byte[] {(byte) i}, connected ? null : name);
              }
              assertThat(client.transport.getWriteBufferSize()).isPositive();
              long before = selector.selects();
              Asyncio.sleep(Duration.ofMillis(200));
              assertThat(selector.selects() - before).isLessThan(50);

              client.transport.close(); // What is buffered goes out nevertheless.
              for (int i = 0; i < count; i++) {
                var datagram = loop.sockRecvfrom(receiver, 100);
                assertThat(datagram.data().get()).isEqualTo((byte) i);
                assertThat(datagram.address()).isNull();
              }
              client.untilLost();
              assertThat(client.errors).isEmpty();
            }
          }
        });
  }

  //
  @Test
  void anAbortEndsTheWaitForAReceiverThatDoesNotRead() throws Exception {
    run(
        () -> {
          try (var receiver =
              Socket.open(SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.DATAGRAM)) {
            receiver.bind(at("server"));
            var client = endpoint(null, null, UNIX);
            for (int i = 0; i < 100; i++) {
              client.transport.sendto(bytes("x"), at("server"));
            }
            Asyncio.sleep(Duration.ofMillis(5));
            client.transport.abort();
            client.untilLost();
            assertThat(client.lostTo).isNull();
          }
        });
  }
}
