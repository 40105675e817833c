// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createConnection` and `createUnixConnection`. Immutable; each keyword
/// has a method of its name that returns a changed copy.
public final class ConnectionOptions extends Options {
  /// Every keyword at its default.
  public static final ConnectionOptions DEFAULT = new ConnectionOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable StandardProtocolFamily family;
  private @Nullable Socket sock;
  private @Nullable InetSocketAddress localAddr;
  private boolean allErrors;
  private int proto;
  private Set<AddressInfoFlag> flags = Set.of();
  private @Nullable Duration happyEyeballsDelay;
  private @Nullable Integer interleave;
  private @Nullable SslEngineFactory ssl;
  private @Nullable String serverHostname;
  private @Nullable Consumer<SSLParameters> sslParameters;
  private @Nullable Duration sslHandshakeTimeout;
  private @Nullable Duration sslShutdownTimeout;

  private ConnectionOptions() {}

  private ConnectionOptions(ConnectionOptions other) {
    this.family = other.family;
    this.sock = other.sock;
    this.localAddr = other.localAddr;
    this.allErrors = other.allErrors;
    this.proto = other.proto;
    this.flags = other.flags;
    this.happyEyeballsDelay = other.happyEyeballsDelay;
    this.interleave = other.interleave;
    this.ssl = other.ssl;
    this.serverHostname = other.serverHostname;
    this.sslParameters = other.sslParameters;
    this.sslHandshakeTimeout = other.sslHandshakeTimeout;
    this.sslShutdownTimeout = other.sslShutdownTimeout;
  }

  /// Returns the only family whose addresses are tried; null for any.
  public @Nullable StandardProtocolFamily family() {
    return family;
  }

  /// Returns a copy that tries only addresses of one family.
  public ConnectionOptions family(@Nullable StandardProtocolFamily family) {
    var copy = new ConnectionOptions(this);
    copy.family = family;
    return copy;
  }

  /// Returns the connected stream socket to use instead of host and port, or null.
  public @Nullable Socket sock() {
    return sock;
  }

  /// Returns a copy that uses a connected stream socket instead of host and port. The transport
  /// owns it from the call on.
  public ConnectionOptions sock(@Nullable Socket sock) {
    var copy = new ConnectionOptions(this);
    copy.sock = sock;
    return copy;
  }

  /// Returns the address to bind to before connecting, or null.
  public @Nullable InetSocketAddress localAddr() {
    return localAddr;
  }

  /// Returns a copy that binds to a local address first, which may be unresolved.
  public ConnectionOptions localAddr(@Nullable InetSocketAddress localAddr) {
    var copy = new ConnectionOptions(this);
    copy.localAddr = localAddr;
    return copy;
  }

  /// Tells whether a total failure is an [ExceptionGroup] of the failure of each address.
  public boolean allErrors() {
    return allErrors;
  }

  /// Returns a copy that reports a total failure as an [ExceptionGroup] of the failure of each
  /// address, or not.
  public ConnectionOptions allErrors(boolean allErrors) {
    var copy = new ConnectionOptions(this);
    copy.allErrors = allErrors;
    return copy;
  }

  /// Returns the number of the protocol that the resolver is asked for; 0 for any.
  public int proto() {
    return proto;
  }

  /// Returns a copy that asks the resolver for one protocol; only 6, TCP, has addresses.
  ///
  /// @throws IllegalArgumentException when it is negative
  public ConnectionOptions proto(int proto) {
    if (proto < 0) {
      throw new IllegalArgumentException("proto < 0: " + proto);
    }
    var copy = new ConnectionOptions(this);
    copy.proto = proto;
    return copy;
  }

  /// Returns the flags that the resolver is asked with, for the local address too; cannot be
  /// changed.
  public Set<AddressInfoFlag> flags() {
    return flags;
  }

  /// Returns a copy that asks the resolver with these flags and no others.
  public ConnectionOptions flags(Set<AddressInfoFlag> flags) {
    var copy = new ConnectionOptions(this);
    copy.flags = Set.copyOf(flags);
    return copy;
  }

  /// Returns how much time an address gets before the next one is tried beside it; null for until
  /// it fails.
  public @Nullable Duration happyEyeballsDelay() {
    return happyEyeballsDelay;
  }

  /// Returns a copy that tries the next address when those before have not connected for a while,
  /// or at once when the last one fails (RFC 8305, which recommends 250 ms). The first that
  /// connects wins, and the others are ended and closed.
  ///
  /// @throws IllegalArgumentException when it is negative
  public ConnectionOptions happyEyeballsDelay(@Nullable Duration happyEyeballsDelay) {
    if (happyEyeballsDelay != null && happyEyeballsDelay.isNegative()) {
      throw new IllegalArgumentException("happyEyeballsDelay < 0: " + happyEyeballsDelay);
    }
    var copy = new ConnectionOptions(this);
    copy.happyEyeballsDelay = happyEyeballsDelay;
    return copy;
  }

  /// Returns how many addresses of the first family are tried before the families take turns; 0 for
  /// the resolver's order; null for 1 with `happyEyeballsDelay` and 0 without.
  public @Nullable Integer interleave() {
    return interleave;
  }

  /// Returns a copy in which the families of the addresses take turns ("First Address Family Count"
  /// of RFC 8305), or with 0 do not.
  ///
  /// @throws IllegalArgumentException when it is negative
  public ConnectionOptions interleave(@Nullable Integer interleave) {
    if (interleave != null && interleave < 0) {
      throw new IllegalArgumentException("interleave < 0: " + interleave);
    }
    var copy = new ConnectionOptions(this);
    copy.interleave = interleave;
    return copy;
  }

  /// Returns what makes the engines of connections under TLS, or null for none.
  public @Nullable SslEngineFactory ssl() {
    return ssl;
  }

  /// Returns a copy that speaks TLS with the engines of a factory; null for no TLS.
  public ConnectionOptions ssl(@Nullable SslEngineFactory ssl) {
    var copy = new ConnectionOptions(this);
    copy.ssl = ssl;
    return copy;
  }

  /// Returns a copy that speaks TLS with the engines of a context.
  public ConnectionOptions ssl(SSLContext ssl) {
    return ssl(SslEngineFactory.of(ssl));
  }

  /// Returns a copy that speaks TLS with the engines of the JVM's default context, which trusts the
  /// authorities that the JVM does, or that does not speak TLS (EL-44).
  public ConnectionOptions ssl(boolean ssl) {
    if (!ssl) {
      return ssl((SslEngineFactory) null);
    }
    try {
      return ssl(SSLContext.getDefault());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JVM has no default SSLContext", e);
    }
  }

  /// Returns the name that the server is asked for and that its certificate has to have; null for
  /// the host, empty for none.
  public @Nullable String serverHostname() {
    return serverHostname;
  }

  /// Returns a copy that asks the server for a name (SNI) and verifies that its certificate has it.
  ///
  /// An address is verified and not asked for. The empty name turns both off, the certificate's
  /// chain is verified still. Null stands for the host that is connected to.
  public ConnectionOptions serverHostname(@Nullable String serverHostname) {
    var copy = new ConnectionOptions(this);
    copy.serverHostname = serverHostname;
    return copy;
  }

  /// Returns what changes the parameters of each engine, or null.
  public @Nullable Consumer<SSLParameters> sslParameters() {
    return sslParameters;
  }

  /// Returns a copy that has the parameters of each engine changed before its handshake: protocols
  /// of the application (ALPN), client certificates, matchers of names, versions, cipher suites.
  ///
  /// ```java
  /// options.ssl(context).sslParameters(p -> p.setApplicationProtocols(new String[] {"h2"}))
  /// ```
  ///
  /// @param sslParameters is given what the engine has by default and what the other keywords make
  ///   of it. Called on the loop's thread for each connection, which fails with what it throws
  public ConnectionOptions sslParameters(@Nullable Consumer<SSLParameters> sslParameters) {
    var copy = new ConnectionOptions(this);
    copy.sslParameters = sslParameters;
    return copy;
  }

  /// Returns how long a handshake may take; null for 60 seconds.
  public @Nullable Duration sslHandshakeTimeout() {
    return sslHandshakeTimeout;
  }

  /// Returns a copy in which a handshake may take so long and no longer; null for 60 seconds.
  ///
  /// @throws IllegalArgumentException unless it is positive
  public ConnectionOptions sslHandshakeTimeout(@Nullable Duration sslHandshakeTimeout) {
    var copy = new ConnectionOptions(this);
    copy.sslHandshakeTimeout =
        SslTimeouts.ensurePositive("sslHandshakeTimeout", sslHandshakeTimeout);
    return copy;
  }

  /// Returns how long a connection that was closed may stand still; null for 30 seconds.
  public @Nullable Duration sslShutdownTimeout() {
    return sslShutdownTimeout;
  }

  /// Returns a copy in which a connection that was closed may stand still so long and no longer:
  /// while the peer takes no output, or does not say goodbye (`close_notify`). Null for 30 seconds.
  ///
  /// @throws IllegalArgumentException unless it is positive
  public ConnectionOptions sslShutdownTimeout(@Nullable Duration sslShutdownTimeout) {
    var copy = new ConnectionOptions(this);
    copy.sslShutdownTimeout = SslTimeouts.ensurePositive("sslShutdownTimeout", sslShutdownTimeout);
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("ConnectionOptions")
        .with("family", family)
        .with("sock", sock)
        .with("localAddr", localAddr)
        .with("allErrors", allErrors)
        .with("proto", proto)
        .with("flags", flags)
        .with("happyEyeballsDelay", happyEyeballsDelay)
        .with("interleave", interleave)
        .with("ssl", ssl)
        .with("serverHostname", serverHostname)
        .with("sslParameters", sslParameters)
        .with("sslHandshakeTimeout", sslHandshakeTimeout)
        .with("sslShutdownTimeout", sslShutdownTimeout);
  }
}
