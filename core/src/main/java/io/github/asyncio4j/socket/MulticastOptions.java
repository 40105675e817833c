// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static io.github.asyncio4j.internal.ffi.Constants.IPPROTO_IP;
import static io.github.asyncio4j.internal.ffi.Constants.IPPROTO_IPV6;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Sockaddr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;

/// Multicast by setsockopt(2), as ip(7), ipv6(7) and RFC 3678 have it. Loop thread only.
final class MulticastOptions {
  /*
   * group_req: interface u32, padding, sockaddr_storage; 136 bytes. group_source_req has a second
   * sockaddr_storage, the source; 264 bytes. ip_mreqn: group, address, interface; 12 bytes.
   */
  private static final int GROUP = 8;
  private static final int REQUEST_BYTES = GROUP + Sockaddr.BYTES;
  private static final int SOURCE_REQUEST_BYTES = REQUEST_BYTES + Sockaddr.BYTES;
  private static final int MREQN_BYTES = 12;
  private static final int MREQN_ADDRESS = 4;
  private static final int MREQN_INTERFACE = 8;

  private MulticastOptions() {}

  // Groups.

  static void join(
      Syscalls syscalls,
      int fd,
      InetAddress group,
      @Nullable NetworkInterface on,
      @Nullable InetAddress source)
      throws IOException {
    int option = source == null ? Constants.MCAST_JOIN_GROUP : Constants.MCAST_JOIN_SOURCE_GROUP;
    change(syscalls, fd, "joinGroup", option, group, on, source);
  }

  static void leave(
      Syscalls syscalls,
      int fd,
      InetAddress group,
      @Nullable NetworkInterface on,
      @Nullable InetAddress source)
      throws IOException {
    int option = source == null ? Constants.MCAST_LEAVE_GROUP : Constants.MCAST_LEAVE_SOURCE_GROUP;
    change(syscalls, fd, "leaveGroup", option, group, on, source);
  }

  private static void change(
      Syscalls syscalls,
      int fd,
      String call,
      int option,
      InetAddress group,
      @Nullable NetworkInterface on,
      @Nullable InetAddress source)
      throws IOException {
    boolean inet = group instanceof Inet4Address;
    var family = inet ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(SOURCE_REQUEST_BYTES, 8);
      request.set(ValueLayout.JAVA_INT, 0, on == null ? 0 : on.getIndex());
      Sockaddr.write(
          new InetSocketAddress(group, 0), family, request.asSlice(GROUP, Sockaddr.BYTES));
      int length = REQUEST_BYTES;
      if (source != null) {
        Sockaddr.write(
            new InetSocketAddress(source, 0), family, request.asSlice(length, Sockaddr.BYTES));
        length = SOURCE_REQUEST_BYTES;
      }
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int level = inet ? IPPROTO_IP : IPPROTO_IPV6;
      int result = syscalls.setsockopt(errno, fd, level, option, request, length);
      if (result < 0) {
        throw SocketFailures.of(call + "(fd " + fd + ", " + group + ")", -result);
      }
    }
  }

  // Options.

  /// Tells whether an option is one of these.
  static boolean has(SocketOption<?> option) {
    return option == StandardSocketOptions.IP_MULTICAST_IF
        || option == StandardSocketOptions.IP_MULTICAST_TTL
        || option == StandardSocketOptions.IP_MULTICAST_LOOP;
  }

  private static int level(StandardProtocolFamily family, SocketOption<?> option) {
    return switch (family) {
      case INET -> IPPROTO_IP;
      case INET6 -> IPPROTO_IPV6;
      case UNIX -> throw new UnsupportedOperationException("socket option " + option.name());
    };
  }

  private static int number(StandardProtocolFamily family, SocketOption<?> option) {
    boolean inet = family == StandardProtocolFamily.INET;
    if (option == StandardSocketOptions.IP_MULTICAST_IF) {
      return inet ? Constants.IP_MULTICAST_IF : Constants.IPV6_MULTICAST_IF;
    }
    if (option == StandardSocketOptions.IP_MULTICAST_TTL) {
      return inet ? Constants.IP_MULTICAST_TTL : Constants.IPV6_MULTICAST_HOPS;
    }
    return inet ? Constants.IP_MULTICAST_LOOP : Constants.IPV6_MULTICAST_LOOP;
  }

  static void set(
      Syscalls syscalls,
      int fd,
      StandardProtocolFamily family,
      SocketOption<?> option,
      @Nullable Object value)
      throws IOException {
    int level = level(family, option);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(MREQN_BYTES, Integer.BYTES);
      int length = write(family, option, value, c);
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int result = syscalls.setsockopt(errno, fd, level, number(family, option), c, length);
      if (result < 0) {
        throw SocketFailures.of("setsockopt(fd " + fd + ", " + option.name() + ")", -result);
      }
    }
  }

  private static int write(
      StandardProtocolFamily family,
      SocketOption<?> option,
      @Nullable Object value,
      MemorySegment to) {
    switch (value) {
      case NetworkInterface on when option == StandardSocketOptions.IP_MULTICAST_IF -> {
        if (family == StandardProtocolFamily.INET6) {
          to.set(ValueLayout.JAVA_INT, 0, on.getIndex());
          return Integer.BYTES;
        }
        // The index counts; of the two it is the address that the kernel tells again.
        byte[] address = inetAddressOf(on);
        MemorySegment.copy(address, 0, to, ValueLayout.JAVA_BYTE, MREQN_ADDRESS, address.length);
        to.set(ValueLayout.JAVA_INT, MREQN_INTERFACE, on.getIndex());
        return MREQN_BYTES;
      }
      case Integer hops
          when option == StandardSocketOptions.IP_MULTICAST_TTL && hops >= 0 && hops <= 255 ->
          to.set(ValueLayout.JAVA_INT, 0, hops);
      case Boolean loop when option == StandardSocketOptions.IP_MULTICAST_LOOP ->
          to.set(ValueLayout.JAVA_INT, 0, loop ? 1 : 0);
      case null, default ->
          throw new IllegalArgumentException("bad value of " + option.name() + ": " + value);
    }
    return Integer.BYTES;
  }

  private static byte[] inetAddressOf(NetworkInterface on) {
    return on.inetAddresses()
        .filter(Inet4Address.class::isInstance)
        .findFirst()
        .map(InetAddress::getAddress)
        .orElse(new byte[0]);
  }

  @SuppressWarnings("NullAway") // IP_MULTICAST_IF may have no value, as with the JDK
  static <T> T get(Syscalls syscalls, int fd, StandardProtocolFamily family, SocketOption<T> option)
      throws IOException {
    int level = level(family, option);
    byte[] bytes = new byte[Integer.BYTES];
    int number;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int result = syscalls.getsockopt(errno, fd, level, number(family, option), c, length);
      if (result < 0) {
        throw SocketFailures.of("getsockopt(fd " + fd + ", " + option.name() + ")", -result);
      }
      number = c.get(ValueLayout.JAVA_INT, 0);
      MemorySegment.copy(c, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
    }
    if (option == StandardSocketOptions.IP_MULTICAST_IF) {
      return option.type().cast(number == 0 ? null : interfaceOf(family, number, bytes));
    }
    Object value = option.type() == Boolean.class ? (Object) (number != 0) : (Object) number;
    return option.type().cast(value);
  }

  private static @Nullable NetworkInterface interfaceOf(
      StandardProtocolFamily family, int index, byte[] address) throws IOException {
    return family == StandardProtocolFamily.INET
        ? NetworkInterface.getByInetAddress(InetAddress.getByAddress(address))
        : NetworkInterface.getByIndex(index);
  }
}
