// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/// The other end of a connection by a unix socket, by means of the JDK alone. Its methods block.
///
/// So that tests of TCP can be run on it, each path has a number, higher than those of ports.
final class UnixPeer extends Peer {
  private static final int FIRST = 1_000_000;
  private static final AtomicInteger NEXT = new AtomicInteger(FIRST);
  private static final Path DIRECTORY = directory();

  private final SocketChannel channel;

  private UnixPeer(SocketChannel channel) {
    super(new Socket()); // Never connected, so it has no descriptor.
    this.channel = channel;
  }

  private static Path directory() {
    try {
      Path made = Files.createTempDirectory("peers");
      made.toFile().deleteOnExit();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns a path that no server has.
  static Path newPath() {
    return path(NEXT.getAndIncrement());
  }

  static boolean isNumber(int port) {
    return port >= FIRST;
  }

  /// Returns the number of a path.
  static int number(SocketAddress address) {
    Path path = ((UnixDomainSocketAddress) address).getPath();
    return Integer.parseInt(Objects.requireNonNull(path.getFileName()).toString());
  }

  static Path path(int number) {
    return DIRECTORY.resolve(Integer.toString(number));
  }

  static Peer connectTo(int number) throws IOException {
    return new UnixPeer(SocketChannel.open(UnixDomainSocketAddress.of(path(number))));
  }

  @Override
  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  void send(byte[] bytes) throws IOException {
    Channels.newOutputStream(channel).write(bytes);
  }

  @Override
  byte[] read(int count) throws IOException {
    return Channels.newInputStream(channel).readNBytes(count);
  }

  @Override
  byte[] readAll() throws IOException {
    return Channels.newInputStream(channel).readAllBytes();
  }

  @Override
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  void reset() {
    throw new UnsupportedOperationException("a unix socket has no reset");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
