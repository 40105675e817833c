// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createDatagramEndpoint`. Immutable; each keyword has a method of its
/// name that returns a changed copy.
///
/// There is no `reuseAddress`, as in asyncio since 3.11: with it another program could take the
/// datagrams of a port that is in use.
public final class DatagramOptions extends Options {
  /// Every keyword at its default.
  public static final DatagramOptions DEFAULT = new DatagramOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable StandardProtocolFamily family;
  private boolean reusePort;
  private boolean allowBroadcast;
  private @Nullable Socket sock;

  private DatagramOptions() {}

  private DatagramOptions(DatagramOptions other) {
    this.family = other.family;
    this.reusePort = other.reusePort;
    this.allowBroadcast = other.allowBroadcast;
    this.sock = other.sock;
  }

  /// Returns the only family whose addresses are used; null for any.
  public @Nullable StandardProtocolFamily family() {
    return family;
  }

  /// Returns a copy that uses only addresses of one family. Without any address it is the family of
  /// a socket that is not bound.
  public DatagramOptions family(@Nullable StandardProtocolFamily family) {
    var copy = new DatagramOptions(this);
    copy.family = family;
    return copy;
  }

  /// Tells whether several sockets may be bound to the local address (EL-62).
  public boolean reusePort() {
    return reusePort;
  }

  /// Returns a copy that lets several sockets be bound to the local address, `SO_REUSEPORT`, or
  /// not. Each of them must say so, and the kernel spreads the senders over them.
  public DatagramOptions reusePort(boolean reusePort) {
    var copy = new DatagramOptions(this);
    copy.reusePort = reusePort;
    return copy;
  }

  /// Tells whether datagrams may be sent to a broadcast address (EL-63).
  public boolean allowBroadcast() {
    return allowBroadcast;
  }

  /// Returns a copy that may send to a broadcast address, `SO_BROADCAST`, or not. The socket is
  /// then not connected to the remote address: that is where `sendto` sends by default, and answers
  /// are received from anybody.
  public DatagramOptions allowBroadcast(boolean allowBroadcast) {
    var copy = new DatagramOptions(this);
    copy.allowBroadcast = allowBroadcast;
    return copy;
  }

  /// Returns the datagram socket to use instead of addresses, or null.
  public @Nullable Socket sock() {
    return sock;
  }

  /// Returns a copy that uses a datagram socket as it is, instead of addresses and of every other
  /// keyword. The transport owns it from the call on.
  public DatagramOptions sock(@Nullable Socket sock) {
    var copy = new DatagramOptions(this);
    copy.sock = sock;
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("DatagramOptions")
        .with("family", family)
        .with("reusePort", reusePort)
        .with("allowBroadcast", allowBroadcast)
        .with("sock", sock);
  }
}
