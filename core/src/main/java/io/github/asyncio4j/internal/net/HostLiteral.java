// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Addresses that are written as such, with a scope or without (RFC 4007, section 11).
final class HostLiteral {
  private HostLiteral() {}

  /// Returns the address that a text is, or null when it is none.
  ///
  /// @throws UnknownHostException when the scope is no interface of this machine
  static @Nullable InetAddress parse(String host) throws UnknownHostException {
    int percent = host.indexOf('%');
    var literal = percent < 0 ? host : host.substring(0, percent);
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (percent < 0) {
      return address;
    }
    if (!(address instanceof Inet6Address)) {
      throw new UnknownHostException(host + ": only an IPv6 address has a scope");
    }
    return Inet6Address.getByAddress(
        null, address.getAddress(), scope(host, host.substring(percent + 1)));
  }

  /// Returns an address as a literal, an IPv6 one as short as can be (RFC 5952), which the JDK does
  /// not do.
  static String of(InetAddress address) {
    if (!(address instanceof Inet6Address six)) {
      return address.getHostAddress();
    }
    var groups = new StringBuilder();
    var bytes = ByteBuffer.wrap(six.getAddress());
    while (bytes.hasRemaining()) {
      groups.append(':').append(Integer.toHexString(bytes.getShort() & 0xffff));
    }
    // The first of the longest runs of zeros, if it is one of more than one group.
    String text = groups.append(':').toString();
    for (int zeros = 8; zeros >= 2; zeros--) {
      int run = text.indexOf(":0".repeat(zeros) + ":");
      if (run >= 0) {
        text = text.substring(0, run) + "::" + text.substring(run + 2 * zeros + 1);
        break;
      }
    }
    int scope = six.getScopeId();
    return trimmed(text) + (scope == 0 ? "" : "%" + nameOf(six, scope));
  }

  /// Takes the colons at the ends away, save those that stand for zeros.
  private static String trimmed(String text) {
    int from = text.startsWith("::") ? 0 : 1;
    int to = text.length() - (text.endsWith("::") ? 0 : 1);
    return text.substring(from, to);
  }

  private static String nameOf(Inet6Address address, int scope) {
    var known = address.getScopedInterface();
    try {
      var found = known != null ? known : NetworkInterface.getByIndex(scope);
      return found == null ? Integer.toString(scope) : found.getName();
    } catch (IOException e) {
      return Integer.toString(scope);
    }
  }

  /// Returns the number of a scope. That of a name is asked of the JDK for the interface, and not
  /// for the address, because the JDK knows the scopes only of what the interface has.
  private static int scope(String host, String scope) throws UnknownHostException {
    if (scope.matches("[0-9]{1,9}")) {
      return Integer.parseInt(scope);
    }
    try {
      var found = scope.isEmpty() ? null : NetworkInterface.getByName(scope);
      if (found != null && found.getIndex() > 0) {
        return found.getIndex();
      }
    } catch (IOException e) {
      throw unknown(host, scope, e);
    }
    throw unknown(host, scope, null);
  }

  private static UnknownHostException unknown(
      String host, String scope, @Nullable IOException cause) {
    var unknown = new UnknownHostException(host + ": no network interface '" + scope + "'");
    unknown.initCause(cause);
    return unknown;
  }
}
