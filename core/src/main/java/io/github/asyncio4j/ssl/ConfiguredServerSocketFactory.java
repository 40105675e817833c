// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;

/// Makes listening sockets whose connections begin with the settings of their context.
final class ConfiguredServerSocketFactory extends SSLServerSocketFactory {
  private final SSLServerSocketFactory base;
  private final EngineSettings settings;

  ConfiguredServerSocketFactory(SSLServerSocketFactory base, EngineSettings settings) {
    this.base = base;
    this.settings = settings;
  }

  private ServerSocket configured(ServerSocket socket) {
    return settings.apply((SSLServerSocket) socket);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return base.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return base.getSupportedCipherSuites();
  }

  @Override
  public ServerSocket createServerSocket() throws IOException {
    return configured(base.createServerSocket());
  }

  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return configured(base.createServerSocket(port));
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog) throws IOException {
    return configured(base.createServerSocket(port, backlog));
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
      throws IOException {
    return configured(base.createServerSocket(port, backlog, address));
  }
}
