// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.TlsKit.Name;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCounted;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The engines of Netty's binding to BoringSSL: each owns native memory until it is released.
final class TcnativeEngines implements SslEngineFactory {
  private final SslContext client;
  private final @Nullable SslContext server;
  // All that were made; any thread.
  private final Queue<SSLEngine> made = new ConcurrentLinkedQueue<>();

  /// The contexts live as long as the process.
  TcnativeEngines(List<Name> own, List<Name> trusted, String... protocols) {
    try {
      var keys = own.isEmpty() ? null : TlsKit.keyManagers("SunX509", own);
      client =
          SslContextBuilder.forClient()
              .keyManager(keys)
              .trustManager(TlsKit.trustManagers(trusted))
              .endpointIdentificationAlgorithm(null)
              .sslProvider(SslProvider.OPENSSL_REFCNT)
              .applicationProtocolConfig(alpn(protocols))
              .build();
      server =
          keys == null
              ? null
              : SslContextBuilder.forServer(keys)
                  .trustManager(TlsKit.trustManagers(trusted))
                  .sslProvider(SslProvider.OPENSSL_REFCNT)
                  .applicationProtocolConfig(alpn(protocols))
                  .build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable ApplicationProtocolConfig alpn(String... protocols) {
    return protocols.length == 0
        ? null
        : new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            protocols);
  }

  @Override
  public SSLEngine newEngine(Side side, @Nullable String host, int port) {
    SslContext context = side == Side.CLIENT ? client : server;
    if (context == null) {
      throw new IllegalStateException("a server needs a certificate");
    }
    SSLEngine engine =
        host == null
            ? context.newEngine(UnpooledByteBufAllocator.DEFAULT)
            : context.newEngine(UnpooledByteBufAllocator.DEFAULT, host, port);
    made.add(engine);
    return engine;
  }

  @Override
  public void release(SSLEngine engine) {
    if (!((ReferenceCounted) engine).release()) {
      throw new IllegalStateException("somebody else holds it: " + engine);
    }
  }

  @Override
  public boolean prefersDirectBuffers() {
    return true;
  }

  /// Returns how many engines were made.
  int made() {
    return made.size();
  }

  /// Returns how many of them own native memory still.
  long alive() {
    return made.stream().filter(engine -> ((ReferenceCounted) engine).refCnt() != 0).count();
  }
}
