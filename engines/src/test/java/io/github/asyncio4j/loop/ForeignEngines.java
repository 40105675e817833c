// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.TlsEngines;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.TlsKit.Name;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;

/// Engines that others than the JDK have made.
enum ForeignEngines implements TlsEngines {
  /// BoringSSL as a provider of the JDK's: its contexts give out engines.
  CONSCRYPT {
    @Override
    public SslEngineFactory of(List<Name> own, List<Name> trusted, String... protocols) {
      try {
        var context = SSLContext.getInstance("TLS", BORINGSSL);
        context.init(
            // The JDK's other one does not understand what kinds of keys Conscrypt asks it for.
            own.isEmpty() ? null : TlsKit.keyManagers("SunX509", own).getKeyManagers(),
            TlsKit.trustManagers(trusted).getTrustManagers(),
            null);
        return new OfConscrypt(context, List.of(protocols));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  },

  /// BoringSSL by Netty: engines that are counted, of a context that the JDK does not know.
  TCNATIVE {
    @Override
    public SslEngineFactory of(List<Name> own, List<Name> trusted, String... protocols) {
      return new TcnativeEngines(own, trusted, protocols);
    }
  };

  private static final Provider BORINGSSL = Conscrypt.newProvider();

  /// Returns each of them with a loop of either selector, and of either engine of tasks.
  static Stream<Arguments> onLoops() {
    return Stream.of(values())
        .flatMap(
            engines ->
                Stream.of(LoopKind.EPOLL_LOOP_THREAD, LoopKind.NIO_BATON)
                    .map(kind -> Arguments.of(kind, engines)));
  }

  private record OfConscrypt(SSLContext context, List<String> protocols)
      implements SslEngineFactory {
    @Override
    public SSLEngine newEngine(Side side, @Nullable String host, int port) {
      SSLEngine engine = SslEngineFactory.of(context).newEngine(side, host, port);
      if (!protocols.isEmpty()) {
        Conscrypt.setApplicationProtocols(engine, protocols.toArray(String[]::new));
      }
      return engine;
    }

    @Override
    public boolean prefersDirectBuffers() {
      return true;
    }
  }
}
