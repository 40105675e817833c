// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The file of a unix socket that a server listens on, as it was when the server got it.
///
/// Loop thread only.
final class SocketFile {
  private final SocketFiles files;
  private final Path path;
  private final Object identity;

  private SocketFile(SocketFiles files, Path path, Object identity) {
    this.files = files;
    this.path = path;
    this.identity = identity;
  }

  /// Returns the file of a socket, or null when it has none: an abstract name, or one whose file
  /// somebody has removed.
  ///
  /// @throws IOException when the file cannot be looked at
  static @Nullable SocketFile of(SocketFiles files, Socket socket) throws IOException {
    if (!(socket.getsockname() instanceof UnixDomainSocketAddress unix)) {
      return null;
    }
    var path = unix.getPath();
    if (path.toString().isEmpty()) {
      return null;
    }
    try {
      return new SocketFile(files, path, files.identity(path));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// Removes a socket from where another one is to be bound, whether somebody listens on it or not;
  /// leaves alone what is no socket. What goes wrong is logged: the bind will say more.
  static void removeStale(SocketFiles files, Path path) {
    try {
      if (files.isSocket(path)) {
        files.remove(path);
      }
    } catch (NoSuchFileException e) {
      // Nothing is in the way.
    } catch (IOException e) {
      // Who may make a file in a directory need not be allowed to remove one.
      NetContext.log(Level.ERROR, () -> "cannot check or remove the stale unix socket " + path, e);
    }
  }

  /// Removes the file if it is still the same; what goes wrong is logged.
  ///
  /// To be called while the socket is open: until then no other file gets the number of this one.
  void remove() {
    try {
      if (files.identity(path).equals(identity)) {
        files.remove(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody else has removed it.
    } catch (IOException e) {
      NetContext.log(Level.ERROR, () -> "cannot remove the unix socket " + path, e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
