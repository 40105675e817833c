// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Datagram;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The datagrams of one endpoint that have not gone yet, in order.
///
/// Bytes are copied in, so that nobody can change them later. Loop thread only.
final class OutgoingDatagrams {
  /// What a datagram counts for beyond its bytes, as in asyncio.
  private static final int HEADER_BYTES = 8;

  private static final @Nullable Datagram[] NONE = {};

  // They lie side by side, from head to tail, so that they can be given out as they are.
  private @Nullable Datagram[] waiting = NONE;
  private int head;
  private int tail;
  private long size;

  boolean isEmpty() {
    return head == tail;
  }

  /// Returns how many bytes wait, and 8 for each datagram.
  long size() {
    return size;
  }

  int count() {
    return tail - head;
  }

  /// Copies a datagram to the end. The position does not move.
  void add(ByteBuffer data, @Nullable SocketAddress address) {
    var copy = ByteBuffer.allocate(data.remaining());
    copy.put(0, data, data.position(), data.remaining());
    if (tail == waiting.length) {
      makeRoom();
    }
    waiting[tail++] = new Datagram(copy, address);
    size += copy.remaining() + HEADER_BYTES;
  }

  private void makeRoom() {
    int count = tail - head;
    // Moving down only when half has left keeps the cost for each datagram constant.
    var target = count * 2 < waiting.length ? waiting : new @Nullable Datagram[8 + count * 2];
    System.arraycopy(waiting, head, target, 0, count);
    if (target == waiting) {
      Arrays.fill(waiting, count, tail, null);
    }
    waiting = target;
    head = 0;
    tail = count;
  }

  /// Returns the array that has them, from [#first()] on as many as [#count()]; valid until the
  /// next change.
  @Nullable Datagram[] waiting() {
    return waiting;
  }

  int first() {
    return head;
  }

  /// Lets go of the first ones.
  void gone(int count) {
    for (int i = 0; i < count; i++) {
      var datagram = Objects.requireNonNull(waiting[head]);
      size -= datagram.data().remaining() + HEADER_BYTES;
      waiting[head++] = null;
    }
    if (head == tail) {
      clear();
    }
  }

  /// Drops everything.
  void clear() {
    Arrays.fill(waiting, head, tail, null);
    head = 0;
    tail = 0;
    size = 0;
    if (waiting.length > 64) {
      waiting = NONE;
    }
  }
}
