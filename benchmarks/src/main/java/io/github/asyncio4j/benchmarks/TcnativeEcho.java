// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Our echo server under TLS with Netty's engines (BoringSSL) instead of the JDK's.
///
/// Arguments: `direct` or `heap`, which buffers the engines are given, the server's certificate and
/// its key (PEM files). Prints `serving on 127.0.0.1:PORT`.
public final class TcnativeEcho {
  private TcnativeEcho() {}

  /// Serves until the process is killed.
  public static void main(String[] args) throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(new File(args[1]), new File(args[2]))
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .build();
    var engines = new Engines(tls, args[0].equals("direct"));
    Asyncio.run(
        () -> {
          try (Server server =
              Asyncio.getRunningLoop()
                  .createServer(Echo::new, "127.0.0.1", 0, ServerOptions.DEFAULT.ssl(engines))) {
            var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
            System.out.println("serving on 127.0.0.1:" + Objects.requireNonNull(address).getPort());
            server.serveForever();
          }
        });
  }

  private record Engines(SslContext tls, boolean direct) implements SslEngineFactory {
    @Override
    public SSLEngine newEngine(Side side, @Nullable String host, int port) {
      return tls.newEngine(UnpooledByteBufAllocator.DEFAULT);
    }

    @Override
    public void release(SSLEngine engine) {
      ReferenceCountUtil.release(engine);
    }

    @Override
    public boolean prefersDirectBuffers() {
      return direct;
    }
  }

  private static final class Echo implements Protocol {
    private @Nullable Transport transport;

    @Override
    public void connectionMade(BaseTransport made) {
      transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      Objects.requireNonNull(transport).write(data);
    }
  }
}
