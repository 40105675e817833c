// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.internal.net.Sockets;
import io.github.asyncio4j.internal.net.StreamNetwork;
import io.github.asyncio4j.transport.BaseProtocol;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/// A network in which a server makes the names that it is started on.
final class NamingNetwork extends StreamNetwork {
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
}
