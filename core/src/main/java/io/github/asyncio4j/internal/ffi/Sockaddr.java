// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static io.github.asyncio4j.internal.ffi.Constants.AF_INET;
import static io.github.asyncio4j.internal.ffi.Constants.AF_INET6;
import static io.github.asyncio4j.internal.ffi.Constants.AF_UNIX;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Socket addresses as C has them: `sockaddr_in`, `sockaddr_in6`, `sockaddr_un`. Any thread.
public final class Sockaddr {
  /*
   * sockaddr_in:  family u16, port u16 big-endian, address 4 bytes, 8 bytes of padding
   * sockaddr_in6: family u16, port u16 big-endian, flow info u32, address 16 bytes, scope id u32
   * sockaddr_un:  family u16, path up to 108 bytes; ends with a zero byte unless it is full
   */

  /// Room for every address, in bytes: `sizeof(struct sockaddr_storage)`.
  public static final int BYTES = 128;

  private static final int IN_BYTES = 16;
  private static final int IN6_BYTES = 28;
  private static final int PATH_OFFSET = 2;
  private static final int PATH_BYTES = 108;

  /// The most bytes of a path, which ends with a zero byte.
  public static final int MAX_PATH_BYTES = PATH_BYTES - 1;

  private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt SCOPE = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  // The encoding in which the JDK hands file names to the system (unix(7) paths are bytes).
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private Sockaddr() {}

  /// Returns the `AF_` constant of a family.
  public static int domain(StandardProtocolFamily family) {
    return switch (family) {
      case INET -> AF_INET;
      case INET6 -> AF_INET6;
      case UNIX -> AF_UNIX;
    };
  }

  /// Returns the family of an `AF_` constant.
  ///
  /// @throws IllegalArgumentException when it is not one of the three
  public static StandardProtocolFamily family(int domain) {
    return switch (domain) {
      case AF_INET -> StandardProtocolFamily.INET;
      case AF_INET6 -> StandardProtocolFamily.INET6;
      case AF_UNIX -> StandardProtocolFamily.UNIX;
      default -> throw new IllegalArgumentException("unknown address family: " + domain);
    };
  }

  /// Writes an address for a socket of a family.
  ///
  /// An IPv4 address for an IPv6 socket becomes `::ffff:a.b.c.d`.
  ///
  /// @param address null for any address and port 0; for unix: the kernel chooses an abstract name
  /// @param to room for [#BYTES]
  /// @return how many bytes it has
  /// @throws IllegalArgumentException when it is of another family, unresolved, or a path too long
  public static int write(
      @Nullable SocketAddress address, StandardProtocolFamily family, MemorySegment to) {
    to.fill((byte) 0);
    to.set(FAMILY, 0, (short) domain(family));
    return switch (family) {
      case INET -> address == null ? IN_BYTES : writeInet(address, to);
      case INET6 -> address == null ? IN6_BYTES : writeInet6(address, to);
      case UNIX -> address == null ? PATH_OFFSET : writeUnix(address, to);
    };
  }

  private static int writeInet(SocketAddress address, MemorySegment to) {
    if (address instanceof InetSocketAddress a && a.getAddress() instanceof Inet4Address ip) {
      to.set(PORT, 2, (short) a.getPort());
      MemorySegment.copy(ip.getAddress(), 0, to, ValueLayout.JAVA_BYTE, 4, 4);
      return IN_BYTES;
    }
    throw new IllegalArgumentException("not an IPv4 address: " + address);
  }

  private static int writeInet6(SocketAddress address, MemorySegment to) {
    if (address instanceof InetSocketAddress a && !a.isUnresolved()) {
      InetAddress ip = a.getAddress();
      to.set(PORT, 2, (short) a.getPort());
      byte[] bytes = ip.getAddress();
      if (bytes.length == 4) {
        to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 18, (short) 0xFFFF);
      }
      MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, 24 - bytes.length, bytes.length);
      if (ip instanceof Inet6Address ip6) {
        to.set(SCOPE, 24, ip6.getScopeId());
      }
      return IN6_BYTES;
    }
    throw new IllegalArgumentException("not an IPv6 address: " + address);
  }

  private static int writeUnix(SocketAddress address, MemorySegment to) {
    if (!(address instanceof UnixDomainSocketAddress unix)) {
      throw new IllegalArgumentException("not a unix socket address: " + address);
    }
    byte[] path = bytes(unix);
    if (path.length >= PATH_BYTES) {
      throw new IllegalArgumentException("unix socket path longer than 107 bytes: " + address);
    }
    MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
    return PATH_OFFSET + path.length + 1;
  }

  private static byte[] bytes(UnixDomainSocketAddress address) {
    return address.getPath().toString().getBytes(FILE_NAMES);
  }

  /// Returns how many bytes a path has for the system.
  public static int pathBytes(UnixDomainSocketAddress address) {
    return bytes(address).length;
  }

  /// Writes an abstract unix name.
  ///
  /// @param name at most [#MAX_PATH_BYTES], without the zero byte in front
  /// @param to room for [#BYTES]
  /// @return how many bytes the address has
  public static int writeName(byte[] name, MemorySegment to) {
    to.fill((byte) 0);
    to.set(FAMILY, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, to, ValueLayout.JAVA_BYTE, PATH_OFFSET + 1, name.length);
    return PATH_OFFSET + 1 + name.length;
  }

  /// Reads an abstract unix name, without the zero byte in front.
  ///
  /// @param length how many bytes the kernel says the address has
  /// @return null when it is another address
  public static byte @Nullable [] readName(MemorySegment from, int length) {
    int bytes = length - PATH_OFFSET - 1;
    if (bytes < 1
        || from.get(FAMILY, 0) != AF_UNIX
        || from.get(ValueLayout.JAVA_BYTE, PATH_OFFSET) != 0) {
      return null;
    }
    var name = new byte[bytes];
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, PATH_OFFSET + 1, name, 0, bytes);
    return name;
  }

  /// Reads an address.
  ///
  /// @param length how many bytes the kernel says it has
  /// @return null for a family that is not known here, an unbound port, and an abstract unix name;
  ///   an unnamed unix socket has the empty path
  public static @Nullable SocketAddress read(MemorySegment from, int length) {
    if (length < PATH_OFFSET) {
      return null;
    }
    return switch (from.get(FAMILY, 0)) {
      case AF_INET -> readInet(from, 4, 4, 0);
      case AF_INET6 -> readInet(from, 8, 16, from.get(SCOPE, 24));
      case AF_UNIX -> readUnix(from, length - PATH_OFFSET);
      default -> null;
    };
  }

  private static @Nullable SocketAddress readInet(
      MemorySegment from, int offset, int length, int scope) {
    int port = Short.toUnsignedInt(from.get(PORT, 2));
    if (port == 0) {
      return null;
    }
    var bytes = new byte[length];
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    try {
      // With a scope id it must be an Inet6Address; without, a mapped one becomes an Inet4Address.
      InetAddress ip =
          scope == 0
              ? InetAddress.getByAddress(bytes)
              : Inet6Address.getByAddress(null, bytes, scope);
      return new InetSocketAddress(ip, port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // Only for a wrong length.
    }
  }

  private static @Nullable SocketAddress readUnix(MemorySegment from, int length) {
    if (length == 0) {
      return UnixDomainSocketAddress.of("");
    }
    int end = 0;
    while (end < length && from.get(ValueLayout.JAVA_BYTE, PATH_OFFSET + end) != 0) {
      end++;
    }
    if (end == 0) {
      return null;
    }
    var path = new byte[end];
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, PATH_OFFSET, path, 0, end);
    return UnixDomainSocketAddress.of(Path.of(new String(path, FILE_NAMES)));
  }
}
