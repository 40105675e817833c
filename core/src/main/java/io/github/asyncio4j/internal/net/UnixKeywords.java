// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ServerOptions;
import java.net.StandardProtocolFamily;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which keywords unix sockets share with TCP: the others are refused, not passed over.
final class UnixKeywords {
  private UnixKeywords() {}

  /// Refuses keywords of `createConnection` that a unix socket cannot follow.
  static void ensureFit(ConnectionOptions options) {
    Objects.requireNonNull(options, "options");
    ensureFamily(options.family());
    refuse(options.localAddr() != null, "localAddr", options.localAddr());
    refuse(options.allErrors(), "allErrors", true);
  }

  /// Refuses keywords of `createServer` that a unix socket cannot follow.
  static void ensureFit(ServerOptions options) {
    Objects.requireNonNull(options, "options");
    ensureFamily(options.family());
    refuse(options.reuseAddress() != null, "reuseAddress", options.reuseAddress());
    refuse(options.reusePort(), "reusePort", true);
    refuse(options.keepAlive(), "keepAlive", true);
  }

  private static void ensureFamily(@Nullable StandardProtocolFamily family) {
    refuse(family != null && family != StandardProtocolFamily.UNIX, "family", family);
  }

  private static void refuse(boolean given, String keyword, @Nullable Object value) {
    if (given) {
      throw new IllegalArgumentException("a unix socket has no " + keyword + ": " + value);
    }
  }

  /// Refuses keywords of `createUnixServer` for other servers.
  static void ensureNone(ServerOptions options) {
    if (!options.cleanupSocket()) {
      throw new IllegalArgumentException(
          "cleanupSocket is only meaningful with unix sockets: false");
    }
    if (options.socketPermissions() != null) {
      throw new IllegalArgumentException(
          "socketPermissions is only meaningful with unix sockets: " + options.socketPermissions());
    }
  }
}
