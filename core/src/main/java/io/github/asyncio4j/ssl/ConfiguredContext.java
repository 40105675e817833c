// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// A context whose engines and sockets begin with settings of ours. The JDK's own have no way to
/// say what is on by default.
final class ConfiguredContext extends SSLContextSpi {
  private final SSLContext base;
  private final EngineSettings settings;

  private ConfiguredContext(SSLContext base, EngineSettings settings) {
    this.base = base;
    this.settings = settings;
  }

  /// Returns a context that is ready, over one that is ready.
  static SSLContext over(SSLContext base, EngineSettings settings) {
    var spi = new ConfiguredContext(base, settings);
    return new SSLContext(spi, base.getProvider(), base.getProtocol()) {};
  }

  @Override
  protected void engineInit(
      KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random)
      throws KeyManagementException {
    throw new KeyManagementException("it is initialized already");
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    return settings.apply(base.createSSLEngine());
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String host, int port) {
    return settings.apply(base.createSSLEngine(host, port));
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    return new ConfiguredSocketFactory(base.getSocketFactory(), settings);
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    return new ConfiguredServerSocketFactory(base.getServerSocketFactory(), settings);
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    return base.getServerSessionContext();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    return base.getClientSessionContext();
  }

  @Override
  protected SSLParameters engineGetDefaultSSLParameters() {
    return settings.apply(base.getDefaultSSLParameters());
  }

  @Override
  protected SSLParameters engineGetSupportedSSLParameters() {
    return base.getSupportedSSLParameters();
  }
}
