// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// The engines of a context.
record ContextEngines(SSLContext context) implements SslEngineFactory {
  @Override
  public SSLEngine newEngine(Side side, @Nullable String host, int port) {
    SSLEngine engine =
        host == null ? context.createSSLEngine() : context.createSSLEngine(host, port);
    engine.setUseClientMode(side == Side.CLIENT);
    return engine;
  }

  @Override
  public boolean supportsHalfClose() {
    return context.getProvider().getName().equals("SunJSSE");
  }
}
