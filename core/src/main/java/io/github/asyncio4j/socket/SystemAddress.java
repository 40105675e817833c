// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Sockaddr;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.file.InvalidPathException;
import org.jspecify.annotations.Nullable;

/// Addresses in the memory of C, those that the JDK does not have among them. Any thread.
final class SystemAddress {
  private SystemAddress() {}

  /// As [Sockaddr#write].
  static int write(
      @Nullable SocketAddress address, StandardProtocolFamily family, MemorySegment to) {
    return address instanceof UnixNameAddress name && family == StandardProtocolFamily.UNIX
        ? Sockaddr.writeName(name.bytes(), to)
        : Sockaddr.write(address, family, to);
  }

  /// As [Sockaddr#read], abstract names included.
  ///
  /// @return also null when a path has bytes that no path of the JDK can have
  static @Nullable SocketAddress read(MemorySegment from, int length) {
    byte[] name = Sockaddr.readName(from, length);
    if (name != null) {
      return UnixNameAddress.of(name);
    }
    try {
      return Sockaddr.read(from, length);
    } catch (InvalidPathException e) {
      return null; // A peer may bind to what it likes.
    }
  }
}
