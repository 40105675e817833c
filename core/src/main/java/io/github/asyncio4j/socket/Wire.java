// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

/// How one direction of a connection in memory carries what is sent. The loop's thread.
public interface Wire {
  /// At once, in whole pieces, with 64 KiB under way at most.
  Wire DIRECT =
      new Wire() {
        @Override
        public void carry(Runnable arrival) {
          arrival.run();
        }
      };

  /// Has something arrive: now or later, but in the order of the calls. One that is for a datagram
  /// may lose it, or have it arrive twice.
  void carry(Runnable arrival);

  /// Sets whom to tell when what was sent was not answered for so long that the sender has given
  /// up. What is under way then never arrives.
  default void whenGivenUp(Runnable givenUp) {}

  /// Returns how many bytes go, or are received, in one piece.
  ///
  /// @param count how many could, at least 1
  /// @return 1 to `count`
  default int pieceOf(int count) {
    return count;
  }

  /// Returns how many bytes can be under way or wait to be received. 0 for none: bytes leave the
  /// sender when the other end waits for them.
  default int capacity() {
    return 64 * 1024;
  }
}
