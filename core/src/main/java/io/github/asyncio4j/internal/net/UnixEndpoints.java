// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.socket.BacklogFullException;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes connections and servers of unix stream sockets (EL-64, EL-80, R-96). What comes after the
/// socket is that of TCP: [StreamConnector#adopt] and [ServerBinder#serve].
///
/// Each method suspends; each closes what it opened, and removes the file that it made, when it
/// fails or is cancelled. Loop thread only.
final class UnixEndpoints {
  /*
   * A server whose queue is full refuses a connect that does not block by EAGAIN, and the kernel has
   * no way to tell when there is room (unix(7)). TCP repeats its request by itself; here we do, with
   * a new socket each time, because the JDK's cannot connect twice.
   */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  private final NetContext net;
  private final StreamConnector connector;
  private final ServerBinder binder;

  UnixEndpoints(NetContext net, StreamConnector connector, ServerBinder binder) {
    this.net = net;
    this.connector = connector;
    this.binder = binder;
  }

  // Connecting.

  /// Connects to a path or an abstract name; see `EventLoop.createUnixConnection`.
  <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, SocketAddress path, ConnectionOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    ensureAddress(path);
    UnixKeywords.ensureFit(options);
    net.lowlevel().ensureInTask("createUnixConnection");
    if (options.sock() != null) {
      throw new IllegalArgumentException(
          "path and sock can not be specified at the same time: " + path + ", " + options.sock());
    }
    TlsSettings tls = TlsSettings.of(options, null, -1);
    return connector.adopt(connect(path), protocolFactory, tls);
  }

  /// Makes a transport of a socket that is connected; see `EventLoop.createUnixConnection`.
  <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    UnixKeywords.ensureFit(options);
    net.lowlevel().ensureInTask("createUnixConnection");
    var socket = options.sock();
    if (socket == null) {
      throw new IllegalArgumentException("no path and sock were specified");
    }
    ensureUnixStream(socket);
    return connector.adopt(socket, protocolFactory, TlsSettings.of(options, null, -1));
  }

  private Socket connect(SocketAddress path) throws IOException {
    for (var pause = FIRST_PAUSE; ; pause = longer(pause)) {
      try {
        return connectOnce(path);
      } catch (BacklogFullException e) {
        net.logDebug(() -> "createUnixConnection() tries again: " + path, e);
        sleep(pause);
      }
    }
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  private void sleep(Duration pause) {
    Future<@Nullable Void> waiter = net.loop().createFuture();
    var timer = net.loop().callLater(pause, () -> waiter.trySetResult(null));
    try {
      waiter.join();
    } finally {
      timer.cancel();
    }
  }

  private Socket connectOnce(SocketAddress path) throws IOException {
    var socket = net.sockets().open(StandardProtocolFamily.UNIX, SocketType.STREAM);
    boolean connected = false;
    try {
      net.backend().connect(socket, path);
      connected = true;
      return socket;
    } finally {
      if (!connected) {
        net.close(socket);
      }
    }
  }

  // Serving.

  /// Starts a server on a path or an abstract name; see `EventLoop.createUnixServer`.
  Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, SocketAddress path, ServerOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    ensureAddress(path);
    UnixKeywords.ensureFit(options);
    net.lowlevel().ensureInTask("createUnixServer");
    if (options.sock() != null) {
      throw new IllegalArgumentException(
          "path and sock can not be specified at the same time: " + path + ", " + options.sock());
    }
    if (options.socketPermissions() != null && path instanceof UnixNameAddress) {
      throw new IllegalArgumentException(
          "an abstract name has no socketPermissions: " + path + ", " + options);
    }
    TlsSettings tls = TlsSettings.of(options);
    var socket = net.sockets().open(StandardProtocolFamily.UNIX, SocketType.STREAM);
    SocketFile file = null;
    boolean serving = false;
    try {
      file = bind(socket, path, options);
      var server =
          binder.serve(
              protocolFactory,
              List.of(socket),
              options,
              tls,
              options.cleanupSocket() ? file : null);
      serving = true;
      return server;
    } finally {
      if (!serving) {
        abandon(socket, file);
      }
    }
  }

  private void abandon(Socket socket, @Nullable SocketFile file) {
    if (file != null) {
      file.remove();
    }
    net.close(socket);
  }

  /// Binds a socket and returns the file that this has made, or null for an abstract name.
  private @Nullable SocketFile bind(Socket socket, SocketAddress path, ServerOptions options)
      throws IOException {
    var files = net.sockets().files();
    if (path instanceof UnixDomainSocketAddress unix) {
      SocketFile.removeStale(files, unix.getPath());
    }
    try {
      socket.bind(path);
    } catch (BindException e) {
      var inUse = new BindException("Address '" + path + "' is already in use");
      inUse.initCause(e);
      throw inUse;
    }
    var file = SocketFile.of(files, socket);
    var permissions = options.socketPermissions();
    if (permissions != null && path instanceof UnixDomainSocketAddress unix) {
      boolean set = false;
      try {
        files.setPermissions(unix.getPath(), permissions);
        dropEarly(socket, options);
        set = true;
      } finally {
        if (!set && file != null) {
          file.remove();
        }
      }
    }
    return file;
  }

  /// The JDK listens from the bind on: closes what has come before the permissions were set.
  private static void dropEarly(Socket socket, ServerOptions options) throws IOException {
    if (socket.tier() != SocketTier.NIO) {
      return;
    }
    socket.listen(options.backlog());
    for (Socket early; (early = socket.accept()) != null; ) {
      early.close();
    }
  }

  /// Starts a server on a bound socket; see `EventLoop.createUnixServer`.
  Server createUnixServer(Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    UnixKeywords.ensureFit(options);
    net.lowlevel().ensureInTask("createUnixServer");
    var socket = options.sock();
    if (socket == null) {
      throw new IllegalArgumentException("path was not specified, and no sock specified");
    }
    ensureUnixStream(socket);
    if (options.socketPermissions() != null) {
      throw new IllegalArgumentException(
          "socketPermissions and sock can not be specified at the same time: " + options);
    }
    TlsSettings tls = TlsSettings.of(options);
    var file = options.cleanupSocket() ? SocketFile.of(net.sockets().files(), socket) : null;
    return binder.serve(protocolFactory, List.of(socket), options, tls, file);
  }

  // Arguments.

  /// Refuses what is not the address of a unix socket, and the empty path.
  static void ensureAddress(SocketAddress path) {
    Objects.requireNonNull(path, "path");
    switch (path) {
      case UnixNameAddress _ -> {}
      case UnixDomainSocketAddress unix -> ensureNamed(unix.getPath());
      default -> throw new IllegalArgumentException("not the address of a unix socket: " + path);
    }
  }

  private static void ensureNamed(Path path) {
    if (path.toString().isEmpty()) {
      throw new IllegalArgumentException("path is empty: '" + path + "'");
    }
  }

  private static void ensureUnixStream(Socket socket) {
    if (socket.family() != StandardProtocolFamily.UNIX || socket.type() != SocketType.STREAM) {
      throw new IllegalArgumentException("A UNIX Domain Stream Socket was expected, got " + socket);
    }
  }
}
