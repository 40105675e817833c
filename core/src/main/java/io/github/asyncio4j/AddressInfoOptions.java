// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.SocketType;
import java.net.StandardProtocolFamily;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `getaddrinfo`. Immutable; each keyword has a method of its name that
/// returns a changed copy.
public final class AddressInfoOptions extends Options {
  /// Every keyword at its default: any family, every type of socket, no flag.
  public static final AddressInfoOptions DEFAULT = new AddressInfoOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable StandardProtocolFamily family;
  private @Nullable SocketType type;
  private int proto;
  private Set<AddressInfoFlag> flags = Set.of();

  private AddressInfoOptions() {}

  private AddressInfoOptions(AddressInfoOptions other) {
    this.family = other.family;
    this.type = other.type;
    this.proto = other.proto;
    this.flags = other.flags;
  }

  /// Returns the only family that is wanted; null for any.
  public @Nullable StandardProtocolFamily family() {
    return family;
  }

  /// Returns a copy that wants addresses of one family.
  public AddressInfoOptions family(@Nullable StandardProtocolFamily family) {
    var copy = new AddressInfoOptions(this);
    copy.family = family;
    return copy;
  }

  /// Returns the only type of socket that is wanted; null for one answer for each type.
  public @Nullable SocketType type() {
    return type;
  }

  /// Returns a copy that wants one type of socket, so that each address comes once.
  public AddressInfoOptions type(@Nullable SocketType type) {
    var copy = new AddressInfoOptions(this);
    copy.type = type;
    return copy;
  }

  /// Returns the number of the only protocol that is wanted; 0 for any.
  public int proto() {
    return proto;
  }

  /// Returns a copy that wants one protocol: 6 for TCP, 17 for UDP, 0 for any.
  ///
  /// @throws IllegalArgumentException when it is negative
  public AddressInfoOptions proto(int proto) {
    if (proto < 0) {
      throw new IllegalArgumentException("proto < 0: " + proto);
    }
    var copy = new AddressInfoOptions(this);
    copy.proto = proto;
    return copy;
  }

  /// Returns the flags; cannot be changed.
  public Set<AddressInfoFlag> flags() {
    return flags;
  }

  /// Returns a copy with these flags and no others.
  public AddressInfoOptions flags(Set<AddressInfoFlag> flags) {
    var copy = new AddressInfoOptions(this);
    copy.flags = Set.copyOf(flags);
    return copy;
  }

  /// Returns a copy with these flags and no others.
  public AddressInfoOptions flags(AddressInfoFlag first, AddressInfoFlag... more) {
    return flags(EnumSet.of(first, more));
  }

  @Override
  Keywords keywords() {
    return new Keywords("AddressInfoOptions")
        .with("family", family)
        .with("type", type)
        .with("proto", proto)
        .with("flags", flags);
  }
}
