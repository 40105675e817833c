// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A search for the first separator in a [ReceiveBuffer], which goes on where it stopped when more
/// bytes have come.
///
/// Loop thread only. Nothing may be taken out of the buffer during a scan. Each byte is looked at
/// once for each separator.
final class SeparatorScan {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private final ReceiveBuffer buffer;
  private final byte[][] separators;

  private @Nullable ReceivedPiece piece;
  private int pieceOffset;
  private int scanned;
  private int matchStart;
  private int matchEnd;

  /// Starts at the beginning of a buffer.
  ///
  /// @param separators none empty, shortest first
  SeparatorScan(ReceiveBuffer buffer, byte[][] separators) {
    this.buffer = buffer;
    this.separators = separators;
  }

  /// Returns the offset of the first byte of the separator found.
  int matchStart() {
    return matchStart;
  }

  /// Returns the offset behind the last byte of the separator found.
  int matchEnd() {
    return matchEnd;
  }

  /// Looks through the bytes that have come since the last call.
  ///
  /// The separator that ends first is the one found; of two that end together the shorter.
  boolean find() {
    if (piece == null) {
      piece = buffer.head();
    }
    while (piece != null) {
      if (findIn(piece)) {
        return true;
      }
      scanned = pieceOffset + piece.length();
      if (piece.next == null) {
        return false;
      }
      piece = piece.next;
      pieceOffset = scanned;
    }
    return false;
  }

  private boolean findIn(ReceivedPiece piece) {
    int from = piece.from + scanned - pieceOffset;
    int to = piece.to;
    boolean found = false;
    for (byte[] separator : separators) {
      int last = lastByteOf(separator, piece, from, to);
      if (last >= 0) {
        found = true;
        matchEnd = pieceOffset + last + 1 - piece.from;
        matchStart = matchEnd - separator.length;
        to = last;
      }
    }
    return found;
  }

  private static int lastByteOf(byte[] separator, ReceivedPiece piece, int from, int to) {
    byte wanted = separator[separator.length - 1];
    int index = indexOf(wanted, piece.bytes, from, to);
    while (index >= 0 && separator.length > 1 && !piece.endsWith(index, separator)) {
      index = indexOf(wanted, piece.bytes, index + 1, to);
    }
    return index;
  }

  // Eight bytes at a time: the compiler does not vectorise a loop that may end early. The lowest
  // byte of a word that is zero sets its high bit, those below it never do.
  private static int indexOf(byte wanted, byte[] bytes, int from, int to) {
    long pattern = (wanted & 0xffL) * LOW_BITS;
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(bytes, i) ^ pattern;
      long zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
      if (zeros != 0) {
        return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
