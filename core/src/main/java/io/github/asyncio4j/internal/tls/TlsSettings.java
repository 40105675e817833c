// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.ssl.SslEngineFactory.Side;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// What the keyword arguments of a call say of TLS. Immutable.
///
/// @param serverHostname what a client asks for and verifies; empty for nothing, and on a server
/// @param port of the peer, -1 when it is not known
/// @param received what came for the engine before, or null
public record TlsSettings(
    SslEngineFactory factory,
    Side side,
    String serverHostname,
    int port,
    @Nullable Consumer<SSLParameters> parameters,
    Duration handshakeTimeout,
    Duration shutdownTimeout,
    @Nullable ByteBuffer received) {
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  /// Returns what is asked of a connection, or null when it is not to be under TLS.
  ///
  /// @param host what is connected to; null for a socket
  /// @throws IllegalArgumentException when the keywords do not fit together (EL-45 to EL-47)
  public static @Nullable TlsSettings of(
      ConnectionOptions options, @Nullable String host, int port) {
    SslEngineFactory factory = options.ssl();
    String name = options.serverHostname();
    if (factory == null) {
      ensureAbsent("serverHostname", name);
      ensureAbsent("sslParameters", options.sslParameters());
      ensureAbsent("sslHandshakeTimeout", options.sslHandshakeTimeout());
      ensureAbsent("sslShutdownTimeout", options.sslShutdownTimeout());
      return null;
    }
    if (name == null) {
      name = host;
    }
    return new TlsSettings(
        factory,
        Side.CLIENT,
        ensureName(name),
        port,
        options.sslParameters(),
        Objects.requireNonNullElse(options.sslHandshakeTimeout(), HANDSHAKE_TIMEOUT),
        Objects.requireNonNullElse(options.sslShutdownTimeout(), SHUTDOWN_TIMEOUT),
        null);
  }

  /// Returns what is asked of the connections of a server, or null when they are not to be under
  /// TLS.
  ///
  /// @throws IllegalArgumentException when the keywords do not fit together (EL-77)
  public static @Nullable TlsSettings of(ServerOptions options) {
    SslEngineFactory factory = options.ssl();
    if (factory == null) {
      ensureAbsent("sslParameters", options.sslParameters());
      ensureAbsent("sslHandshakeTimeout", options.sslHandshakeTimeout());
      ensureAbsent("sslShutdownTimeout", options.sslShutdownTimeout());
      return null;
    }
    return new TlsSettings(
        factory,
        Side.SERVER,
        "",
        -1,
        options.sslParameters(),
        Objects.requireNonNullElse(options.sslHandshakeTimeout(), HANDSHAKE_TIMEOUT),
        Objects.requireNonNullElse(options.sslShutdownTimeout(), SHUTDOWN_TIMEOUT),
        null);
  }

  /// Returns what is asked of a connection that is put under TLS.
  ///
  /// @throws IllegalArgumentException when the keywords do not fit together
  public static TlsSettings of(SslEngineFactory factory, SslOptions options) {
    String name = options.serverHostname();
    if (options.serverSide()) {
      if (name != null) {
        throw new IllegalArgumentException("a server has no serverHostname: " + name);
      }
      name = "";
    }
    return new TlsSettings(
        factory,
        options.serverSide() ? Side.SERVER : Side.CLIENT,
        ensureName(name),
        -1,
        options.sslParameters(),
        Objects.requireNonNullElse(options.sslHandshakeTimeout(), HANDSHAKE_TIMEOUT),
        Objects.requireNonNullElse(options.sslShutdownTimeout(), SHUTDOWN_TIMEOUT),
        options.received());
  }

  private static void ensureAbsent(String keyword, @Nullable Object value) {
    if (value != null) {
      throw new IllegalArgumentException(keyword + " is only meaningful with ssl: " + value);
    }
  }

  private static String ensureName(@Nullable String name) {
    if (name == null) {
      throw new IllegalArgumentException(
          "serverHostname is needed with ssl when no host is given; \"\" verifies none");
    }
    return name;
  }

  /// Makes an engine that is ready for its handshake. The caller releases it.
  ///
  /// @throws RuntimeException what the factory or whoever changes the parameters throws
  SSLEngine newEngine() {
    String host = serverHostname.isEmpty() ? null : serverHostname;
    SSLEngine engine = factory.newEngine(side, host, host == null ? -1 : port);
    Objects.requireNonNull(engine, "newEngine() returned null");
    try {
      if (engine.getUseClientMode() != (side == Side.CLIENT)) {
        throw new IllegalStateException("newEngine() returned one of the wrong side: " + engine);
      }
      SSLParameters wanted = engine.getSSLParameters();
      if (host != null) {
        wanted.setEndpointIdentificationAlgorithm("HTTPS");
        SNIHostName name = sniOf(host);
        if (name != null) {
          wanted.setServerNames(List.of(name));
        }
      } else if (side == Side.CLIENT) {
        // A context may ask for it; null would leave that as it is.
        wanted.setEndpointIdentificationAlgorithm("");
      }
      if (parameters != null) {
        parameters.accept(wanted);
      }
      engine.setSSLParameters(wanted);
      return engine;
    } catch (Throwable t) {
      factory.release(engine);
      throw t;
    }
  }

  /// Returns the name as a client sends it (RFC 6066, section 3), or null for what cannot be sent:
  /// an address, or what is no host name.
  private static @Nullable SNIHostName sniOf(String host) {
    if (isLiteral(host)) {
      return null;
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    try {
      return new SNIHostName(name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isLiteral(String host) {
    try {
      var _ = InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
