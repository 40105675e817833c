// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.Received;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a loop leaves to its parts, one for each heading.
abstract sealed class DelegatingLoop implements EventLoop permits BaseEventLoop {
  final SlowDurations durations = new SlowDurations();

  /// Called when one of the durations has changed. Any thread.
  abstract void durationsChanged();

  @Override
  public final Duration slowCallbackDuration() {
    return Duration.ofNanos(durations.callbackNanos());
  }

  @Override
  public final void setSlowCallbackDuration(Duration duration) {
    durations.setCallback(duration);
    durationsChanged();
  }

  @Override
  public final Duration frozenLoopDuration() {
    return durations.frozenLoop();
  }

  @Override
  public final void setFrozenLoopDuration(Duration duration) {
    durations.setFrozenLoop(duration);
    durationsChanged();
  }

  /// Returns the part that makes connections and servers.
  protected abstract LoopConnections connections();

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException {
    return connections().createConnection(protocolFactory, host, port, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    return connections().createConnection(protocolFactory, options);
  }

  @Override
  public final Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    return connections().createServer(protocolFactory, hosts, port, options);
  }

  @Override
  public final Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    return connections().createServer(protocolFactory, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock) throws IOException {
    return connections().connectAcceptedSocket(protocolFactory, sock);
  }

  @Override
  public final <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException {
    return connections().createDatagramEndpoint(protocolFactory, localAddr, remoteAddr, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, SocketAddress path, ConnectionOptions options)
      throws IOException {
    return connections().createUnixConnection(protocolFactory, path, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    return connections().createUnixConnection(protocolFactory, options);
  }

  @Override
  public final Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, SocketAddress path, ServerOptions options)
      throws IOException {
    return connections().createUnixServer(protocolFactory, path, options);
  }

  @Override
  public final Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    return connections().createUnixServer(protocolFactory, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    return connections().connectAcceptedSocket(protocolFactory, sock, ssl, options);
  }

  @Override
  public final Transport startTls(
      Transport transport, BaseProtocol protocol, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    return connections().startTls(transport, protocol, ssl, options);
  }

  @Override
  public final List<AddressInfo> getaddrinfo(
      @Nullable String host, @Nullable String service, AddressInfoOptions options)
      throws IOException {
    return connections().getaddrinfo(host, service, options);
  }

  @Override
  public final NameInfo getnameinfo(SocketAddress sockaddr, NameInfoFlag... flags)
      throws IOException {
    return connections().getnameinfo(sockaddr, flags);
  }

  @Override
  public final Resolver getResolver() {
    return connections().getResolver();
  }

  @Override
  public final void setResolver(@Nullable Resolver resolver) {
    connections().setResolver(resolver);
  }

  /// Returns the part that sends files.
  protected abstract LoopFiles files();

  @Override
  public final long sendfile(
      Transport transport, FileChannel file, long offset, long count, boolean fallback)
      throws IOException {
    return files().sendfile(transport, file, offset, count, fallback);
  }

  /// Returns the part that starts child processes.
  protected abstract LoopSubprocesses subprocesses();

  @Override
  public final <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<P> protocolFactory, SubprocessOptions options, List<String> command)
      throws IOException {
    return subprocesses().subprocessExec(protocolFactory, options, command);
  }

  // Sockets.

  /// Returns the part that works with sockets directly.
  protected abstract LoopSockets sockets();

  @Override
  public final byte[] sockRecv(Socket sock, int nbytes) throws IOException {
    return sockets().sockRecv(sock, nbytes);
  }

  @Override
  public final int sockRecvInto(Socket sock, ByteBuffer buf) throws IOException {
    return sockets().sockRecvInto(sock, buf);
  }

  @Override
  public final void sockSendall(Socket sock, ByteBuffer data) throws IOException {
    sockets().sockSendall(sock, data);
  }

  @Override
  public final long sockSendfile(
      Socket sock, FileChannel file, long offset, long count, boolean fallback) throws IOException {
    return sockets().sockSendfile(sock, file, offset, count, fallback);
  }

  @Override
  public final Datagram sockRecvfrom(Socket sock, int bufsize) throws IOException {
    return sockets().sockRecvfrom(sock, bufsize);
  }

  @Override
  public final Received sockRecvfromInto(Socket sock, ByteBuffer buf) throws IOException {
    return sockets().sockRecvfromInto(sock, buf);
  }

  @Override
  public final int sockSendto(Socket sock, ByteBuffer data, @Nullable SocketAddress address)
      throws IOException {
    return sockets().sockSendto(sock, data, address);
  }

  @Override
  public final void sockConnect(Socket sock, SocketAddress address) throws IOException {
    sockets().sockConnect(sock, address);
  }

  @Override
  public final Socket sockAccept(Socket sock) throws IOException {
    return sockets().sockAccept(sock);
  }

  // Pipes.

  /// Returns the part that makes transports of pipes.
  protected abstract LoopPipes pipes();

  @Override
  public final <P extends BaseProtocol> Connection<ReadTransport, P> connectReadPipe(
      Supplier<P> protocolFactory, ReadPipe pipe) throws IOException {
    return pipes().connectReadPipe(protocolFactory, pipe);
  }

  @Override
  public final <P extends BaseProtocol> Connection<WriteTransport, P> connectWritePipe(
      Supplier<P> protocolFactory, WritePipe pipe) throws IOException {
    return pipes().connectWritePipe(protocolFactory, pipe);
  }
}
