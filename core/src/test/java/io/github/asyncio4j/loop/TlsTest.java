// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsEngines;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.internal.tls.LentBuffers;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;

/// What the tests of TLS share: both sides on one loop, and a peer that the JDK has made.
abstract class TlsTest extends NetTest {
  final TlsEngines engines;
  final ServerOptions serverOptions;
  final ConnectionOptions clientOptions;

  TlsTest(LoopKind kind) {
    this(kind, TlsEngines.JDK);
  }

  TlsTest(LoopKind kind, TlsEngines engines) {
    super(kind);
    this.engines = engines;
    this.serverOptions = ServerOptions.DEFAULT.ssl(engines.server());
    this.clientOptions = ConnectionOptions.DEFAULT.ssl(engines.client());
  }

  /// Sees in the end that no connection has kept a buffer.
  @Override
  void run(VoidCoroutine body) throws Exception {
    super.run(
        () -> {
          body.run();
          assertThat(LentBuffers.of(loop)).isZero();
        });
  }

  ServerOptions server(String version) {
    return serverOptions.sslParameters(p -> p.setProtocols(new String[] {version}));
  }

  Server serveTls(Supplier<? extends BaseProtocol> factory) throws Exception {
    return serve(factory, serverOptions);
  }

  <P extends BaseProtocol> Connection<Transport, P> connect(
      Supplier<P> factory, Server server, ConnectionOptions options) throws Exception {
    return loop.createConnection(factory, "127.0.0.1", port(server), options);
  }

  /// Joins two protocols by a connection of one version of TLS.
  void joinTls(BaseProtocol client, Recorder accepted, String version) throws Exception {
    try (var server = serve(() -> accepted, server(version))) {
      connect(() -> client, server, clientOptions);
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
