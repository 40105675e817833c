// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.internal.net.Network;
import io.github.asyncio4j.internal.net.Sockets;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A network in which a server makes the names that it is started on, and so does an endpoint that
/// is bound to one.
final class NamingNetwork extends Network {
  private final MemoryHosts hosts;

  NamingNetwork(Lowlevel lowlevel, Sockets sockets, MemoryHosts hosts) {
    super(lowlevel, sockets, hosts);
    this.hosts = hosts;
  }

  @Override
  public Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> names,
      int port,
      ServerOptions options)
      throws IOException {
    names.forEach(hosts::define);
    return super.createServer(protocolFactory, names, port, options);
  }

  @Override
  public <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException {
    if (localAddr instanceof InetSocketAddress inet && inet.isUnresolved()) {
      hosts.define(inet.getHostString());
    }
    return super.createDatagramEndpoint(protocolFactory, localAddr, remoteAddr, options);
  }
}
