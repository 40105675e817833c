// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.socket.MemoryNetwork;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/// A directory for the paths of unix sockets of one scenario: of the system, or of a network in
/// memory.
public interface UnixPlace extends AutoCloseable {
  Path path(String name);

  boolean exists(Path path);

  void remove(Path path) throws IOException;

  /// Opens a unix socket that can be given to a loop.
  Socket open() throws IOException;

  /// Opens a unix datagram socket that can be given to a loop.
  Socket openDatagrams() throws IOException;

  @Override
  void close() throws IOException;

  default Path path() {
    return path("s");
  }

  default boolean exists() {
    return exists(path());
  }

  /// Leaves the file of a socket that is closed.
  default void leaveSocket() throws IOException {
    try (var sock = open()) {
      sock.bind(UnixDomainSocketAddress.of(path()));
    }
  }

  /// Makes a directory of the system.
  static UnixPlace ofSystem() throws IOException {
    var directory = Files.createTempDirectory("unix");
    return new UnixPlace() {
      @Override
      public Path path(String name) {
        return directory.resolve(name);
      }

      @Override
      public boolean exists(Path path) {
        return Files.exists(path);
      }

      @Override
      public void remove(Path path) throws IOException {
        Files.delete(path);
      }

      @Override
      public Socket open() throws IOException {
        return Socket.open(SocketTier.NIO, StandardProtocolFamily.UNIX, SocketType.STREAM);
      }

      @Override
      public Socket openDatagrams() throws IOException {
        return Socket.open(SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.DATAGRAM);
      }

      @Override
      public void close() throws IOException {
        try (var left = Files.newDirectoryStream(directory)) {
          for (var file : left) {
            Files.delete(file);
          }
        }
        Files.delete(directory);
      }
    };
  }

  /// Makes a directory of a network in memory.
  static UnixPlace of(MemoryNetwork network) {
    var directory = Path.of("/memory");
    return new UnixPlace() {
      @Override
      public Path path(String name) {
        return directory.resolve(name);
      }

      @Override
      public boolean exists(Path path) {
        return network.file(UnixDomainSocketAddress.of(path)) != null;
      }

      @Override
      public void remove(Path path) {
        network.removeFile(UnixDomainSocketAddress.of(path));
      }

      @Override
      public Socket open() {
        return network.open(StandardProtocolFamily.UNIX, SocketType.STREAM);
      }

      @Override
      public Socket openDatagrams() {
        return network.open(StandardProtocolFamily.UNIX, SocketType.DATAGRAM);
      }

      @Override
      public void close() {}
    };
  }
}
