// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Opens connections and servers that are used as streams, on a given loop (ST-01).
///
/// `Asyncio.openConnection` and `Asyncio.startServer` call it with the running loop. Loop thread
/// only, and suspending: inside a task of the loop.
public final class Streams {
  private Streams() {}

  /// Connects to a host and port over TCP, with default options.
  ///
  /// @throws IOException when no connection can be made
  public static StreamConnection openConnection(EventLoop loop, String host, int port)
      throws IOException {
    return openConnection(loop, host, port, ConnectionOptions.DEFAULT);
  }

  /// Connects to a host and port over TCP, with the default limit.
  ///
  /// @throws IOException when no connection can be made
  public static StreamConnection openConnection(
      EventLoop loop, String host, int port, ConnectionOptions options) throws IOException {
    return openConnection(loop, host, port, options, StreamReader.DEFAULT_LIMIT);
  }

  /// Connects to a host and port over TCP.
  ///
  /// When it fails or is cancelled nothing stays open.
  ///
  /// @param options the keyword arguments of `createConnection`
  /// @param limit of the reader, see [StreamReader]
  /// @throws IllegalArgumentException when the limit is below 1, or as
  ///   [EventLoop#createConnection(Supplier, String, int, ConnectionOptions)]
  /// @throws IOException when no connection can be made
  public static StreamConnection openConnection(
      EventLoop loop, String host, int port, ConnectionOptions options, int limit)
      throws IOException {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(options, "options");
    var reader = new StreamReader(loop, limit);
    return streams(
        loop,
        reader,
        loop.createConnection(() -> new StreamReaderProtocol(loop, reader), host, port, options));
  }

  /// Makes streams of a connected socket, `options.sock()`; otherwise as
  /// [#openConnection(EventLoop, String, int, ConnectionOptions, int)].
  public static StreamConnection openConnection(
      EventLoop loop, ConnectionOptions options, int limit) throws IOException {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(options, "options");
    var reader = new StreamReader(loop, limit);
    return streams(
        loop, reader, loop.createConnection(() -> new StreamReaderProtocol(loop, reader), options));
  }

  private static StreamConnection streams(
      EventLoop loop, StreamReader reader, Connection<Transport, StreamReaderProtocol> connection) {
    return new StreamConnection(
        reader, new StreamWriter(connection.transport(), connection.protocol(), reader, loop));
  }

  /// Starts a server with default options; as [#startServer(EventLoop, ClientConnected, String,
  /// int, ServerOptions, int)].
  public static Server startServer(
      EventLoop loop, ClientConnected clientConnected, @Nullable String host, int port)
      throws IOException {
    return startServer(loop, clientConnected, host, port, ServerOptions.DEFAULT);
  }

  /// Starts a server with the default limit; as [#startServer(EventLoop, ClientConnected, String,
  /// int, ServerOptions, int)].
  public static Server startServer(
      EventLoop loop,
      ClientConnected clientConnected,
      @Nullable String host,
      int port,
      ServerOptions options)
      throws IOException {
    return startServer(loop, clientConnected, host, port, options, StreamReader.DEFAULT_LIMIT);
  }

  /// Starts a server that runs `clientConnected` for each connection, in a task of its own.
  ///
  /// @param host name or literal; null or empty for all interfaces
  /// @param port 0 for a free one
  /// @param options the keyword arguments of `createServer`
  /// @param limit of the readers, see [StreamReader]
  /// @throws IllegalArgumentException when the limit is below 1, or as
  ///   [EventLoop#createServer(Supplier, String, int, ServerOptions)]
  /// @throws IOException when an address cannot be bound
  public static Server startServer(
      EventLoop loop,
      ClientConnected clientConnected,
      @Nullable String host,
      int port,
      ServerOptions options,
      int limit)
      throws IOException {
    return startServer(
        loop, clientConnected, List.of(host == null ? "" : host), port, options, limit);
  }

  /// Starts a server on several hosts; otherwise as [#startServer(EventLoop, ClientConnected,
  /// String, int, ServerOptions, int)].
  ///
  /// @param hosts names or literals; an empty one stands for all interfaces
  public static Server startServer(
      EventLoop loop,
      ClientConnected clientConnected,
      List<String> hosts,
      int port,
      ServerOptions options,
      int limit)
      throws IOException {
    Objects.requireNonNull(hosts, "hosts");
    Objects.requireNonNull(options, "options");
    return loop.createServer(serverProtocols(loop, clientConnected, limit), hosts, port, options);
  }

  /// Starts a server on a bound socket, `options.sock()`; otherwise as [#startServer(EventLoop,
  /// ClientConnected, String, int, ServerOptions, int)].
  public static Server startServer(
      EventLoop loop, ClientConnected clientConnected, ServerOptions options, int limit)
      throws IOException {
    Objects.requireNonNull(options, "options");
    return loop.createServer(serverProtocols(loop, clientConnected, limit), options);
  }

  // Pipes.

  /// Makes a stream of the end of a pipe that is read from.
  ///
  /// The stream owns the end: it is closed when the stream has ended, or when its transport is
  /// closed ([StreamReader#transport()]). When the call fails or is cancelled it is closed, too.
  ///
  /// @param limit of the reader, see [StreamReader]
  /// @throws IllegalArgumentException when the limit is below 1, or as
  ///   [EventLoop#connectReadPipe(Supplier, ReadPipe)]
  /// @throws IOException as there
  public static StreamReader openReadPipe(EventLoop loop, ReadPipe pipe, int limit)
      throws IOException {
    Objects.requireNonNull(loop, "loop");
    var reader = new StreamReader(loop, limit);
    var _ = loop.connectReadPipe(() -> new StreamReaderProtocol(loop, reader), pipe);
    return reader;
  }

  /// Makes a stream of the end of a pipe that is written to.
  ///
  /// The stream owns the end, which is closed with it. When the call fails or is cancelled it is
  /// closed, too.
  ///
  /// @throws IOException as [EventLoop#connectWritePipe(Supplier, WritePipe)]
  public static StreamWriter openWritePipe(EventLoop loop, WritePipe pipe) throws IOException {
    Objects.requireNonNull(loop, "loop");
    // Its reader is never fed.
    var nobody = new StreamReader(loop);
    var connection = loop.connectWritePipe(() -> new StreamReaderProtocol(loop, nobody), pipe);
    return new StreamWriter(connection.transport(), connection.protocol(), null, loop);
  }

  /// Returns the stream of standard input, the same one to every task of the loop as long as it is
  /// not at its end. Suspending.
  ///
  /// Nobody has to close it. See [ReadPipe#stdin()] for what is done to standard input: nothing.
  ///
  /// @throws IOException when standard input is closed
  public static StreamReader stdin(EventLoop loop) throws IOException {
    return StandardIo.stdin(loop);
  }

  /// Returns the stream of standard output, the same one to every task of the loop as long as it is
  /// not closed. Suspending.
  ///
  /// Nobody has to close it; but what the system has not taken when the loop is closed is lost. So
  /// a program that ends with much output closes it and waits: `out.close(); out.waitClosed();`.
  /// See [WritePipe#stdout()] for what is done to standard output: nothing.
  ///
  /// @throws IOException when standard output is closed
  public static StreamWriter stdout(EventLoop loop) throws IOException {
    return StandardIo.stdout(loop);
  }

  /// Returns the stream of standard error; as [#stdout(EventLoop)].
  public static StreamWriter stderr(EventLoop loop) throws IOException {
    return StandardIo.stderr(loop);
  }

  // Unix sockets.

  /// Connects to a unix socket with default options.
  ///
  /// @param path an abstract name when it begins with a zero character, as in asyncio
  /// @throws IOException when no connection can be made
  public static StreamConnection openUnixConnection(EventLoop loop, String path)
      throws IOException {
    return openUnixConnection(
        loop, UnixNameAddress.parse(path), ConnectionOptions.DEFAULT, StreamReader.DEFAULT_LIMIT);
  }

  /// Connects to a unix socket with default options.
  ///
  /// @throws IOException when no connection can be made
  public static StreamConnection openUnixConnection(EventLoop loop, Path path) throws IOException {
    return openUnixConnection(
        loop,
        UnixDomainSocketAddress.of(path),
        ConnectionOptions.DEFAULT,
        StreamReader.DEFAULT_LIMIT);
  }

  /// Connects to a unix socket (ST-01).
  ///
  /// When it fails or is cancelled nothing stays open.
  ///
  /// @param path a [UnixDomainSocketAddress]; an abstract name is a [UnixNameAddress]
  /// @param options the keyword arguments of `createUnixConnection`
  /// @param limit of the reader, see [StreamReader]
  /// @throws IllegalArgumentException when the limit is below 1, or as
  ///   [EventLoop#createUnixConnection(Supplier, SocketAddress, ConnectionOptions)]
  /// @throws IOException when no connection can be made, as there
  public static StreamConnection openUnixConnection(
      EventLoop loop, SocketAddress path, ConnectionOptions options, int limit) throws IOException {
    Objects.requireNonNull(loop, "loop");
    var reader = new StreamReader(loop, limit);
    return streams(
        loop,
        reader,
        loop.createUnixConnection(() -> new StreamReaderProtocol(loop, reader), path, options));
  }

  /// Makes streams of a connected unix socket, `options.sock()`; otherwise as
  /// [#openUnixConnection(EventLoop, SocketAddress, ConnectionOptions, int)].
  public static StreamConnection openUnixConnection(
      EventLoop loop, ConnectionOptions options, int limit) throws IOException {
    Objects.requireNonNull(loop, "loop");
    var reader = new StreamReader(loop, limit);
    return streams(
        loop,
        reader,
        loop.createUnixConnection(() -> new StreamReaderProtocol(loop, reader), options));
  }

  /// Starts a server on a unix socket with default options; as [#startUnixServer(EventLoop,
  /// ClientConnected, SocketAddress, ServerOptions, int)].
  ///
  /// @param path an abstract name when it begins with a zero character, as in asyncio
  public static Server startUnixServer(EventLoop loop, ClientConnected clientConnected, String path)
      throws IOException {
    return startUnixServer(
        loop,
        clientConnected,
        UnixNameAddress.parse(path),
        ServerOptions.DEFAULT,
        StreamReader.DEFAULT_LIMIT);
  }

  /// Starts a server on a unix socket with default options; as [#startUnixServer(EventLoop,
  /// ClientConnected, SocketAddress, ServerOptions, int)].
  public static Server startUnixServer(EventLoop loop, ClientConnected clientConnected, Path path)
      throws IOException {
    return startUnixServer(
        loop,
        clientConnected,
        UnixDomainSocketAddress.of(path),
        ServerOptions.DEFAULT,
        StreamReader.DEFAULT_LIMIT);
  }

  /// Starts a server on a unix socket that runs `clientConnected` for each connection, in a task of
  /// its own (ST-01).
  ///
  /// @param path a [UnixDomainSocketAddress]; an abstract name is a [UnixNameAddress]
  /// @param options the keyword arguments of `createUnixServer`
  /// @param limit of the readers, see [StreamReader]
  /// @throws IllegalArgumentException when the limit is below 1, or as
  ///   [EventLoop#createUnixServer(Supplier, SocketAddress, ServerOptions)]
  /// @throws IOException when the path cannot be bound, as there
  public static Server startUnixServer(
      EventLoop loop,
      ClientConnected clientConnected,
      SocketAddress path,
      ServerOptions options,
      int limit)
      throws IOException {
    return loop.createUnixServer(serverProtocols(loop, clientConnected, limit), path, options);
  }

  /// Starts a server on a bound unix socket, `options.sock()`; otherwise as
  /// [#startUnixServer(EventLoop, ClientConnected, SocketAddress, ServerOptions, int)].
  public static Server startUnixServer(
      EventLoop loop, ClientConnected clientConnected, ServerOptions options, int limit)
      throws IOException {
    return loop.createUnixServer(serverProtocols(loop, clientConnected, limit), options);
  }

  private static Supplier<StreamReaderProtocol> serverProtocols(
      EventLoop loop, ClientConnected clientConnected, int limit) {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(clientConnected, "clientConnected");
    // A wrong limit is the caller's error, not that of every client.
    StreamReader.ensureLimit(limit);
    return () -> new StreamReaderProtocol(loop, new StreamReader(loop, limit), clientConnected);
  }
}
