// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/// One end of a connection in memory: what has arrived and not been received yet, and what is known
/// of the other end. It treats its peer as TCP does (RFC 9293). The loop's thread.
final class MemoryEnd {
  private static final int MAX_BYTES = 256 * 1024;

  private enum Input {
    OPEN,
    /// The peer has ended its half, and everything before that has arrived.
    ENDED,
    /// This end wants to hear no more.
    SHUT_DOWN
  }

  private enum Output {
    OPEN,
    ENDED
  }

  private enum Fault {
    NONE,
    /// The peer has reset the connection, and nobody here has been told.
    RESET,
    /// The peer has not answered for too long, and nobody here has been told.
    TIMED_OUT,
    /// One of these, and somebody has been told.
    TOLD
  }

  private final Wire out;
  private final Deque<ByteBuffer> incoming = new ArrayDeque<>();
  // Set once by connected(), right after the constructor.
  private MemoryEnd peer = this;
  private Runnable changed = () -> {};
  private Input input = Input.OPEN;
  private Output output = Output.OPEN;
  private Fault fault = Fault.NONE;
  private boolean closed;
  private int arrived;
  // Sent by this end and not received by the other.
  private int unreceived;
  // Somebody waits for bytes here.
  private boolean awaited;

  private MemoryEnd(Wire out) {
    this.out = out;
    out.whenGivenUp(() -> fail(Fault.TIMED_OUT));
  }

  /// Makes two ends that are connected, and returns the first.
  static MemoryEnd connected(Wire there, Wire back) {
    var first = new MemoryEnd(there);
    var second = new MemoryEnd(back);
    first.peer = second;
    second.peer = first;
    return first;
  }

  MemoryEnd peer() {
    return peer;
  }

  /// Has something happen at the other end, behind what was sent so far.
  void tell(Runnable arrival) {
    out.carry(arrival);
  }

  /// Sets whom to tell that [#ready()] may have changed.
  void onChange(Runnable changed) {
    this.changed = Objects.requireNonNull(changed);
  }

  /// Tells whether somebody waits for bytes.
  void awaited(boolean awaited) {
    if (this.awaited != awaited) {
      this.awaited = awaited;
      peer.changed.run();
    }
  }

  int ready() {
    int ops = arrived > 0 || input != Input.OPEN || fault != Fault.NONE ? Selector.READ : 0;
    if (isRoomy() || output == Output.ENDED || fault != Fault.NONE) {
      ops |= Selector.WRITE;
    }
    if (fault != Fault.NONE) {
      ops |= Selector.BROKEN;
    }
    return ops;
  }

  /// Tells whether there is room that is worth waking a sender for, as Linux does from a third of
  /// the buffer on: else every few bytes that are received let as few be sent.
  private boolean isRoomy() {
    int room = room();
    return room > 0 && room >= unreceived / 2;
  }

  private int room() {
    int capacity = out.capacity();
    if (capacity > 0) {
      return capacity - unreceived;
    }
    return unreceived == 0 && (peer.awaited || peer.closed) ? MAX_BYTES : 0;
  }

  // Receiving.

  int recv(ByteBuffer dst) throws IOException {
    if (input == Input.SHUT_DOWN) {
      return -1;
    }
    if (arrived > 0) {
      return take(dst);
    }
    throwFault("recv");
    return input == Input.ENDED || fault == Fault.TOLD ? -1 : 0;
  }

  private int take(ByteBuffer dst) {
    int count = peer.out.pieceOf(Math.min(Math.min(arrived, MAX_BYTES), dst.remaining()));
    for (int left = count; left > 0; ) {
      ByteBuffer first = incoming.getFirst();
      int part = Math.min(left, first.remaining());
      dst.put(first.slice(first.position(), part));
      first.position(first.position() + part);
      if (!first.hasRemaining()) {
        incoming.removeFirst();
      }
      left -= part;
    }
    arrived -= count;
    peer.received(count);
    changed.run();
    return count;
  }

  private void received(int count) {
    unreceived -= count;
    changed.run();
  }

  private void throwFault(String call) throws IOException {
    int errno =
        switch (fault) {
          case RESET -> Errno.ECONNRESET;
          case TIMED_OUT -> Errno.ETIMEDOUT;
          case NONE, TOLD -> 0;
        };
    if (errno != 0) {
      fault = Fault.TOLD;
      throw SocketFailures.of(call, errno);
    }
  }

  // Sending.

  int send(ByteBuffer src) throws IOException {
    throwFault("send");
    if (output == Output.ENDED || fault == Fault.TOLD) {
      throw SocketFailures.of("send", Errno.EPIPE);
    }
    int count = Math.min(Math.min(room(), src.remaining()), MAX_BYTES);
    for (int left = count; left > 0; ) {
      int part = out.pieceOf(left);
      var piece = ByteBuffer.allocate(part);
      piece.put(0, src, src.position(), part);
      src.position(src.position() + part);
      unreceived += part;
      out.carry(() -> peer.arrive(piece));
      left -= part;
    }
    changed.run();
    return Math.max(count, 0);
  }

  private void arrive(ByteBuffer piece) {
    if (closed || input == Input.SHUT_DOWN) {
      peer.received(piece.remaining());
      if (closed) {
        out.carry(peer::reset);
      }
      return;
    }
    incoming.add(piece);
    arrived += piece.remaining();
    changed.run();
  }

  private void reset() {
    fail(Fault.RESET);
  }

  private void fail(Fault with) {
    if (closed) {
      return;
    }
    drop();
    fault = fault == Fault.NONE ? with : fault;
    changed.run();
  }

  // What has arrived is nobody's any more.
  private void drop() {
    incoming.clear();
    int count = arrived;
    arrived = 0;
    peer.received(count);
  }

  private void end() {
    if (input == Input.OPEN) {
      input = Input.ENDED;
      changed.run();
    }
  }

  // Ending.

  void shutdownInput() {
    input = Input.SHUT_DOWN;
    drop();
    changed.run();
  }

  void shutdownOutput() {
    if (output == Output.OPEN) {
      output = Output.ENDED;
      if (fault == Fault.NONE) {
        out.carry(peer::end);
      }
      changed.run();
    }
  }

  /// Closes this end: with bytes unread, or when it is to be hard, by a reset.
  void close(boolean hard) {
    if (closed) {
      return;
    }
    closed = true;
    boolean unread = arrived > 0;
    drop();
    if (hard || unread) {
      output = Output.ENDED;
      out.carry(peer::reset);
    } else {
      shutdownOutput();
    }
    peer.changed.run();
  }
}
