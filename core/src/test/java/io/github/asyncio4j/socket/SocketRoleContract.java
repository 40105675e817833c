// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a socket of every tier says to a call that is none of its role's: what Linux says.
abstract class SocketRoleContract extends SocketContract {
  static void assertRefused(ThrowingCallable call, String errno) {
    assertThatThrownBy(call).isInstanceOf(SocketException.class).hasMessageContaining(errno);
  }

  private static ByteBuffer[] pieces() {
    return new ByteBuffer[] {ascii("x"), ascii("y")};
  }

  private static SocketAddress in(Path directory, String name) {
    return UnixDomainSocketAddress.of(directory.resolve(name));
  }

  private Socket boundUnix(Path directory) throws IOException {
    Socket socket = open(StandardProtocolFamily.UNIX);
    socket.bind(in(directory, "socket"));
    return socket;
  }

  @Test
  void whatListensHasNoPeerAndGoesOnToListen() throws IOException {
    Socket listener = listening(LOOPBACK);

    assertRefused(() -> listener.bind(LOOPBACK), "EINVAL");
    assertRefused(() -> listener.connect(LOOPBACK), "EISCONN");
    assertRefused(() -> listener.recv(ByteBuffer.allocate(1)), "ENOTCONN");
    assertRefused(() -> listener.send(ascii("x")), "EPIPE");
    assertRefused(() -> listener.send(pieces(), 0, 2), "EPIPE");
    assertRefused(listener::shutdownInput, "ENOTCONN");
    assertRefused(listener::shutdownOutput, "ENOTCONN");
    assertThatThrownBy(listener::finishConnect).isInstanceOf(IllegalStateException.class);
    assertThat(listener.getpeername()).isNull();

    connected(listener);
    assertThat(accepted(listener).getpeername()).isNotNull();
  }

  @Test
  void whatListensOnAUnixSocketHasNoPeerEither(@TempDir Path directory) throws IOException {
    Socket listener = boundUnix(directory);
    listener.listen(1);

    assertRefused(() -> listener.bind(in(directory, "other")), "EINVAL");
    assertRefused(() -> listener.connect(listener.getsockname()), "EINVAL");
    assertRefused(() -> listener.recv(ByteBuffer.allocate(1)), "EINVAL");
    assertRefused(() -> listener.send(ascii("x")), "ENOTCONN");
    assertRefused(() -> listener.send(pieces(), 0, 2), "ENOTCONN");
    assertRefused(listener::shutdownInput, "ENOTCONN");
    assertThat(listener.getpeername()).isNull();

    connected(listener);
    assertThat(accepted(listener)).isNotNull();
  }

  @Test
  void aStreamWithoutAPeerNeitherMovesBytesNorAccepts() throws IOException {
    Socket fresh = open(StandardProtocolFamily.INET);
    Socket bound = open(StandardProtocolFamily.INET);
    bound.bind(LOOPBACK);
    for (Socket socket : new Socket[] {fresh, bound}) {
      assertRefused(() -> socket.recv(ByteBuffer.allocate(1)), "ENOTCONN");
      assertRefused(() -> socket.send(ascii("x")), "EPIPE");
      assertRefused(() -> socket.send(pieces(), 0, 2), "EPIPE");
      assertRefused(socket::shutdownInput, "ENOTCONN");
      assertRefused(socket::shutdownOutput, "ENOTCONN");
      assertRefused(socket::accept, "EINVAL");
    }
    assertRefused(() -> bound.bind(LOOPBACK), "EINVAL");
  }

  @Test
  void aUnixStreamWithoutAPeerNeitherMovesBytesNorAccepts(@TempDir Path directory)
      throws IOException {
    Socket fresh = open(StandardProtocolFamily.UNIX);
    Socket bound = boundUnix(directory);
    for (Socket socket : new Socket[] {fresh, bound}) {
      assertRefused(() -> socket.recv(ByteBuffer.allocate(1)), "EINVAL");
      assertRefused(() -> socket.send(ascii("x")), "ENOTCONN");
      assertRefused(() -> socket.send(pieces(), 0, 2), "ENOTCONN");
      assertRefused(socket::accept, "EINVAL");
      assertThat(socket.getpeername()).isNull();
    }
    assertRefused(() -> fresh.listen(1), "EINVAL");
    assertRefused(() -> bound.bind(in(directory, "other")), "EINVAL");
  }

  @Test
  void aConnectedStreamNeitherListensNorAcceptsNorConnectsAgain() throws IOException {
    // The one that was accepted: Linux says nothing to the first repeated connect of the other.
    Socket server = pair()[1];

    assertRefused(() -> server.listen(1), "EINVAL");
    assertRefused(server::accept, "EINVAL");
    assertRefused(() -> server.bind(LOOPBACK), "EINVAL");
    assertRefused(() -> server.connect(server.getpeername()), "EISCONN");

    assertThat(server.send(ascii("x"))).isEqualTo(1);
  }

  @Test
  void whoListensTwiceLosesNobody() throws IOException {
    Socket listener = listening(LOOPBACK);
    Socket client = connected(listener);

    listener.listen(7);

    assertThat(accepted(listener).getpeername()).isEqualTo(client.getsockname());
  }

  @Test
  void whatListenedIsClosedLikeAnyOther() throws IOException {
    Socket listener = listening(LOOPBACK);
    listener.close();

    assertThat(listener.isOpen()).isFalse();
    assertThat(listener.getsockname()).isNull();
    assertThatThrownBy(listener::accept).hasMessage("Socket is closed");
    assertThatThrownBy(() -> listener.listen(1)).hasMessage("Socket is closed");
    assertThatThrownBy(() -> listener.recv(ByteBuffer.allocate(1))).hasMessage("Socket is closed");
    assertThatThrownBy(() -> listener.connect(LOOPBACK)).hasMessage("Socket is closed");
    assertThatThrownBy(listener::shutdownOutput).hasMessage("Socket is closed");
  }

  @Test
  void aFailedBindTellsTheReasonAlone() throws IOException {
    Socket listener = listening(LOOPBACK);
    Socket second = open(StandardProtocolFamily.INET);

    assertThatThrownBy(() -> second.bind(listener.getsockname()))
        .isNotInstanceOf(AddressNotAvailableException.class)
        .isInstanceOfSatisfying(
            SystemFailure.class,
            e -> assertThat(e.reason()).isEqualTo("EADDRINUSE (Address already in use)"));
  }
}
