// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.TlsKit.Name;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Who makes the engines that a test of TLS runs on, of the certificates of [TlsKit].
public interface TlsEngines {
  /// Those of the JDK.
  TlsEngines JDK =
      new TlsEngines() {
        @Override
        public SslEngineFactory of(List<Name> own, List<Name> trusted, String... protocols) {
          SslEngineFactory engines = SslEngineFactory.of(TlsKit.of(own, trusted));
          return protocols.length == 0 ? engines : new Speaking(engines, List.of(protocols));
        }

        @Override
        public String toString() {
          return "JDK";
        }
      };

  /// Returns a factory.
  ///
  /// @param own whose certificates and keys its engines have
  /// @param trusted whom they trust
  /// @param protocols of the application, in the order of preference; none for no ALPN
  SslEngineFactory of(List<Name> own, List<Name> trusted, String... protocols);

  /// Returns that of a server, which trusts the client.
  default SslEngineFactory server() {
    return of(List.of(Name.LOCALHOST), List.of(Name.CLIENT));
  }

  /// Returns that of a client without a certificate, which trusts the server.
  default SslEngineFactory client() {
    return of(List.of(), List.of(Name.LOCALHOST));
  }

  /// Whose engines speak certain protocols of the application.
  record Speaking(SslEngineFactory engines, List<String> protocols) implements SslEngineFactory {
    @Override
    public SSLEngine newEngine(Side side, @Nullable String host, int port) {
      var engine = engines.newEngine(side, host, port);
      var parameters = engine.getSSLParameters();
      parameters.setApplicationProtocols(protocols.toArray(String[]::new));
      engine.setSSLParameters(parameters);
      return engine;
    }

    @Override
    public void release(SSLEngine engine) {
      engines.release(engine);
    }

    @Override
    public boolean prefersDirectBuffers() {
      return engines.prefersDirectBuffers();
    }
  }
}
