// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.ReusablePost;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the connections and servers of one loop share: the loop, the back end, the receive buffer,
/// the spare chunks, and the memory that is kept free for the end of one of them.
///
/// Loop thread only.
public class NetContext {
  /// The most that one receive or send moves, and the most taken from a connection in one iteration
  ///
  static final int TRANSFER_LIMIT = 256 * 1024;

  /// Bytes kept free for the end of a connection whose memory has run out: what it takes to queue
  /// it, to report it and to load the classes for that. Less than a region of the G1 collector
  /// would not help, because it can hand out whole regions only.
  private static final int RESERVE = 1024 * 1024;

  private static final long RESERVE_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final Logger LOGGER = LibraryLogger.get();

  private final Lowlevel lowlevel;
  private final Sockets sockets;
  private final IoBackend backend;
  private final ChunkPool chunks = new ChunkPool();

  // Servers that have not listened yet: no watch of theirs would tell them of the loop's end.
  private final Set<StreamServer> notServing = new LinkedHashSet<>();

  // Null when it is needed, until there is memory for another.
  private byte @Nullable [] reserve;
  // When to try for another; 0 before the first.
  private long reserveAt;

  // Those whose end there was no memory to find: a list of the ports themselves.
  private @Nullable OwnedPort firstToFind;

  // Both are made while there is some.
  private final ReusablePost finding;
  private final IOException noMemory = new IOException("out of memory");

  // The local address of a connection: most of them have the same.
  private @Nullable SocketAddress sockname;

  // Made when the first bytes are expected: a loop without connections needs none.
  private @Nullable ByteBuffer receiveBuffer;

  /// Makes the network of a loop.
  ///
  /// @param sockets which the loop can watch
  public NetContext(Lowlevel lowlevel, Sockets sockets) {
    this.lowlevel = lowlevel;
    this.sockets = sockets;
    this.backend = new ReadinessBackend(lowlevel);
    lowlevel.onOutOfMemory(this::giveUpReserve);
    this.finding = lowlevel.newPost(this::findEnds, new Context());
  }

  Lowlevel lowlevel() {
    return lowlevel;
  }

  Sockets sockets() {
    return sockets;
  }

  IoBackend backend() {
    return backend;
  }

  EventLoop loop() {
    return lowlevel.loop();
  }

  /// Keeps a server that owns its sockets and does not listen yet.
  void addNotServing(StreamServer server) {
    notServing.add(server);
  }

  /// It listens, or is closed.
  void removeNotServing(StreamServer server) {
    notServing.remove(server);
  }

  /// Closes what nothing watches: the loop is closed.
  void loopClosed() {
    List.copyOf(notServing).forEach(StreamServer::loopClosed);
  }

  /// Queues a callback for the next iteration.
  void callSoon(Runnable callback, @Nullable Context context) {
    loop().callSoon(callback, context);
  }

  ChunkPool chunks() {
    return chunks;
  }

  /// Gives up the reserve when memory has run out, before anything else is done about it.
  void makeRoom(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      giveUpReserve();
    }
  }

  /// Has [OwnedPort#findEnd()] called again in the next iteration. Needs no memory.
  void findEndLater(OwnedPort port) {
    port.nextToFind = firstToFind;
    firstToFind = port;
    finding.post();
  }

  private void findEnds() {
    OwnedPort port = firstToFind;
    firstToFind = null;
    while (port != null) {
      OwnedPort next = port.nextToFind;
      port.nextToFind = null;
      port.findEnd();
      port = next;
    }
  }

  private void giveUpReserve() {
    reserve = null;
    reserveAt = System.nanoTime() + RESERVE_DELAY_NANOS;
  }

  /// Tells whether there is a reserve; if not nothing is received for a while, because nobody is to
  /// take what was set free for the end of another connection.
  ///
  /// @throws OutOfMemoryError when the while is over and there is still no memory for a reserve:
  ///   one more connection has to end
  boolean hasReserve() {
    return reserve != null || !sockets.areOfSystem() || makeReserve();
  }

  private boolean makeReserve() {
    long now = System.nanoTime();
    if (reserveAt != 0 && now - reserveAt < 0) {
      return false;
    }
    // Before the attempt: it may cost a full collection.
    reserveAt = now + RESERVE_DELAY_NANOS;
    reserve = new byte[RESERVE];
    return true;
  }

  /// Returns what a protocol is told when there is no memory to say why it has lost its connection.
  IOException noMemory() {
    return noMemory;
  }

  /// Returns an address that is equal, which connections share: the local one is a tenth of what an
  /// idle connection keeps in the heap.
  @Nullable SocketAddress shared(@Nullable SocketAddress address) {
    if (address == null || isScoped(address)) {
      return address;
    }
    var known = sockname;
    if (address.equals(known)) {
      return known;
    }
    sockname = address;
    return address;
  }

  /// Addresses of two links are equal for the JDK though they are not the same.
  private static boolean isScoped(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() instanceof Inet6Address six
        && six.getScopeId() != 0;
  }

  /// Returns the buffer that bytes are received into, empty and with [#TRANSFER_LIMIT] bytes of
  /// room.
  ///
  /// It is lent until the next call: one buffer serves all connections because a protocol has to
  /// copy what it wants to keep.
  ByteBuffer receiveBuffer() {
    var buffer = receiveBuffer;
    if (buffer == null) {
      buffer =
          sockets.areOfSystem()
              ? ByteBuffer.allocateDirect(TRANSFER_LIMIT)
              : ByteBuffer.allocate(TRANSFER_LIMIT);
      receiveBuffer = buffer;
    }
    // The last borrower may have changed the byte order too.
    return buffer.clear().order(ByteOrder.BIG_ENDIAN);
  }

  /// Closes a socket; what the system says about it is of no use to anybody.
  void close(Socket socket) {
    close(socket, socket::close);
  }

  /// Closes something of the system; as [#close(Socket)].
  ///
  /// @param owned what is closed, for the log
  void close(Object owned, OwnedPort.Closing closing) {
    try {
      closing.close();
    } catch (IOException e) {
      logDebug(() -> "close failed: " + owned, e);
    }
  }

  /// Hands a failure to the loop's exception handler, except what must end the run of the loop.
  void report(Throwable failure, ExceptionContext context) {
    passOn(failure);
    callExceptionHandler(context.exception(failure));
  }

  void callExceptionHandler(ExceptionContext context) {
    loop().callExceptionHandler(context);
  }

  /// Throws on what no handler may swallow.
  static void passOn(Throwable failure) {
    if (failure instanceof KeyboardInterrupt interrupt) {
      throw interrupt;
    }
    if (failure instanceof SystemExit exit) {
      throw exit;
    }
  }

  /// Logs what goes wrong on a connection in the normal course of networking; debug mode only.
  void logDebug(Supplier<String> message, Throwable failure) {
    if (loop().getDebug()) {
      log(Level.DEBUG, message, failure);
    }
  }

  /// Logs; what a logger throws is no reason to leave a connection half closed.
  static void log(Level level, Supplier<String> message, @Nullable Throwable failure) {
    try {
      LOGGER.log(level, message, failure);
    } catch (RuntimeException | Error e) {
      // There is no other place to tell it.
      passOn(e);
    }
  }

  /// Warns of what its owner left open when the loop was closed.
  void warnUnclosed(Object left, List<StackTraceElement> source) {
    lowlevel.warnUnclosed(left, source);
  }
}
