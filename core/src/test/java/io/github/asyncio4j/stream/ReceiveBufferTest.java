// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// How the readers of a loop share the arrays that they receive into.
final class ReceiveBufferTest {
  private final ReceivePool pool = new ReceivePool();
  private final ReceiveBuffer buffer = new ReceiveBuffer(pool);

  private static void receive(ReceiveBuffer buffer, int count, int value) {
    var data = new byte[count];
    Arrays.fill(data, (byte) value);
    buffer.room(count).duplicate().put(data);
    buffer.received(count);
  }

  private boolean poolHasRoom() {
    var borrower = new Object();
    pool.lend(borrower, 1);
    return pool.mayKeep(pool.take(borrower));
  }

  private static int pieces(ReceiveBuffer buffer) {
    int count = 0;
    for (ReceivedPiece piece = buffer.head(); piece != null; piece = piece.next) {
      count++;
    }
    return count;
  }

  @Test
  void whatIsReadAtOnceAlwaysLiesInTheSamePlace() {
    ByteBuffer place = buffer.room(1000);
    for (int i = 0; i < 1000; i++) {
      ByteBuffer room = buffer.room(1000);
      assertThat(room).isSameAs(place);
      assertThat(room.position()).isZero();
      buffer.received(1000);

      buffer.take(1000);
    }
  }

  @Test
  void readersShareAChunk() {
    var other = new ReceiveBuffer(pool);
    receive(buffer, 10, 1);
    receive(other, 20, 2);
    receive(buffer, 2000, 3);

    assertThat(other.room(1).position()).isEqualTo(2030);
    assertThat(buffer.take(12)).endsWith(1, 3, 3).hasSize(12);
    assertThat(other.take(20)).containsOnly(2);
  }

  @Test
  void anEmptyBufferHoldsNoArray() {
    receive(buffer, 5000, 1);
    buffer.take(5000);

    assertThat(buffer.head()).isNull();
    assertThat(buffer.room(1).position()).isZero();
  }

  @Test
  void whenEveryChunkIsHeldBytesAreCopiedAndWhenTheyAreReadChunksComeBack() {
    var slow = new ArrayList<ReceiveBuffer>();
    int each = 50_000;
    for (int i = 0; i < 100; i++) {
      slow.add(new ReceiveBuffer(pool));
      receive(slow.get(i), each, i);
    }
    assertThat(poolHasRoom()).isFalse();
    assertThat(slow.getLast().head().bytes).hasSize(each);

    for (int i = 0; i < slow.size(); i++) {
      assertThat(slow.get(i).take(each)).hasSize(each).containsOnly(i);
    }

    assertThat(poolHasRoom()).isTrue();
  }

  @Test
  void aBufferThatLeavesThePoolKeepsItsBytesAndNoChunk() {
    var others = new ArrayList<ReceiveBuffer>();
    for (int i = 0; i < 100; i++) {
      var gone = new ReceiveBuffer(pool);
      receive(gone, 60_000, i);
      gone.leavePool();
      others.add(gone);
    }

    assertThat(poolHasRoom()).isTrue();
    assertThat(buffer.room(1).position()).isZero();
    for (int i = 0; i < others.size(); i++) {
      assertThat(others.get(i).take(60_000)).containsOnly(i);
    }
  }

  // B9 of the fault catalogue: a peer that sends single bytes must cost neither time nor memory.
  @Test
  void manySmallArrivalsMakeFewPieces() {
    var other = new ReceiveBuffer(pool);
    for (int i = 0; i < 60_000; i++) {
      receive(buffer, 1, i);
      receive(other, 1, i);
    }

    assertThat(pieces(buffer)).isLessThan(12);
    byte[] all = buffer.take(60_000);
    for (int i = 0; i < all.length; i++) {
      assertThat(all[i]).isEqualTo((byte) i);
    }
  }

  @Test
  void aSecondLoanBeforeTheFirstIsFilledIsRefusedWhenTheFirstIs() {
    var other = new ReceiveBuffer(pool);
    buffer.room(10);
    other.room(10);
    other.received(10);

    assertThatThrownBy(() -> buffer.received(10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("getBuffer()");
  }
}
