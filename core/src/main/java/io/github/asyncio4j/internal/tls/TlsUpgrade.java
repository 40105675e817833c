// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Puts a connection under TLS (EL-91, R-111). Loop thread only.
public final class TlsUpgrade {
  private TlsUpgrade() {}

  /// See `EventLoop.startTls`.
  public static Transport startTls(
      Lowlevel lowlevel,
      Transport transport,
      BaseProtocol protocol,
      SslEngineFactory ssl,
      SslOptions options)
      throws IOException {
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(protocol, "protocol");
    Objects.requireNonNull(ssl, "ssl");
    Objects.requireNonNull(options, "options");
    lowlevel.ensureInTask("startTls");
    TlsSettings settings = TlsSettings.of(ssl, options);
    EventLoop loop = lowlevel.loop();
    if (transport.isClosing()) {
      throw new ConnectionResetException("startTls on a transport that is closing: " + transport);
    }
    if (transport instanceof StreamTransport own) {
      own.ensureWritable("startTls");
    }
    Context context =
        transport instanceof StreamTransport owner ? owner.context() : Context.copyContext();
    Future<@Nullable Void> done = loop.createFuture();
    var tls = new TlsConnection(loop, settings, protocol, context, done, true);
    BaseProtocol before;
    try {
      before = transport.getProtocol();
      // So that nothing is received for the engine before it has begun.
      transport.pauseReading();
      transport.setProtocol(tls);
    } catch (Throwable t) {
      tls.abandon();
      throw t;
    }
    loop.callSoon(() -> begin(tls, transport, before == protocol), context);
    try {
      await(done);
    } catch (Throwable t) {
      tls.abort();
      transport.abort();
      throw t;
    }
    return tls.transport();
  }

  private static void begin(TlsConnection tls, Transport transport, boolean sameProtocol) {
    tls.input().rawIsPaused();
    tls.connectionMade(transport);
    int low = tls.output().flow().limits().low();
    if (sameProtocol && transport.getWriteBufferSize() > low && !tls.wasAskedToPause()) {
      // Its transport had asked it to pause, and will tell the connection of the room only (D-06).
      tls.output().flow().inheritPause();
    }
  }

  /// Suspends until a handshake is done.
  ///
  /// @throws IOException why it has failed
  public static void await(Future<@Nullable Void> handshake) throws IOException {
    try {
      handshake.await();
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("SSL handshake failed", e);
    }
  }
}
