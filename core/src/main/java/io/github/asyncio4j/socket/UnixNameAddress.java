// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The address of a unix socket that has a name of Linux's abstract namespace in place of a file
/// (unix(7)). Native tier, and sockets in memory.
///
/// Such a name vanishes with its socket, and **has no permissions**: every program in the same
/// network namespace may connect to it, or take it first. Where that matters look at who it is by
/// [SocketOptions#SO_PEERCRED].
///
/// Immutable. Two are equal when their bytes are.
public final class UnixNameAddress extends SocketAddress {
  private static final long serialVersionUID = 1L;

  /// The most bytes that a name has: `sun_path` without the zero byte at its start.
  public static final int MAX_BYTES = 107;

  private final byte[] name;

  private UnixNameAddress(byte[] name) {
    this.name = name;
  }

  /// Returns the address of a name, which is encoded as UTF-8.
  ///
  /// @param name without the zero character that C programs put in front
  /// @throws IllegalArgumentException when it is empty or longer than [#MAX_BYTES]
  public static UnixNameAddress of(String name) {
    return of(name.getBytes(StandardCharsets.UTF_8));
  }

  /// Returns the address of a name of any bytes; the array is copied.
  ///
  /// @param name without the zero byte that C programs put in front
  /// @throws IllegalArgumentException when it is empty or longer than [#MAX_BYTES]
  public static UnixNameAddress of(byte[] name) {
    if (name.length == 0) {
      throw new IllegalArgumentException("the abstract name is empty");
    }
    var address = new UnixNameAddress(name.clone());
    if (name.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "abstract name longer than " + MAX_BYTES + " bytes: " + address);
    }
    return address;
  }

  /// Returns the address that asyncio has in mind with a string: an abstract name when it begins
  /// with a zero character, else a path.
  ///
  /// @throws IllegalArgumentException when it is no path, or no name
  public static SocketAddress parse(String path) {
    return path.startsWith("\0") ? of(path.substring(1)) : UnixDomainSocketAddress.of(path);
  }

  /// Returns the name without the zero byte in front. Bytes that are not UTF-8 are replaced.
  public String name() {
    return new String(name, StandardCharsets.UTF_8);
  }

  /// Returns a copy of the bytes of the name, without the zero byte in front.
  public byte[] bytes() {
    return name.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnixNameAddress that && Arrays.equals(name, that.name);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(name);
  }

  /// Returns the name after an `@`, as `/proc/net/unix` writes it; other zero bytes are `@` too.
  @Override
  public String toString() {
    return "@" + name().replace('\0', '@');
  }
}
