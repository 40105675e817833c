// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// A socket that is nothing but its addresses: it stands for a connection in memory.
final class AddressOnlyCalls implements SocketCalls {
  private final SocketAddress sockname;
  private final @Nullable SocketAddress peername;
  // Any thread.
  private volatile boolean open = true;

  AddressOnlyCalls(SocketAddress sockname, @Nullable SocketAddress peername) {
    this.sockname = sockname;
    this.peername = peername;
  }

  private static SocketException refusal(String call) {
    return new SocketException(call + ": a socket in memory has addresses only");
  }

  @Override
  public SocketTier tier() {
    return SocketTier.NIO;
  }

  @Override
  public int fileno() {
    return -1;
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    throw refusal("bind");
  }

  @Override
  public void listen(int backlog) throws IOException {
    throw refusal("listen");
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    throw refusal("connect");
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    throw refusal("finishConnect");
  }

  @Override
  public @Nullable SocketCalls accept() throws IOException {
    throw refusal("accept");
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    throw refusal("recv");
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    throw refusal("send");
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    throw refusal("send");
  }

  @Override
  public void shutdownInput() throws IOException {
    throw refusal("shutdownInput");
  }

  @Override
  public void shutdownOutput() throws IOException {
    throw refusal("shutdownOutput");
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) {
    throw new UnsupportedOperationException(
        "a socket in memory has no option " + option.name() + ": " + value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) {
    throw new UnsupportedOperationException("a socket in memory has no option " + option.name());
  }

  @Override
  public @Nullable SocketAddress getsockname() {
    return open ? sockname : null;
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    return open ? peername : null;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public int detach() {
    throw new UnsupportedOperationException("a socket in memory has no descriptor");
  }
}
