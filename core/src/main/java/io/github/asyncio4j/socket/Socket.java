// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// asyncio's non-blocking socket object: a thin handle over a descriptor or an NIO channel.
///
/// No method waits. What cannot be done now says so by its result: 0 bytes, no datagram, false or
/// null. Watch the socket with a `Selector` and try again. The loop, its tasks and its callbacks
/// use it one at a time; nothing here locks. Only [#close()], [#isOpen()] and [#fileno()] may be
/// called by any thread.
///
/// The two tiers behave alike except where a method says otherwise. What the NIO tier cannot do:
///
/// - it closes the channel when a call is made by a thread that is interrupted, and a failed
///   connect closes it too; both are rules of the JDK;
/// - a channel that is registered with an NIO selector frees its descriptor only in the next select
///   after the close;
/// - an IPv6 server accepts IPv4 as well: there is no [SocketOptions#IPV6_V6ONLY];
/// - a datagram socket that is connected sends no empty datagram, neither of its halves can be shut
///   down, and it does not say how many datagrams were dropped.
///
/// What a socket can do depends on its role: a stream, what listens, datagrams. A call on the wrong
/// one fails as Linux has it fail, on every tier.
///
/// After [#close()] every method that would use the socket throws [SocketException].
public final class Socket implements Pollable, AutoCloseable {
  static {
    SocketFailures.prepare();
  }

  /// What [#recv(ByteBuffer)] of a datagram socket returns when there is no datagram now.
  public static final int NO_DATAGRAM = -2;

  private final SocketCalls calls;
  private final StandardProtocolFamily family;
  private final SocketType type;

  // Loop thread only. Listening changes it.
  private SocketRole role;

  // Loop thread only. The role again while bytes go through it, else null: so a call costs one
  // dispatch.
  private @Nullable PeerCalls peer;

  // Loop thread only. Not null from a connect that is in progress to its end.
  private @Nullable SocketAddress connecting;

  // Any thread.
  private volatile @Nullable Runnable closed;

  private Socket(SocketRole role, StandardProtocolFamily family, SocketType type) {
    this.calls = role.owner();
    this.role = role;
    this.peer = role instanceof PeerCalls calls ? calls : null;
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

  static Socket ofMemory(MemoryStream stream, StandardProtocolFamily family) {
    return new Socket(stream, family, SocketType.STREAM);
  }

  static Socket ofMemory(DatagramCalls datagrams, StandardProtocolFamily family) {
    return new Socket(datagrams, family, SocketType.DATAGRAM);
  }

  static Socket open(Syscalls syscalls, StandardProtocolFamily family, SocketType type)
      throws IOException {
    return new Socket(Descriptor.open(syscalls, family, type), family, type);
  }

  /// Takes ownership of a channel and makes it non-blocking.
  ///
  /// @throws IOException when that fails; the channel is then still the caller's
  public static Socket of(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    StandardProtocolFamily family = ChannelCalls.family(channel);
    return new Socket(ChannelCalls.of(channel, family), family, SocketType.STREAM);
  }

  /// Takes ownership of a listening channel and makes it non-blocking.
  ///
  /// @throws IOException when that fails; the channel is then still the caller's
  public static Socket of(ServerSocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    StandardProtocolFamily family = ChannelCalls.family(channel);
    return new Socket(ChannelCalls.of(channel, family), family, SocketType.STREAM);
  }

  /// Takes ownership of a datagram channel and makes it non-blocking.
  ///
  /// @throws IOException when that fails; the channel is then still the caller's
  public static Socket of(DatagramChannel channel) throws IOException {
    channel.configureBlocking(false);
    StandardProtocolFamily family = ChannelCalls.family(channel);
    return new Socket(ChannelCalls.of(channel, family), family, SocketType.DATAGRAM);
  }

  /// Takes ownership of an open socket descriptor and makes it non-blocking. Native tier.
  ///
  /// It may be connected or listen already.
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
    SocketRole role = Descriptor.adopt(Native.syscalls(), fd);
    SocketType type = role instanceof DatagramCalls ? SocketType.DATAGRAM : SocketType.STREAM;
    return new Socket(role, ((Descriptor) role.owner()).family(), type);
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
  /// @throws AddressNotAvailableException when this system has no such address
  /// @throws java.net.BindException when the address is in use or not permitted
  /// @throws IllegalArgumentException when the address is unresolved or of another family
  /// @throws java.nio.file.FileSystemException when a unix path is too long, its directory is
  ///   missing (`NoSuchFileException`) or may not be written (`AccessDeniedException`)
  /// @throws UnsupportedOperationException when the tier has no such address: abstract unix names
  /// @throws IOException when the system refuses
  public void bind(@Nullable SocketAddress address) throws IOException {
    SocketAddress local = address == null ? null : checked(address);
    withPeer("bind", Errno.EINVAL).bind(local);
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
    switch (role) {
      case ListeningCalls listening -> listening.setBacklog(backlog);
      case StreamCalls stream -> {
        role = stream.listen(backlog);
        peer = null;
      }
      case DatagramCalls _ -> throw refused("listen", Errno.EOPNOTSUPP);
    }
  }

  /// Starts to connect.
  ///
  /// When it returns false wait until the socket is writable, then call [#finishConnect()].
  ///
  /// @return true when connected at once
  /// @throws IllegalArgumentException when the address is unresolved or of another family
  /// @throws IllegalStateException when a connect is in progress
  /// @throws java.net.ConnectException when refused; the text names the address. To a unix socket
  ///   also [BacklogFullException]
  /// @throws java.nio.file.FileSystemException when a unix path is too long, missing
  ///   (`NoSuchFileException`) or may not be written (`AccessDeniedException`)
  /// @throws UnsupportedOperationException when the tier has no such address: abstract unix names
  /// @throws IOException when it fails otherwise; only [#close()] is of use then
  public boolean connect(SocketAddress address) throws IOException {
    if (connecting != null) {
      throw new IllegalStateException("connect to " + connecting + " is in progress: " + this);
    }
    SocketAddress remote = checked(address);
    int errno = family == StandardProtocolFamily.UNIX ? Errno.EINVAL : Errno.EISCONN;
    if (withPeer("connect", errno).connect(remote)) {
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
    if (address == null || !(role instanceof StreamCalls stream)) {
      throw new IllegalStateException("no connect is in progress: " + this);
    }
    boolean connected;
    try {
      connected = stream.finishConnect(address);
    } catch (IOException e) {
      connecting = null;
      throw e;
    }
    if (connected) {
      connecting = null;
    }
    return connected;
  }

  /// Returns the address that a connect is in progress to, or null.
  public @Nullable SocketAddress connectingTo() {
    return connecting;
  }

  /// Tells whether the socket was made to listen; also when it is closed.
  public boolean isListening() {
    return role instanceof ListeningCalls;
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
    if (!(role instanceof ListeningCalls listening)) {
      throw refused("accept", type == SocketType.STREAM ? Errno.EINVAL : Errno.EOPNOTSUPP);
    }
    StreamCalls accepted = listening.accept();
    if (accepted == null) {
      return null;
    }
    try {
      return new Socket(accepted, family, SocketType.STREAM);
    } catch (OutOfMemoryError e) {
      accepted.owner().close();
      throw e;
    }
  }

  /// Makes another socket of the same open file, as dup(2) does: both have its options, its peer
  /// and its queues, and it is closed when both are. So several loops can accept from one queue,
  /// each by a server of its own, and none of them loses or refuses a connection when it closes its
  /// own while another is there. On the NIO tier one loop can watch only one of them.
  ///
  /// To be called by whoever may use this socket; then each is used by its own loop. The new one is
  /// the caller's, and not passed on to child processes. A connect that is in progress is finished
  /// by the one that has begun it.
  ///
  /// @throws ResourceExhaustedException when the system is out of descriptors
  /// @throws UnsupportedOperationException on the NIO tier, unless the socket listens; names the
  ///   flag. In memory
  /// @throws IOException when the socket is closed
  public Socket dup() throws IOException {
    if (!(role instanceof DuplicableCalls duplicable)) {
      if (!isOpen()) {
        throw SocketFailures.closed();
      }
      throw tier() == SocketTier.MEMORY
          ? new UnsupportedOperationException("a socket in memory cannot be had twice: " + this)
          : Native.unsupported("Another socket of one that does not listen");
    }
    SocketRole other = duplicable.dup();
    try {
      return new Socket(other, family, type);
    } catch (OutOfMemoryError e) {
      other.owner().close();
      throw e;
    }
  }

  /// Receives bytes into a buffer, from its position on, and advances the position.
  ///
  /// One call takes at most 256 KiB. Direct and heap buffers cost the same on the native tier.
  ///
  /// A datagram socket receives one datagram, from its peer when it has one, else from anybody. Its
  /// bytes that find no room are lost. One may be empty; an end there is none.
  ///
  /// @return how many bytes. Of a stream 0 when there is nothing now, and -1 at the end. Of a
  ///   datagram socket 0 for an empty datagram, and [#NO_DATAGRAM] when there is none now
  /// @throws IllegalArgumentException when the buffer has no room
  /// @throws java.nio.ReadOnlyBufferException when the buffer is read-only
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public int recv(ByteBuffer dst) throws IOException {
    if (!dst.hasRemaining()) {
      throw new IllegalArgumentException("no room in the buffer: " + dst);
    }
    return withPeer("recv", Unconnected.recv(family)).recv(dst);
  }

  /// Sends bytes from a buffer's position on and advances the position.
  ///
  /// One call gives the kernel at most 256 KiB. Never raises SIGPIPE. A datagram socket sends one
  /// datagram of all the bytes, or none.
  ///
  /// @return how many bytes; 0 when the kernel is full or the buffer is empty
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public int send(ByteBuffer src) throws IOException {
    return withPeer("send", Unconnected.send(family)).send(src);
  }

  /// Sends from several buffers in order by one system call and advances their positions.
  ///
  /// It may take only the first of them: the kernel gets at most 64 pieces and 256 KiB at a time. A
  /// direct buffer that was made from a shared arena must stay open meanwhile. A datagram socket
  /// sends one datagram of all of them together, or none.
  ///
  /// @return how many bytes; 0 when the kernel is full or all buffers are empty
  /// @throws IndexOutOfBoundsException when `offset` and `length` do not fit the array
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, srcs.length);
    return withPeer("sendmsg", Unconnected.send(family)).send(srcs, offset, length);
  }

  /// Receives a datagram and says whose it is; as [#recv(ByteBuffer)].
  ///
  /// @return null when there is none now
  /// @throws IllegalArgumentException when the buffer has no room
  /// @throws java.nio.ReadOnlyBufferException when the buffer is read-only
  /// @throws java.net.PortUnreachableException when the peer of a connected socket has no such port
  /// @throws IOException when it fails otherwise, or the socket is not for datagrams
  public @Nullable Received recvfrom(ByteBuffer dst) throws IOException {
    if (!dst.hasRemaining()) {
      throw new IllegalArgumentException("no room in the buffer: " + dst);
    }
    return datagrams("recvfrom").recvfrom(dst);
  }

  /// Sends one datagram of all the bytes from a buffer's position on, and advances the position.
  /// There may be none: then it is an empty datagram.
  ///
  /// @param address where to; null for the peer of a connected socket
  /// @return false when the kernel is full: nothing was sent. For an empty datagram the NIO tier
  ///   cannot tell, and says true
  /// @throws IllegalArgumentException when the address is unresolved or of another family
  /// @throws UnsupportedOperationException for an empty datagram of a connected socket of the NIO
  ///   tier; names the flag
  /// @throws java.net.PortUnreachableException when the peer of a connected socket has no such port
  /// @throws IOException when it fails otherwise, or the socket is not for datagrams
  public boolean sendto(ByteBuffer src, @Nullable SocketAddress address) throws IOException {
    return datagrams("sendto").sendto(src, address == null ? null : checked(address));
  }

  /// Joins a multicast group: what is sent to it at the port of this socket is received.
  ///
  /// @param group of the family of the socket; an IPv6 socket may join IPv4 groups too
  /// @param on the interface; null for the one that the system chooses
  /// @param source the only sender to be heard, or null for all
  /// @throws IllegalArgumentException when it is no multicast address
  /// @throws IOException when the system refuses, or the socket is not for datagrams
  public void joinGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    datagrams("joinGroup").joinGroup(multicast(group), on, source);
  }

  /// Leaves a group that was joined with the same arguments; as [#joinGroup].
  ///
  /// @throws IOException when it was not
  public void leaveGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    datagrams("leaveGroup").leaveGroup(multicast(group), on, source);
  }

  private static InetAddress multicast(InetAddress group) {
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException("not a multicast address: " + group);
    }
    return group;
  }

  /// Returns how many datagrams for this socket the kernel has dropped, most of all because its
  /// receive buffer was full. A counter of 32 bits.
  ///
  /// @throws UnsupportedOperationException on the NIO tier; names the flag
  /// @throws IOException when the system does not say, or the socket is not for datagrams
  public long getDroppedDatagrams() throws IOException {
    return datagrams("getDroppedDatagrams").dropped();
  }

  /// Returns the role of a datagram socket.
  DatagramCalls datagrams(String call) throws SocketException {
    if (role instanceof DatagramCalls datagrams) {
      return datagrams;
    }
    throw refused(call, Errno.EOPNOTSUPP);
  }

  /// Has the system send bytes of a file, which do not come into this process: sendfile(2).
  ///
  /// The position of the channel is neither used nor changed. The call waits while the system reads
  /// the file from where it lies. As each call on a [FileChannel] it closes the channel when the
  /// thread is interrupted.
  ///
  /// @param offset where in the file to begin
  /// @param count the most to send
  /// @return how many bytes; 0 when the kernel is full, -1 when the file ends at the offset or
  ///   before
  /// @throws IllegalArgumentException when `offset` is negative or `count` is not positive
  /// @throws java.nio.channels.NonReadableChannelException when the channel is not open for reading
  /// @throws UnsupportedOperationException when the system cannot: the channel is none of the JDK's
  ///   own, this is a datagram socket, or a native one without the flag that the text names
  /// @throws ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  public long sendfile(FileChannel file, long offset, long count) throws IOException {
    if (offset < 0 || count <= 0) {
      throw new IllegalArgumentException("offset " + offset + ", count " + count);
    }
    return switch (withPeer("sendfile", Unconnected.send(family))) {
      case StreamCalls stream -> stream.sendfile(file, offset, count);
      case DatagramCalls _ ->
          throw new UnsupportedOperationException("a file is sent by a stream socket: " + this);
    };
  }

  /// Ends the reading half: [#recv(ByteBuffer)] returns -1 from now on.
  ///
  /// @throws UnsupportedOperationException for datagrams on the NIO tier
  /// @throws IOException when the socket is not connected
  public void shutdownInput() throws IOException {
    duplex().shutdownInput();
  }

  /// Ends the writing half: the peer sees the end of the stream after what was sent.
  ///
  /// @throws UnsupportedOperationException for datagrams on the NIO tier
  /// @throws IOException when the socket is not connected
  public void shutdownOutput() throws IOException {
    duplex().shutdownOutput();
  }

  private DuplexCalls duplex() throws SocketException {
    return switch (role) {
      case DuplexCalls duplex -> duplex;
      // Linux would have a TCP socket listen no more: no tier but the native one could do that.
      case ListeningCalls _ -> throw refused("shutdown", Errno.ENOTCONN);
      case PeerCalls _ -> throw Native.unsupported("Shutting down a datagram socket");
    };
  }

  /// Sets an option: most of [java.net.StandardSocketOptions], and [SocketOptions].
  ///
  /// @throws UnsupportedOperationException when the tier has no such option; names it
  /// @throws IOException when the system refuses
  public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
    ensureMayHave(option);
    calls.setOption(option, value);
    return this;
  }

  /// Returns the value of an option; of `IP_MULTICAST_IF` null while it is not set, as the JDK
  /// does.
  ///
  /// @throws UnsupportedOperationException when the tier has no such option; names it
  /// @throws IOException when the system refuses
  public <T> T getOption(SocketOption<T> option) throws IOException {
    ensureMayHave(option);
    return calls.getOption(option);
  }

  private void ensureMayHave(SocketOption<?> option) {
    if (type == SocketType.STREAM && MulticastOptions.has(option)) {
      throw new UnsupportedOperationException("socket option of datagrams: " + option.name());
    }
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
    PeerCalls calls = peer;
    return calls == null ? null : calls.getpeername();
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
    try {
      calls.close();
    } finally {
      tellClosed();
    }
  }

  /// Sets what is called when the socket is closed or detached: whoever waits for it would hear of
  /// it from nobody. Any thread.
  ///
  /// @param told called by the thread that closes, after the close, and may be called twice; at
  ///   once when the socket is closed already. It must not throw. Null for nobody
  public void whenClosed(@Nullable Runnable told) {
    closed = told;
    if (!isOpen()) {
      tellClosed();
    }
  }

  private void tellClosed() {
    Runnable told = closed;
    if (told != null) {
      told.run();
    }
  }

  /// Gives the descriptor to the caller and leaves this socket closed. Native tier.
  ///
  /// @return the descriptor, or -1 when the socket is closed
  /// @throws UnsupportedOperationException on the other tiers
  public int detach() {
    if (calls instanceof Descriptor descriptor) {
      int fd = descriptor.detach();
      tellClosed();
      return fd;
    }
    throw tier() == SocketTier.MEMORY
        ? new UnsupportedOperationException("a socket in memory has no descriptor")
        : Native.unsupported("Detaching a descriptor");
  }

  // Roles.

  /// Returns the role that binds, connects and moves bytes.
  private PeerCalls withPeer(String call, int errno) throws SocketException {
    PeerCalls calls = peer;
    if (calls == null) {
      throw refused(call, errno);
    }
    return calls;
  }

  /// Returns what is thrown by a call that is none of the role's: what Linux says, whatever the
  /// tier.
  private SocketException refused(String call, int errno) {
    if (!isOpen()) {
      return SocketFailures.closed();
    }
    int fd = fileno();
    return SocketFailures.of(call + "(" + (fd >= 0 ? "fd " + fd : this) + ")", errno);
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

  private SocketAddress checked(SocketAddress address) throws IOException {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new IllegalArgumentException("address is unresolved: " + address);
    }
    if (family == StandardProtocolFamily.UNIX) {
      UnixFailures.ensureFits(address, tier());
    }
    return address;
  }
}
