// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.Readiness;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// asyncio's non-blocking socket object: a thin handle over a descriptor or an NIO channel.
///
/// No method waits. What cannot be done now says so by its result: 0 bytes, false or null. Watch
/// the socket with a `Selector` and try again. The loop, its tasks and its callbacks use it one at
/// a time; nothing here locks. Only [#close()], [#isOpen()] and [#fileno()] may be called by any
/// thread.
///
/// The two tiers behave alike except where a method says otherwise. What the NIO tier cannot do:
///
/// - it closes the channel when a call is made by a thread that is interrupted, and a failed
///   connect closes it too; both are rules of the JDK;
/// - a channel that is registered with an NIO selector frees its descriptor only in the next select
///   after the close;
/// - an IPv6 server accepts IPv4 as well: there is no [SocketOptions#IPV6_V6ONLY].
///
/// After [#close()] every method that would use the socket throws [java.net.SocketException].
public final class Socket implements Pollable, AutoCloseable {
  static {
    SocketFailures.prepare();
  }

  private final SocketCalls calls;
  private final StandardProtocolFamily family;
  private final SocketType type;

  // Loop thread only. Not null from a connect that is in progress to its end.
  private @Nullable SocketAddress connecting;

  private Socket(SocketCalls calls, StandardProtocolFamily family, SocketType type) {
    this.calls = calls;
    this.family = family;
    this.type = type;
  }

  /// Opens a socket on the best tier that works here: native when native access is granted on
  /// Linux.
  ///
  /// @throws ResourceExhaustedException when the system is out of descriptors or memory
  /// @throws UnsupportedOperationException when the tier has no such socket
  /// @throws IOException when the system refuses
  public static Socket open(StandardProtocolFamily family, SocketType type) throws IOException {
    return open(Native.isAvailable() ? SocketTier.NATIVE : SocketTier.NIO, family, type);
  }

  /// Opens a socket on a tier, so that a loop can choose what its selector can watch.
  ///
  /// @throws ResourceExhaustedException when the system is out of descriptors or memory
  /// @throws UnsupportedOperationException when the tier is not available, or has no such socket;
  ///   names the flag that would help
  /// @throws IOException when the system refuses
  public static Socket open(SocketTier tier, StandardProtocolFamily family, SocketType type)
      throws IOException {
    return switch (tier) {
      case NATIVE -> open(Native.syscalls(), family, type);
      case NIO -> new Socket(ChannelCalls.open(family, type), family, type);
      case MEMORY ->
          throw new UnsupportedOperationException(
              "a socket in memory is opened by its MemoryNetwork: " + family + ", " + type);
    };
  }

  static Socket ofMemory(MemoryCalls calls, StandardProtocolFamily family) {
    return new Socket(calls, family, SocketType.STREAM);
  }

  static Socket open(Syscalls syscalls, StandardProtocolFamily family, SocketType type)
      throws IOException {
    return new Socket(DescriptorCalls.open(syscalls, family, type), family, type);
  }

  /// Takes ownership of a channel and makes it non-blocking.
  ///
  /// @throws IOException when that fails; the channel is then still the caller's
  public static Socket of(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    return new Socket(ChannelCalls.of(channel), ChannelCalls.family(channel), SocketType.STREAM);
  }

  /// Takes ownership of a listening channel and makes it non-blocking.
  ///
  /// @throws IOException when that fails; the channel is then still the caller's
  public static Socket of(ServerSocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    return new Socket(ChannelCalls.of(channel), ChannelCalls.family(channel), SocketType.STREAM);
  }

  /// Takes ownership of a datagram channel and makes it non-blocking.
  ///
  /// @throws IOException when that fails; the channel is then still the caller's
  public static Socket of(DatagramChannel channel) throws IOException {
    channel.configureBlocking(false);
    return new Socket(ChannelCalls.of(channel), ChannelCalls.family(channel), SocketType.DATAGRAM);
  }

  /// Takes ownership of an open socket descriptor and makes it non-blocking. Native tier.
  ///
  /// Its close-on-exec flag is left as it is.
  ///
  /// @throws IllegalArgumentException when `fd` is negative, or a socket of a family or type that
  ///   is not known here
  /// @throws UnsupportedOperationException when the native tier is not available; names the flag
  /// @throws IOException when it is no open socket; the descriptor is then still the caller's
  public static Socket ofDescriptor(int fd) throws IOException {
    if (fd < 0) {
      throw new IllegalArgumentException("Invalid file descriptor: " + fd);
    }
    DescriptorCalls calls = DescriptorCalls.adopt(Native.syscalls(), fd);
    return new Socket(calls, calls.family(), calls.type());
  }

  /// Returns what the socket is made of. Any thread.
  public SocketTier tier() {
    return calls.tier();
  }

  /// Returns the address family. Any thread.
  public StandardProtocolFamily family() {
    return family;
  }

  /// Returns the type. Any thread.
  public SocketType type() {
    return type;
  }

  /// Returns the descriptor number; -1 when it is not known or the socket is closed. Any thread.
  @Override
  public int fileno() {
    return calls.fileno();
  }

  /// Returns the channel of the NIO tier, null on the native tier. Any thread.
  ///
  /// It is another channel after [#listen(int)] than before.
  @Override
  public @Nullable SelectableChannel channel() {
    return calls.channel();
  }

  /// Returns the readiness of a socket in memory, null on the tiers of the system. Any thread.
  @Override
  public @Nullable Readiness readiness() {
    return calls.readiness();
  }

  /// Binds to a local address.
  ///
  /// On the NIO tier a unix socket starts to listen here already, with a backlog of 128.
  ///
  /// @param address null for any address and a free port
  /// @throws java.net.BindException when the address is in use, not local or not permitted
  /// @throws IllegalArgumentException when the address is unresolved or of another family
  /// @throws IOException when the system refuses
  public void bind(@Nullable SocketAddress address) throws IOException {
    calls.bind(address == null ? null : checked(address));
  }

  /// Starts to accept connections.
  ///
  /// @param backlog how many connections may wait to be accepted; the system may lower it
  /// @throws IllegalArgumentException when `backlog` is negative
  /// @throws java.net.BindException when another socket listens on the address
  /// @throws IOException when the system refuses
  public void listen(int backlog) throws IOException {
    if (backlog < 0) {
      throw new IllegalArgumentException("backlog < 0: " + backlog);
    }
    calls.listen(backlog);
  }

  /// Starts to connect.
  ///
  /// When it returns false wait until the socket is writable, then call [#finishConnect()].
  ///
  /// @return true when connected at once
  /// @throws IllegalArgumentException when the address is unresolved or of another family
  /// @throws IllegalStateException when a connect is in progress
  /// @throws java.net.ConnectException when refused; the text names the address
  /// @throws IOException when it fails otherwise; only [#close()] is of use then
  public boolean connect(SocketAddress address) throws IOException {
    if (connecting != null) {
      throw new IllegalStateException("connect to " + connecting + " is in progress: " + this);
    }
    if (calls.connect(checked(address))) {
      return true;
    }
    connecting = address;
    return false;
  }

  /// Ends a connect that was in progress.
  ///
  /// @return true when connected, false while it is still in progress
  /// @throws IllegalStateException when no connect is in progress
  /// @throws java.net.ConnectException when refused or timed out; the text is `Connect call failed`
  ///   and the address
  /// @throws IOException when it fails otherwise; only [#close()] is of use then
  public boolean finishConnect() throws IOException {
    SocketAddress address = connecting;
    if (address == null) {
      throw new IllegalStateException("no connect is in progress: " + this);
    }
    boolean connected;
    try {
      connected = calls.finishConnect(address);
    } catch (IOException e) {
      connecting = null;
      throw e;
    }
    if (connected) {
      connecting = null;
    }
    return connected;
  }

  /// Accepts a connection.
  ///
  /// Connections that broke while they waited (ECONNABORTED and what else accept(2) tells to treat
  /// so) are passed over. The new socket is non-blocking and the caller's.
  ///
  /// @return null when none is pending; a selector tells when to try again
  /// @throws ResourceExhaustedException when the system is out of descriptors or memory; the
  ///   connection stays pending
  /// @throws IOException when the socket is closed or does not listen
  public @Nullable Socket accept() throws IOException {
    SocketCalls accepted = calls.accept();
    if (accepted == null) {
      return null;
    }
    try {
      return new Socket(accepted, family, SocketType.STREAM);
    } catch (OutOfMemoryError e) {
      accepted.close();
      throw e;
    }
  }

  /// Receives bytes into a buffer, from its position on, and advances the position.
  ///
  /// One call takes at most 256 KiB. Direct and heap buffers cost the same on the native tier.
  ///
  /// @return how many bytes; 0 when there is nothing now; -1 at the end of the stream
  /// @throws IllegalArgumentException when the buffer has no room
  /// @throws java.nio.ReadOnlyBufferException when the buffer is read-only
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public int recv(ByteBuffer dst) throws IOException {
    if (!dst.hasRemaining()) {
      throw new IllegalArgumentException("no room in the buffer: " + dst);
    }
    return calls.recv(dst);
  }

  /// Sends bytes from a buffer's position on and advances the position.
  ///
  /// One call gives the kernel at most 256 KiB. Never raises SIGPIPE.
  ///
  /// @return how many bytes; 0 when the kernel is full or the buffer is empty
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public int send(ByteBuffer src) throws IOException {
    return calls.send(src);
  }

  /// Sends from several buffers in order by one system call and advances their positions.
  ///
  /// It may take only the first of them: the kernel gets at most 64 pieces and 256 KiB at a time. A
  /// direct buffer that was made from a shared arena must stay open meanwhile.
  ///
  /// @return how many bytes; 0 when the kernel is full or all buffers are empty
  /// @throws IndexOutOfBoundsException when `offset` and `length` do not fit the array
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, srcs.length);
    return calls.send(srcs, offset, length);
  }

  /// Ends the reading half: [#recv(ByteBuffer)] returns -1 from now on.
  ///
  /// @throws IOException when the socket is not connected
  public void shutdownInput() throws IOException {
    calls.shutdownInput();
  }

  /// Ends the writing half: the peer sees the end of the stream after what was sent.
  ///
  /// @throws IOException when the socket is not connected
  public void shutdownOutput() throws IOException {
    calls.shutdownOutput();
  }

  /// Sets an option: most of [java.net.StandardSocketOptions], and [SocketOptions].
  ///
  /// @throws UnsupportedOperationException when the tier has no such option; names it
  /// @throws IOException when the system refuses
  public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
    calls.setOption(option, value);
    return this;
  }

  /// Returns the value of an option.
  ///
  /// @throws UnsupportedOperationException when the tier has no such option; names it
  /// @throws IOException when the system refuses
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return calls.getOption(option);
  }

  /// Returns the local address, or null when the socket is not bound or is closed.
  public @Nullable SocketAddress getsockname() {
    return calls.getsockname();
  }

  /// Returns the address of the peer, or null when the socket is not connected or is closed.
  ///
  /// A socket that was accepted keeps what accept(2) said, also when the peer has reset the
  /// connection since.
  public @Nullable SocketAddress getpeername() {
    return calls.getpeername();
  }

  /// Tells whether the socket is open. Any thread.
  public boolean isOpen() {
    return calls.isOpen();
  }

  /// Closes the socket. Any thread; idempotent, and the descriptor is closed exactly once.
  ///
  /// Cancel its registration before. Bytes that the kernel holds are still sent, unless `SO_LINGER`
  /// says otherwise.
  ///
  /// @throws IOException when the system reports an error; the socket is closed all the same
  @Override
  public void close() throws IOException {
    calls.close();
  }

  /// Gives the descriptor to the caller and leaves this socket closed. Native tier.
  ///
  /// @return the descriptor, or -1 when the socket is closed
  /// @throws UnsupportedOperationException on the NIO tier
  public int detach() {
    return calls.detach();
  }

  @Override
  public String toString() {
    var text = new StringBuilder("<socket");
    if (!isOpen()) {
      text.append(" closed");
    } else if (fileno() >= 0) {
      text.append(" fd=").append(fileno());
    }
    text.append(" family=").append(family).append(" type=").append(type);
    SocketAddress local = getsockname();
    if (local != null) {
      text.append(" laddr=").append(local);
    }
    SocketAddress peer = getpeername();
    if (peer != null) {
      text.append(" raddr=").append(peer);
    }
    return text.append('>').toString();
  }

  private static SocketAddress checked(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new IllegalArgumentException("address is unresolved: " + address);
    }
    return address;
  }
}
