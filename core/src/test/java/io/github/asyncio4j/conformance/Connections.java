// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Connects loops with peers: the counterpart of `conformance/python/support.py`, as far as it is
/// about sockets.
final class Connections {
  static final String LOCALHOST = "127.0.0.1";

  /// More bytes than the kernel takes of a connection whose peer does not read.
  static final int HUGE = 16 * 1024 * 1024;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  static {
    // The first channel that the JDK closes makes it open a socket that it keeps.
    try (var listener = listen()) {
      Peer.connected(listener.getLocalAddress()).close();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Connections() {}

  /// A transport of the loop and the peer that it is connected with.
  record Link(Peer peer, Transport transport) {}

  /// Connects a protocol on the running loop with a peer outside of it. Suspends.
  static Link connect(BaseProtocol protocol) throws IOException {
    try (var listener = listen()) {
      var connection =
          Asyncio.getRunningLoop().createConnection(() -> protocol, LOCALHOST, portOf(listener));
      return new Link(new Peer(listener.accept()), connection.transport());
    }
  }

  /// Connects a peer with a server of the loop; the kernel completes it without the loop.
  static Peer dial(Server server) throws IOException {
    return new Peer(Peer.connected(addressOf(server)));
  }

  static InetSocketAddress addressOf(Server server) {
    return (InetSocketAddress) server.sockets().getFirst().getsockname();
  }

  static int portOf(Server server) {
    return addressOf(server).getPort();
  }

  static int portOf(ServerSocketChannel listener) throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  /// Returns an address of this machine with a free port.
  static InetSocketAddress free(String host) {
    return new InetSocketAddress(host, 0);
  }

  /// Returns a listening channel outside of the loop.
  static ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open().bind(free(LOCALHOST));
  }

  /// Returns a channel that is bound and does not listen, so that connecting to it is refused.
  static SocketChannel refusedAddress() throws IOException {
    return SocketChannel.open().bind(free(LOCALHOST));
  }

  /// Counts the open sockets of this process. Other descriptors come and go as classes are loaded.
  static int openDescriptors() throws IOException {
    int sockets = 0;
    try (var entries = Files.newDirectoryStream(DESCRIPTORS)) {
      for (var entry : entries) {
        if (isSocket(entry)) {
          sockets++;
        }
      }
    }
    return sockets;
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (NoSuchFileException e) {
      // Closed since the directory was read, as the directory itself is.
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
