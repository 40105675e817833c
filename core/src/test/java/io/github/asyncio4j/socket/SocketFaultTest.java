// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.SyscallRecorder;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a native socket does when the system fails it.
class SocketFaultTest {
  private static final long SEED = 20_250_925;

  private final FaultInjector faults = new FaultInjector(Native.syscalls(), SEED);
  private Socket listener;
  private Socket client;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = open();
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    listener.listen(100);
    client = open();
    connect(client);
    server = acceptOne();
  }

  @AfterEach
  void close() throws IOException {
    faults.clear();
    listener.close();
    client.close();
    server.close();
  }

  private Socket open() throws IOException {
    return Socket.open(faults, StandardProtocolFamily.INET, SocketType.STREAM);
  }

  private void connect(Socket socket) throws IOException {
    boolean connected = socket.connect(listener.getsockname());
    while (!connected) {
      connected = socket.finishConnect();
    }
  }

  private Socket acceptOne() throws IOException {
    Socket accepted = null;
    while (accepted == null) {
      accepted = listener.accept();
    }
    return accepted;
  }

  /// Sends random bytes in random ways and compares the checksums of what was sent and received.
  private void transfer(int total) throws IOException {
    var random = new SplittableRandom(SEED);
    var sentSum = new CRC32C();
    var receivedSum = new CRC32C();
    var bytes = new byte[4096];
    ByteBuffer heap = ByteBuffer.allocate(4096);
    ByteBuffer direct = ByteBuffer.allocateDirect(4096);
    int sent = 0;
    int received = 0;
    while (received < total) {
      if (sent < total) {
        random.nextBytes(bytes);
        int length = Math.min(random.nextInt(bytes.length) + 1, total - sent);
        int taken = sendSomehow(random.nextInt(3), bytes, length);
        sentSum.update(bytes, 0, taken);
        sent += taken;
      }
      ByteBuffer into = random.nextBoolean() ? heap : direct;
      into.clear();
      assertThat(server.recv(into)).isNotEqualTo(-1);
      into.flip();
      received += into.remaining();
      receivedSum.update(into);
    }

    assertThat(received).isEqualTo(sent);
    assertThat(receivedSum.getValue()).isEqualTo(sentSum.getValue());
  }

  private int sendSomehow(int way, byte[] bytes, int length) throws IOException {
    ByteBuffer heap = ByteBuffer.wrap(bytes, 0, length);
    return switch (way) {
      case 0 -> client.send(heap);
      case 1 -> client.send(ByteBuffer.allocateDirect(length).put(heap).flip());
      default ->
          (int)
              client.send(
                  new ByteBuffer[] {
                    heap.slice(0, length / 3), heap.slice(length / 3, length - length / 3)
                  },
                  0,
                  2);
    };
  }

  @Test
  void cutCallsLoseNothing() throws IOException {
    // B12
    faults.cut("recv", 7).cut("send", 7).cut("sendmsg", 7);

    transfer(300_000);
  }

  @Test
  void spuriousWouldBlockLosesNothing() throws IOException {
    // B13
    for (String call : List.of("recv", "send", "sendmsg")) {
      faults.failOften(call, 0.5, Errno.EAGAIN);
    }

    transfer(3_000_000);
  }

  @Test
  void interruptedCallsAreRepeated() throws IOException {
    // B14
    for (String call : List.of("recv", "send", "sendmsg", "accept4")) {
      faults.failOften(call, 0.3, Errno.EINTR);
    }

    transfer(1_000_000);
    try (Socket another = open()) {
      connect(another);
      acceptOne().close();
    }
  }

  @Test
  void anInterruptedConnectGoesOn() throws IOException {
    faults.failKth("connect", 1, Errno.EINTR);
    try (Socket another = open()) {
      connect(another);
      acceptOne().close();
      assertThat(another.getpeername()).isEqualTo(listener.getsockname());
    }
  }

  @Test
  void anInterruptedCloseIsNotRepeated() throws IOException {
    var recorded = new SyscallRecorder(Native.syscalls());
    var interrupted =
        new SyscallRecorder(new FaultInjector(recorded, SEED).failKth("close", 1, Errno.EINTR));
    Socket socket = Socket.open(interrupted, StandardProtocolFamily.INET, SocketType.STREAM);
    int fd = socket.fileno();

    socket.close();
    socket.close();

    assertThat(interrupted.count("close")).isEqualTo(1);
    Fds.close(fd);
  }

  @Test
  void aConnectionThatBrokeWhileItWaitedIsPassedOver() throws IOException {
    // B16
    for (int errno :
        new int[] {Errno.ECONNABORTED, Errno.EPROTO, Errno.EPERM, Errno.ENETDOWN, Errno.EINTR}) {
      try (Socket another = open()) {
        connect(another);
        faults.failKth("accept4", 1, errno).failKth("accept4", 2, errno);

        acceptOne().close();
      }
    }
  }

  @Test
  void anEndlessRowOfBrokenConnectionsGivesOthersATurn() throws IOException {
    faults.failOften("accept4", 1, Errno.ECONNABORTED);

    assertThat(listener.accept()).isNull();
  }

  @Test
  void exhaustionIsToldApartAndTheListenerLives() throws IOException {
    // B15, B16
    try (Socket another = open()) {
      connect(another);
      for (int errno : new int[] {Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM}) {
        faults.failKth("accept4", 1, errno);
        assertThatThrownBy(listener::accept)
            .isInstanceOf(ResourceExhaustedException.class)
            .hasMessageContaining("accept(fd " + listener.fileno() + "): " + Errno.name(errno));
      }

      acceptOne().close();
    }
    faults.failKth("socket", 1, Errno.EMFILE);
    assertThatThrownBy(this::open).isInstanceOf(ResourceExhaustedException.class);
  }

  @Test
  void everyFailedConnectHasTheRightException() throws IOException {
    // B17
    Map<Integer, Class<?>> expected =
        Map.of(
            Errno.ECONNREFUSED, ConnectException.class,
            Errno.ETIMEDOUT, ConnectException.class,
            Errno.EADDRNOTAVAIL, ConnectException.class,
            Errno.ENETUNREACH, NoRouteToHostException.class,
            Errno.EHOSTUNREACH, NoRouteToHostException.class,
            Errno.ENOBUFS, ResourceExhaustedException.class);
    for (Map.Entry<Integer, Class<?>> each : expected.entrySet()) {
      try (Socket another = open()) {
        faults.failKth("connect", 1, each.getKey());

        assertThatThrownBy(() -> another.connect(listener.getsockname()))
            .isInstanceOf(each.getValue())
            .hasMessageContaining(listener.getsockname().toString())
            .hasMessageContaining(Errno.name(each.getKey()));
      }
    }
  }

  @Test
  void everyFailedBindHasTheRightExceptionAndTellsTheReason() throws IOException {
    Map<Integer, Class<?>> expected =
        Map.of(
            Errno.EADDRINUSE, BindException.class,
            Errno.EACCES, BindException.class,
            Errno.EADDRNOTAVAIL, AddressNotAvailableException.class,
            Errno.ENOENT, SocketException.class,
            Errno.ENOBUFS, ResourceExhaustedException.class);
    for (Map.Entry<Integer, Class<?>> each : expected.entrySet()) {
      try (Socket another = open()) {
        faults.failKth("bind", 1, each.getKey());

        assertThatThrownBy(() -> another.bind(listener.getsockname()))
            .isInstanceOf(each.getValue())
            .hasMessageStartingWith("bind(fd " + another.fileno() + ", ")
            .hasMessageContaining(listener.getsockname().toString())
            .isInstanceOfSatisfying(
                SystemFailure.class,
                e -> assertThat(e.reason()).isEqualTo(Errno.describe(each.getKey())));
      }
    }
  }

  @Test
  void everyErrnoOfALostPeerIsAConnectionReset() {
    for (int errno : new int[] {Errno.ECONNRESET, Errno.EPIPE, Errno.ECONNABORTED}) {
      faults.failKth("recv", 1, errno).failKth("send", 1, errno).failKth("sendmsg", 1, errno);

      assertThatThrownBy(() -> server.recv(ByteBuffer.allocate(1)))
          .isInstanceOf(ConnectionResetException.class)
          .hasMessageContaining("recv(fd " + server.fileno() + "): " + Errno.name(errno));
      assertThatThrownBy(() -> server.send(ByteBuffer.allocate(1)))
          .isInstanceOf(ConnectionResetException.class);
      ByteBuffer[] two = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};
      assertThatThrownBy(() -> server.send(two, 0, 2)).isInstanceOf(ConnectionResetException.class);
      assertThat(two[0].hasRemaining()).isTrue();
    }
  }

  @Test
  void anotherSocketThatCannotBeMadeLeavesNothingOpen() throws IOException {
    long before = Descriptors.count();
    faults.failKth("fcntl", 1, Errno.EMFILE);
    assertThatThrownBy(listener::dup)
        .isInstanceOf(ResourceExhaustedException.class)
        .hasMessageContaining("fcntl(fd " + listener.fileno() + ", F_DUPFD_CLOEXEC)");
    faults.clear();
    for (int k = 1; k <= 3; k++) {
      faults.failKth("getsockopt", k, Errno.ENOBUFS);
      assertThatThrownBy(listener::dup).isInstanceOf(IOException.class);
      faults.clear();
    }
    faults.failKth("fcntl", 3, Errno.EINVAL);
    assertThatThrownBy(listener::dup).hasMessageContaining("EINVAL");

    assertThat(Descriptors.count()).isEqualTo(before);
    assertThat(listener.isOpen()).isTrue();
  }

  @Test
  void aFailedAdoptionLeavesTheDescriptorAlone() throws IOException {
    long before = Descriptors.count();
    var failing = new FaultInjector(Native.syscalls(), SEED).failKth("fcntl", 1, Errno.EINVAL);

    try (Native.Installed _ = Native.install(failing)) {
      assertThatThrownBy(() -> Socket.ofDescriptor(client.fileno()))
          .hasMessageContaining("fcntl(fd " + client.fileno() + ")");
    }

    assertThat(Descriptors.count()).isEqualTo(before);
    assertThat(client.isOpen()).isTrue();
  }
}
