// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.SyscallRecorder;
import io.github.asyncio4j.selector.EpollSelector;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class NativeSocketTest extends SystemSocketContract {
  @Override
  SocketTier tier() {
    return SocketTier.NATIVE;
  }

  @Override
  Selector openSelector() throws IOException {
    return EpollSelector.open();
  }

  @Test
  void itIsTheDefaultWithNativeAccess() throws IOException {
    try (Socket socket = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM)) {
      assertThat(socket.tier()).isEqualTo(SocketTier.NATIVE);
      assertThat(socket.channel()).isNull();
      assertThat(socket.toString()).startsWith("<socket fd=" + socket.fileno() + " ");
    }
  }

  @Test
  void openedAndAcceptedSocketsAreNonBlockingAndCloseOnExec() throws IOException {
    try (Socket listener = open(StandardProtocolFamily.INET);
        Socket client = open(StandardProtocolFamily.INET);
        Selector selector = openSelector()) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      listener.listen(1);
      client.connect(listener.getsockname());
      selector.register(listener, Selector.READ, _ -> {});
      selector.select(-1);
      try (Socket server = listener.accept()) {
        for (Socket each : new Socket[] {listener, client, server}) {
          assertThat(Fds.descriptorFlags(each.fileno())).isEqualTo(Constants.FD_CLOEXEC);
          assertThat(Fds.fileFlags(each.fileno()) & Constants.O_NONBLOCK).isNotZero();
        }
      }
    }
  }

  @Test
  void anAdoptedDescriptorTellsItsFamilyAndTypeAndBecomesNonBlocking() throws IOException {
    int[] fds = Fds.socketpair();
    try (Socket a = Socket.ofDescriptor(fds[0]);
        Socket b = Socket.ofDescriptor(fds[1])) {
      assertThat(a.family()).isEqualTo(StandardProtocolFamily.UNIX);
      assertThat(a.type()).isEqualTo(SocketType.STREAM);
      assertThat(a.send(ByteBuffer.wrap(new byte[] {42}))).isEqualTo(1);
      var into = ByteBuffer.allocate(2);
      assertThat(b.recv(into)).isEqualTo(1);
      assertThat(b.recv(into)).isZero();
      assertThat(into.get(0)).isEqualTo((byte) 42);
    }
  }

  @Test
  void aStreamThatIsHadTwiceIsOneStream() throws IOException {
    int[] fds = Fds.socketpair();
    Socket a = kept(Socket.ofDescriptor(fds[0]));
    Socket b = kept(Socket.ofDescriptor(fds[1]));
    Socket again = kept(a.dup());
    assertThat(again.fileno()).isNotEqualTo(a.fileno());
    assertThat(Fds.descriptorFlags(again.fileno())).isEqualTo(Constants.FD_CLOEXEC);

    a.close();

    assertThat(again.send(ByteBuffer.wrap(new byte[] {42}))).isEqualTo(1);
    var into = ByteBuffer.allocate(2);
    assertThat(b.recv(into)).isEqualTo(1);
    assertThat(b.recv(into)).isZero();
    again.close();
    assertThat(b.recv(into)).isEqualTo(-1);
  }

  @Test
  void whatIsNoSocketStaysTheCallers() throws IOException {
    int[] pipe = Fds.pipe();
    assertThatThrownBy(() -> Socket.ofDescriptor(pipe[0]))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("fd " + pipe[0])
        .hasMessageContaining("ENOTSOCK");
    assertThatThrownBy(() -> Socket.ofDescriptor(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");

    Fds.close(pipe);
  }

  @Test
  void aDetachedDescriptorSurvivesTheSocket() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);
    int fd = socket.fileno();

    assertThat(socket.detach()).isEqualTo(fd);
    socket.close();

    assertThat(socket.isOpen()).isFalse();
    assertThat(socket.detach()).isEqualTo(-1);
    Fds.close(fd);
  }

  @Test
  void oneOfTwoClosesAtTheSameTimeClosesTheNumber() throws Exception {
    int rounds = 2_000;
    var recorder = new SyscallRecorder(Native.syscalls());
    var sockets = new Socket[rounds];
    for (int i = 0; i < rounds; i++) {
      sockets[i] = Socket.open(recorder, StandardProtocolFamily.INET, SocketType.STREAM);
    }
    Thread other = Thread.ofPlatform().start(() -> closeAll(sockets));

    closeAll(sockets);
    other.join();

    assertThat(recorder.count("close")).isEqualTo(rounds);
  }

  /// Closes sockets in order. A second thread that does it catches up, since it finds them closed,
  /// and from then on the two meet at each.
  private static void closeAll(Socket[] sockets) {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void anIpv6SocketCanBeKeptFromIpv4() throws IOException {
    SocketAddress any6 = new InetSocketAddress(InetAddress.ofLiteral("::"), 0);
    try (Socket six = open(StandardProtocolFamily.INET6);
        Socket four = open(StandardProtocolFamily.INET)) {
      six.setOption(SocketOptions.IPV6_V6ONLY, true).bind(any6);
      six.listen(1);
      int port = ((InetSocketAddress) six.getsockname()).getPort();

      // An address of this test alone: with that of all interfaces, whoever has the port on any of
      // them would be in the way.
      four.bind(new InetSocketAddress(InetAddress.ofLiteral("127.46.4.1"), port));
      four.listen(1);

      assertThat(six.getOption(SocketOptions.IPV6_V6ONLY)).isTrue();
      assertThat(six.getOption(SocketOptions.SO_ERROR)).isZero();
    }
  }

  @Test
  void memoryThatWasFreedIsRefused() throws IOException {
    int[] fds = Fds.socketpair();
    try (Socket a = Socket.ofDescriptor(fds[0]);
        Socket b = Socket.ofDescriptor(fds[1])) {
      ByteBuffer freed;
      try (Arena arena = Arena.ofConfined()) {
        freed = arena.allocate(10_000).asByteBuffer();
        assertThat(a.send(freed.duplicate())).isEqualTo(10_000);
      }

      assertThatThrownBy(() -> a.send(freed)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> b.recv(freed)).isInstanceOf(IllegalStateException.class);
      ByteBuffer[] pieces = {ByteBuffer.allocate(1), freed};
      assertThatThrownBy(() -> a.send(pieces, 0, 2)).isInstanceOf(IllegalStateException.class);
      assertThat(pieces[0].hasRemaining()).isTrue();
    }
  }

  @Test
  void anAdoptedDescriptorThatListensAccepts() throws IOException {
    Socket first = open(StandardProtocolFamily.INET);
    first.bind(LOOPBACK);
    first.listen(1);

    try (Socket listener = Socket.ofDescriptor(first.detach());
        Socket client = open(StandardProtocolFamily.INET)) {
      client.connect(listener.getsockname());
      await(listener, Selector.READ);
      try (Socket server = listener.accept()) {
        assertThat(server.getpeername()).isEqualTo(client.getsockname());
      }
      assertRefused(() -> listener.recv(ByteBuffer.allocate(1)), "ENOTCONN");
    }
  }

  @Test
  void anAdoptedDatagramDescriptorHasItsRole() throws IOException {
    try (Socket socket = Socket.ofDescriptor(datagrams().detach())) {
      socket.bind(LOOPBACK);

      assertThat(socket.type()).isEqualTo(SocketType.DATAGRAM);
      assertThat(socket.recv(ByteBuffer.allocate(1))).isEqualTo(Socket.NO_DATAGRAM);
    }
  }

  @Test
  void anEmptyDatagramIsSentAndWhatIsTooLargeIsRefusedWhole() throws IOException {
    Socket receiver = datagrams();
    receiver.bind(LOOPBACK);
    Socket sender = datagrams();
    sender.connect(receiver.getsockname());

    assertThat(sender.send(ByteBuffer.allocate(0))).isZero();
    await(receiver, Selector.READ);
    assertThat(receiver.recv(ByteBuffer.allocate(1))).isZero();

    var half = ByteBuffer.allocate(200_000);
    assertRefused(() -> sender.send(half), "EMSGSIZE");
    assertRefused(() -> sender.send(new ByteBuffer[] {half, half}, 0, 2), "EMSGSIZE");
    assertThat(half.position()).isZero();
    assertThat(receiver.recv(ByteBuffer.allocate(1))).isEqualTo(Socket.NO_DATAGRAM);
  }

  @Test
  void aHalfOfADatagramSocketIsShutDownByTheKernel() throws IOException {
    Socket receiver = datagrams();
    receiver.bind(LOOPBACK);
    Socket sender = datagrams();
    sender.connect(receiver.getsockname());

    sender.shutdownOutput();

    assertThatThrownBy(() -> sender.send(ByteBuffer.allocate(1)))
        .isInstanceOf(ConnectionResetException.class)
        .hasMessageContaining("EPIPE");
    assertRefused(receiver::shutdownInput, "ENOTCONN");
  }
}
