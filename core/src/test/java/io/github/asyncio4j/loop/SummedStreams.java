// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import java.util.Random;
import java.util.zip.CRC32C;

/// Bytes by the million, of which only the sum is kept. Suspending.
final class SummedStreams {
  private SummedStreams() {}

  /// Sends so many bytes in writes of 1 byte to 1 MiB, and ends the stream; returns their sum.
  static long send(StreamWriter writer, long bytes, long seed) throws Exception {
    var random = new Random(seed);
    var sum = new CRC32C();
    for (long sent = 0; sent < bytes; ) {
      var piece = new byte[(int) Math.min(bytes - sent, 1 + (1 << random.nextInt(21)))];
      random.nextBytes(piece);
      sum.update(piece);
      writer.write(piece);
      writer.drain();
      sent += piece.length;
    }
    writer.writeEof();
    return sum.getValue();
  }

  /// Receives to the end; returns how many bytes.
  static long receive(StreamReader reader, CRC32C sum) throws Exception {
    long count = 0;
    byte[] piece = reader.read(1 << 16);
    while (piece.length > 0) {
      sum.update(piece);
      count += piece.length;
      piece = reader.read(1 << 16);
    }
    return count;
  }
}
