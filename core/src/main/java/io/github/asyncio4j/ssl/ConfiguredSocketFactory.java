// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Makes sockets that begin with the settings of their context. None has shaken hands before.
final class ConfiguredSocketFactory extends SSLSocketFactory {
  private final SSLSocketFactory base;
  private final EngineSettings settings;

  ConfiguredSocketFactory(SSLSocketFactory base, EngineSettings settings) {
    this.base = base;
    this.settings = settings;
  }

  private Socket configured(Socket socket) {
    return settings.apply((SSLSocket) socket);
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
  public Socket createSocket() throws IOException {
    return configured(base.createSocket());
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return configured(base.createSocket(socket, host, port, autoClose));
  }

  @Override
  public Socket createSocket(Socket socket, InputStream consumed, boolean autoClose)
      throws IOException {
    return configured(base.createSocket(socket, consumed, autoClose));
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return configured(base.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return configured(base.createSocket(host, port, localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return configured(base.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return configured(base.createSocket(address, port, localAddress, localPort));
  }
}
