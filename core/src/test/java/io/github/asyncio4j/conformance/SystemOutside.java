// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.SignalThreads;
import io.github.asyncio4j.internal.jdk.ProcessSignal;
import io.github.asyncio4j.internal.jdk.SignalNames;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is outside of a loop of the system: the rest of the system.
final class SystemOutside implements Outside {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  static {
    // The first channel that the JDK closes makes it open a socket that it keeps.
    try (var door = new ChannelDoor(1)) {
      connected(null, door.address()).close();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public Door listen(int backlog) throws IOException {
    return new ChannelDoor(backlog);
  }

  private record ChannelDoor(ServerSocketChannel channel) implements Door {
    ChannelDoor(int backlog) throws IOException {
      this(ServerSocketChannel.open().bind(Connections.free(Connections.LOCALHOST), backlog));
    }

    @Override
    public InetSocketAddress address() throws IOException {
      return (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public Peer accept() throws IOException {
      return new ChannelPeer(channel.accept());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public Bound bindOnly() throws IOException {
    return new BoundChannel(SocketChannel.open().bind(Connections.free(Connections.LOCALHOST)));
  }

  private record BoundChannel(SocketChannel channel) implements Bound {
    @Override
    public InetSocketAddress address() throws IOException {
      return (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public Peer dial(@Nullable SocketAddress from, SocketAddress to) throws IOException {
    return new ChannelPeer(connected(from, to));
  }

  /// Returns a channel that is connected, without blocking on the way: on this machine the kernel
  /// answers at once, and a virtual thread that blocked would let the loop run.
  private static SocketChannel connected(@Nullable SocketAddress from, SocketAddress to)
      throws IOException {
    var channel = SocketChannel.open();
    try {
      if (from != null) {
        channel.bind(from);
      }
      channel.configureBlocking(false);
      boolean connected = channel.connect(to);
      while (!connected) {
        Thread.onSpinWait();
        connected = channel.finishConnect();
      }
      channel.configureBlocking(true);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public Socket open() throws IOException {
    return Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.STREAM);
  }

  @Override
  public Socket openDatagrams() throws IOException {
    return Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.DATAGRAM);
  }

  @Override
  public Socket openConnected(SocketAddress to) throws IOException {
    return Socket.of(connected(null, to));
  }

  @Override
  public UnixPlace unixPlace() throws IOException {
    return UnixPlace.ofSystem();
  }

  /// They are unix sockets: what one end sends the other can read at once, while a TCP connection
  /// may take its time even to the same host.
  @Override
  public Pair pair() throws IOException {
    var directory = Files.createTempDirectory("pair");
    var path = directory.resolve("socket");
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
      var one = SocketChannel.open(UnixDomainSocketAddress.of(path));
      var other = listener.accept();
      one.configureBlocking(false);
      other.configureBlocking(false);
      return new Pair(new Pair.End(Pollable.of(one), one), new Pair.End(Pollable.of(other), other));
    } finally {
      Files.deleteIfExists(path);
      Files.delete(directory);
    }
  }

  /// Other descriptors of this process come and go as classes are loaded.
  @Override
  public int openSockets() throws IOException {
    int sockets = 0;
    try (var entries = Files.newDirectoryStream(DESCRIPTORS)) {
      for (var entry : entries) {
        if (isSocket(entry)) {
          sockets++;
        }
      }
    }
    return sockets;
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (NoSuchFileException e) {
      // Closed since the directory was read, as the directory itself is.
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void raise(String signal) {
    Objects.requireNonNull(ProcessSignal.of(SignalNames.nameOf(signal)), signal).raise();
    // Else it might come to the loop of the next scenario.
    SignalThreads.settle();
  }

  /// A loop of the system waits for whoever may come.
  @Override
  public Announced announceThread() {
    return () -> {};
  }
}
