// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;

/// What the tests of TLS share: both sides on one loop, and a peer that the JDK has made.
abstract class TlsTest extends NetTest {
  static final ServerOptions SERVER = ServerOptions.DEFAULT.ssl(TlsKit.server());
  static final ConnectionOptions CLIENT = ConnectionOptions.DEFAULT.ssl(TlsKit.client());

  TlsTest(LoopKind kind) {
    super(kind);
  }

  static ServerOptions server(String version) {
    return SERVER.sslParameters(p -> p.setProtocols(new String[] {version}));
  }

  Server serveTls(Supplier<? extends BaseProtocol> factory) throws Exception {
    return serve(factory, SERVER);
  }

  <P extends BaseProtocol> Connection<Transport, P> connect(
      Supplier<P> factory, Server server, ConnectionOptions options) throws Exception {
    return loop.createConnection(factory, "127.0.0.1", port(server), options);
  }

  /// Joins two protocols by a connection of one version of TLS.
  void joinTls(BaseProtocol client, Recorder accepted, String version) throws Exception {
    try (var server = serve(() -> accepted, server(version))) {
      connect(() -> client, server, CLIENT);
      accepted.until(() -> !accepted.calls.isEmpty());
    }
  }

  /// Returns a connected socket of the JDK, its handshake done. Blocks.
  static SSLSocket peer(int port) throws Exception {
    var socket = (SSLSocket) TlsKit.client().getSocketFactory().createSocket("127.0.0.1", port);
    socket.startHandshake();
    return socket;
  }
}
