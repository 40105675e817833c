// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Makes the TLS engine of each connection: wherever an [SSLContext] is taken, this is taken too.
///
/// For providers that hand out engines and not contexts, as bindings to OpenSSL and BoringSSL do.
/// Both methods are called on the thread of the loop whose connection it is, so a factory that
/// several loops share is called from several threads. They must not block. What an engine has to
/// compute is done in other threads, one at a time, so an engine must not depend on whose thread it
/// is; but never two are in it at once.
@FunctionalInterface
public interface SslEngineFactory {
  /// The side of a connection that an engine is for.
  enum Side {
    /// Speaks first, and verifies the peer's certificate.
    CLIENT,
    /// Answers, and has a certificate.
    SERVER
  }

  /// Makes an engine, fresh and not handshaking, whose side is set already.
  ///
  /// The loop then sets its parameters: the name of the server and its verification, and what the
  /// options of the call ask for. The engine is the loop's until it is released.
  ///
  /// @param host the name by which the peer is known, for the resumption of sessions; null when
  ///   there is none, as on a server
  /// @param port the port of the peer; -1 when it is not known
  SSLEngine newEngine(Side side, @Nullable String host, int port);

  /// Called once when the loop has no more use for an engine: for engines that own native memory.
  /// Nobody is inside the engine then. What it throws is logged.
  ///
  /// Usually the loop's thread; the thread of a delegated task when that was still running as the
  /// connection ended.
  default void release(SSLEngine engine) {}

  /// Tells whether the engines work faster on buffers outside the heap. Those whose code is native
  /// do, as they copy an array before they can use it; the JDK's works on arrays inside. Asked once
  /// for each connection.
  default boolean prefersDirectBuffers() {
    return false;
  }

  /// Tells whether the engines go on receiving when they have sent `close_notify`, and sending when
  /// they have received it, as TLS 1.3 allows. Otherwise both halves of a connection end together,
  /// as with TLS 1.2. Asked once for each connection. The JDK's can; those of BoringSSL cannot, and
  /// drop what is written then.
  default boolean supportsHalfClose() {
    return false;
  }

  /// Returns the context that the engines are made of, or null: what `getExtraInfo("sslcontext")`
  /// says.
  default @Nullable SSLContext context() {
    return null;
  }

  /// Returns the factory of a context's engines. Two of the same context are equal.
  static SslEngineFactory of(SSLContext context) {
    return new ContextEngines(Objects.requireNonNull(context, "context"));
  }
}
