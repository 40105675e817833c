// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Sockaddr;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/// The exceptions of a bind, connect or send to a unix socket: what is wrong with the file is told
/// as of any other file, and names it. For addresses that are no path they are those of
/// [SocketFailures].
final class UnixFailures {
  /// What the JDK takes on Linux: it wants room for one byte more than the system.
  private static final int NIO_PATH_BYTES = Sockaddr.MAX_PATH_BYTES - 1;

  private UnixFailures() {}

  /// Refuses an address that a unix socket of a tier cannot have.
  static void ensureFits(SocketAddress address, SocketTier tier) throws IOException {
    if (address instanceof UnixNameAddress && tier == SocketTier.NIO) {
      throw Native.unsupported("The abstract socket name " + address);
    }
    if (address instanceof UnixDomainSocketAddress unix) {
      int length = Sockaddr.pathBytes(unix);
      int most = tier == SocketTier.NIO ? NIO_PATH_BYTES : Sockaddr.MAX_PATH_BYTES;
      if (length > most) {
        throw new FileSystemException(
            unix.getPath().toString(),
            null,
            "unix socket path too long: " + length + " bytes, at most " + most);
      }
    }
  }

  static IOException ofBind(@Nullable SocketAddress address, String call, int errno) {
    IOException ofFile = ofFile(address, call, errno);
    return ofFile == null ? SocketFailures.ofBind(call, errno) : ofFile;
  }

  static IOException ofConnect(SocketAddress address, String call, int errno) {
    if (errno == Errno.EAGAIN) {
      return new BacklogFullException(Errno.message(call, errno));
    }
    IOException ofFile = ofFile(address, call, errno);
    return ofFile == null ? SocketFailures.ofConnect(call, errno) : ofFile;
  }

  /// Returns the exception for a datagram that was not sent.
  ///
  /// @param address null when it was for the peer
  static IOException ofSend(@Nullable SocketAddress address, String call, int errno) {
    IOException ofFile = ofFile(address, call, errno);
    if (ofFile != null) {
      return ofFile;
    }
    // No ICMP message is behind it, as for UDP: nobody has the name.
    return errno == Errno.ECONNREFUSED
        ? SocketFailures.ofConnect(call, errno)
        : SocketFailures.of(call, errno);
  }

  private static @Nullable IOException ofFile(
      @Nullable SocketAddress address, String call, int errno) {
    if (!(address instanceof UnixDomainSocketAddress unix)) {
      return null;
    }
    String path = unix.getPath().toString();
    String reason = Errno.message(call, errno);
    return switch (errno) {
      case Errno.ENOENT -> new NoSuchFileException(path, null, reason);
      case Errno.EACCES, Errno.EPERM, Errno.EROFS -> new AccessDeniedException(path, null, reason);
      case Errno.ENOTDIR, Errno.ELOOP, Errno.ENAMETOOLONG, Errno.ENOSPC ->
          new FileSystemException(path, null, reason);
      default -> null;
    };
  }

  /// Returns what the JDK threw at a bind as the exception of this package.
  static IOException translatedBind(@Nullable SocketAddress address, String call, IOException e) {
    IOException ofFile = ofFile(address, call, SocketFailures.errnoOf(e));
    return ofFile == null ? SocketFailures.translatedBind(call, e) : caused(ofFile, e);
  }

  /// As [#translatedBind], for a connect.
  static IOException translatedConnect(SocketAddress address, String call, IOException e) {
    int errno = SocketFailures.errnoOf(e);
    if (errno == Errno.EAGAIN) {
      return caused(new BacklogFullException(Errno.message(call, errno)), e);
    }
    IOException ofFile = ofFile(address, call, errno);
    return ofFile == null ? SocketFailures.translatedConnect(call, e) : caused(ofFile, e);
  }

  private static IOException caused(IOException translated, IOException e) {
    translated.initCause(e);
    return translated;
  }
}
