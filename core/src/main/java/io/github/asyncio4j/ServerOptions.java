// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.net.StandardProtocolFamily;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createServer` and `createUnixServer`. Immutable; each keyword has a
/// method of its name that returns a changed copy.
public final class ServerOptions extends Options {
  /// Every keyword at its default: a backlog of 100, serving at once.
  public static final ServerOptions DEFAULT = new ServerOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable StandardProtocolFamily family;
  private @Nullable Socket sock;
  private int backlog = 100;
  private @Nullable Boolean reuseAddress;
  private boolean reusePort;
  private boolean keepAlive;
  private boolean startServing = true;
  private Set<AddressInfoFlag> flags = Set.of(AddressInfoFlag.AI_PASSIVE);
  private boolean cleanupSocket = true;
  private @Nullable Set<PosixFilePermission> socketPermissions;
  private @Nullable SslEngineFactory ssl;
  private @Nullable Consumer<SSLParameters> sslParameters;
  private @Nullable Duration sslHandshakeTimeout;
  private @Nullable Duration sslShutdownTimeout;

  private ServerOptions() {}

  private ServerOptions(ServerOptions other) {
    this.family = other.family;
    this.sock = other.sock;
    this.backlog = other.backlog;
    this.reuseAddress = other.reuseAddress;
    this.reusePort = other.reusePort;
    this.keepAlive = other.keepAlive;
    this.startServing = other.startServing;
    this.flags = other.flags;
    this.cleanupSocket = other.cleanupSocket;
    this.socketPermissions = other.socketPermissions;
    this.ssl = other.ssl;
    this.sslParameters = other.sslParameters;
    this.sslHandshakeTimeout = other.sslHandshakeTimeout;
    this.sslShutdownTimeout = other.sslShutdownTimeout;
  }

  /// Returns the only family whose addresses are bound; null for any.
  public @Nullable StandardProtocolFamily family() {
    return family;
  }

  /// Returns a copy that binds only addresses of one family.
  public ServerOptions family(@Nullable StandardProtocolFamily family) {
    var copy = new ServerOptions(this);
    copy.family = family;
    return copy;
  }

  /// Returns the bound stream socket to listen on instead of host and port, or null.
  public @Nullable Socket sock() {
    return sock;
  }

  /// Returns a copy that listens on a bound stream socket instead of host and port. The server owns
  /// it from the call on.
  public ServerOptions sock(@Nullable Socket sock) {
    var copy = new ServerOptions(this);
    copy.sock = sock;
    return copy;
  }

  /// Returns the length of the kernel's queue of connections not yet accepted, which is also the
  /// most that are accepted in one iteration.
  public int backlog() {
    return backlog;
  }

  /// Returns a copy with another backlog.
  ///
  /// @throws IllegalArgumentException when it is below 1
  public ServerOptions backlog(int backlog) {
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog < 1: " + backlog);
    }
    var copy = new ServerOptions(this);
    copy.backlog = backlog;
    return copy;
  }

  /// Returns whether to set `SO_REUSEADDR`; null for the platform's custom, true on POSIX.
  public @Nullable Boolean reuseAddress() {
    return reuseAddress;
  }

  /// Returns a copy that sets `SO_REUSEADDR` or not; null for the platform's custom.
  public ServerOptions reuseAddress(@Nullable Boolean reuseAddress) {
    var copy = new ServerOptions(this);
    copy.reuseAddress = reuseAddress;
    return copy;
  }

  /// Tells whether to set `SO_REUSEPORT`.
  public boolean reusePort() {
    return reusePort;
  }

  /// Returns a copy that sets `SO_REUSEPORT` or not.
  public ServerOptions reusePort(boolean reusePort) {
    var copy = new ServerOptions(this);
    copy.reusePort = reusePort;
    return copy;
  }

  /// Tells whether to set `SO_KEEPALIVE` on the listener, which connections inherit.
  public boolean keepAlive() {
    return keepAlive;
  }

  /// Returns a copy that sets `SO_KEEPALIVE` or not.
  public ServerOptions keepAlive(boolean keepAlive) {
    var copy = new ServerOptions(this);
    copy.keepAlive = keepAlive;
    return copy;
  }

  /// Tells whether the server listens at once, or only after `startServing()`.
  public boolean startServing() {
    return startServing;
  }

  /// Returns a copy that listens at once, or only after `startServing()`.
  public ServerOptions startServing(boolean startServing) {
    var copy = new ServerOptions(this);
    copy.startServing = startServing;
    return copy;
  }

  /// Returns the flags that the resolver is asked with; cannot be changed.
  public Set<AddressInfoFlag> flags() {
    return flags;
  }

  /// Returns a copy that asks the resolver with these flags and no others. Without
  /// [AddressInfoFlag#AI_PASSIVE] no host means this machine alone, not all interfaces.
  public ServerOptions flags(Set<AddressInfoFlag> flags) {
    var copy = new ServerOptions(this);
    copy.flags = Set.copyOf(flags);
    return copy;
  }

  /// Tells whether the file of a unix socket is removed when its server is closed, unless it is
  /// another file by then.
  public boolean cleanupSocket() {
    return cleanupSocket;
  }

  /// Returns a copy that removes the file of a unix socket when its server is closed, or not. Only
  /// for `createUnixServer`.
  public ServerOptions cleanupSocket(boolean cleanupSocket) {
    var copy = new ServerOptions(this);
    copy.cleanupSocket = cleanupSocket;
    return copy;
  }

  /// Returns the permissions of the file of a unix socket; null for those that the umask of the
  /// process leaves.
  public @Nullable Set<PosixFilePermission> socketPermissions() {
    return socketPermissions;
  }

  /// Returns a copy that gives the file of a unix socket these permissions, whatever the umask is.
  /// Who may write may connect. Only for `createUnixServer`, which sets them before anybody can.
  ///
  /// @param socketPermissions as `PosixFilePermissions.fromString("rw-rw----")`; null for those
  ///   that the umask leaves
  public ServerOptions socketPermissions(@Nullable Set<PosixFilePermission> socketPermissions) {
    var copy = new ServerOptions(this);
    copy.socketPermissions = socketPermissions == null ? null : Set.copyOf(socketPermissions);
    return copy;
  }

  /// Returns what makes the engines of connections under TLS, or null for none.
  public @Nullable SslEngineFactory ssl() {
    return ssl;
  }

  /// Returns a copy that speaks TLS with the engines of a factory; null for no TLS.
  public ServerOptions ssl(@Nullable SslEngineFactory ssl) {
    var copy = new ServerOptions(this);
    copy.ssl = ssl;
    return copy;
  }

  /// Returns a copy that speaks TLS with the engines of a context.
  public ServerOptions ssl(SSLContext ssl) {
    return ssl(SslEngineFactory.of(ssl));
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
  public ServerOptions sslParameters(@Nullable Consumer<SSLParameters> sslParameters) {
    var copy = new ServerOptions(this);
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
  public ServerOptions sslHandshakeTimeout(@Nullable Duration sslHandshakeTimeout) {
    var copy = new ServerOptions(this);
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
  public ServerOptions sslShutdownTimeout(@Nullable Duration sslShutdownTimeout) {
    var copy = new ServerOptions(this);
    copy.sslShutdownTimeout = SslTimeouts.ensurePositive("sslShutdownTimeout", sslShutdownTimeout);
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("ServerOptions")
        .with("family", family)
        .with("sock", sock)
        .with("backlog", backlog)
        .with("reuseAddress", reuseAddress)
        .with("reusePort", reusePort)
        .with("keepAlive", keepAlive)
        .with("startServing", startServing)
        .with("flags", flags)
        .with("cleanupSocket", cleanupSocket)
        .with("socketPermissions", socketPermissions)
        .with("ssl", ssl)
        .with("sslParameters", sslParameters)
        .with("sslHandshakeTimeout", sslHandshakeTimeout)
        .with("sslShutdownTimeout", sslShutdownTimeout);
  }
}
