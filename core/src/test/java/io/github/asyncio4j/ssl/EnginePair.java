// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// A client's and a server's engine that talk in memory, as their contexts have made them.
final class EnginePair {
  private static final int ROOM = 1 << 16;

  private final SSLEngine client;
  private final SSLEngine server;
  private final ByteBuffer toServer = ByteBuffer.allocate(ROOM);
  private final ByteBuffer toClient = ByteBuffer.allocate(ROOM);

  EnginePair(SSLContext client, String host, SSLContext server) {
    this.client = client.createSSLEngine(host, 443);
    this.server = server.createSSLEngine();
  }

  SSLEngine client() {
    return client;
  }

  SSLEngine server() {
    return server;
  }

  /// Shakes hands and sends a byte each way, so that a server's refusal in TLS 1.3 is seen, too.
  EnginePair connect() throws SSLException {
    var got = ByteBuffer.allocate(ROOM);
    client.beginHandshake();
    server.beginHandshake();
    while (isShaking(client) || isShaking(server)) {
      int before = toServer.position() + toClient.position();
      HandshakeStatus clientBefore = client.getHandshakeStatus();
      HandshakeStatus serverBefore = server.getHandshakeStatus();
      step(client, toServer, toClient);
      step(server, toClient, toServer);
      if (toServer.position() + toClient.position() == before
          && client.getHandshakeStatus() == clientBefore
          && server.getHandshakeStatus() == serverBefore) {
        throw new AssertionError("stuck at " + clientBefore + " and " + serverBefore);
      }
    }
    exchange(client, toServer, server, got);
    exchange(server, toClient, client, got);
    if (got.position() != 2) {
      throw new AssertionError(got);
    }
    return this;
  }

  private static boolean isShaking(SSLEngine engine) {
    return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
    switch (engine.getHandshakeStatus()) {
      case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap(engine, in, ByteBuffer.allocate(ROOM));
      case NEED_TASK -> engine.getDelegatedTask().run();
      default -> {}
    }
  }

  private static void unwrap(SSLEngine engine, ByteBuffer in, ByteBuffer to) throws SSLException {
    in.flip();
    engine.unwrap(in, to);
    in.compact();
  }

  private static void exchange(SSLEngine from, ByteBuffer wire, SSLEngine to, ByteBuffer got)
      throws SSLException {
    from.wrap(ByteBuffer.wrap(new byte[] {7}), wire);
    int before = got.position();
    while (got.position() == before && wire.position() > 0) {
      unwrap(to, wire, got);
      while (to.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
        to.getDelegatedTask().run();
      }
    }
  }

  String protocol() {
    return client.getSession().getProtocol();
  }

  /// Returns the first certificate that the client was shown.
  X509Certificate shownByServer() throws SSLException {
    return (X509Certificate) client.getSession().getPeerCertificates()[0];
  }

  /// Returns the first certificate that the server was shown.
  X509Certificate shownByClient() throws SSLException {
    return (X509Certificate) server.getSession().getPeerCertificates()[0];
  }
}
