// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `startTls`, and those of `connectAcceptedSocket` under TLS. Immutable;
/// each keyword has a method of its name that returns a changed copy.
public final class SslOptions extends Options {
  /// Every keyword at its default: the side of a client, which must be given a name.
  public static final SslOptions DEFAULT = new SslOptions();

  // Written before the object is returned to anybody, never after.
  private boolean serverSide;
  private @Nullable String serverHostname;
  private @Nullable Consumer<SSLParameters> sslParameters;
  private @Nullable Duration sslHandshakeTimeout;
  private @Nullable Duration sslShutdownTimeout;
  private @Nullable ByteBuffer received;

  private SslOptions() {}

  private SslOptions(SslOptions other) {
    this.serverSide = other.serverSide;
    this.serverHostname = other.serverHostname;
    this.sslParameters = other.sslParameters;
    this.sslHandshakeTimeout = other.sslHandshakeTimeout;
    this.sslShutdownTimeout = other.sslShutdownTimeout;
    this.received = other.received;
  }

  /// Tells whether this is the side that answers and has a certificate.
  public boolean serverSide() {
    return serverSide;
  }

  /// Returns a copy for the side of the server, or for that of the client.
  public SslOptions serverSide(boolean serverSide) {
    var copy = new SslOptions(this);
    copy.serverSide = serverSide;
    return copy;
  }

  /// Returns the name that the server is asked for and that its certificate has to have; empty for
  /// none, null on a server.
  public @Nullable String serverHostname() {
    return serverHostname;
  }

  /// Returns a copy that asks the server for a name (SNI) and verifies that its certificate has it.
  ///
  /// An address is verified and not asked for. The empty name turns both off, the certificate's
  /// chain is verified still. A client must be given one: its transport knows none.
  public SslOptions serverHostname(@Nullable String serverHostname) {
    var copy = new SslOptions(this);
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
  public SslOptions sslParameters(@Nullable Consumer<SSLParameters> sslParameters) {
    var copy = new SslOptions(this);
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
  public SslOptions sslHandshakeTimeout(@Nullable Duration sslHandshakeTimeout) {
    var copy = new SslOptions(this);
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
  public SslOptions sslShutdownTimeout(@Nullable Duration sslShutdownTimeout) {
    var copy = new SslOptions(this);
    copy.sslShutdownTimeout = SslTimeouts.ensurePositive("sslShutdownTimeout", sslShutdownTimeout);
    return copy;
  }

  /// Returns the bytes that were received already and belong to TLS, or null.
  public @Nullable ByteBuffer received() {
    return received == null ? null : received.duplicate();
  }

  /// Returns a copy with bytes that were received from the transport before and belong to TLS, as a
  /// client's first message that came with the last one in the clear. They are what the engine
  /// decrypts first, and nothing else ever sees them.
  ///
  /// @param received copied, from position to limit; null for none
  public SslOptions received(@Nullable ByteBuffer received) {
    var copy = new SslOptions(this);
    copy.received =
        received == null
            ? null
            : ByteBuffer.allocate(received.remaining())
                .put(received.duplicate())
                .flip()
                .asReadOnlyBuffer();
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("SslOptions")
        .with("serverSide", serverSide)
        .with("serverHostname", serverHostname)
        .with("sslParameters", sslParameters)
        .with("sslHandshakeTimeout", sslHandshakeTimeout)
        .with("sslShutdownTimeout", sslShutdownTimeout)
        .with("received", received);
  }
}
