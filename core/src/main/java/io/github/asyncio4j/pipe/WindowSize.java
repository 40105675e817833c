// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

/// The size of a terminal's window in characters; both 0 when it is not known.
///
/// @param columns how many characters a line has
/// @param lines how many lines there are
public record WindowSize(int columns, int lines) {
  private static final int MOST = 0xFFFF;

  /// Makes one.
  ///
  /// @throws IllegalArgumentException when a number is negative or above 65,535
  public WindowSize {
    if (columns < 0 || columns > MOST || lines < 0 || lines > MOST) {
      throw new IllegalArgumentException("no size of a window: " + columns + " x " + lines);
    }
  }
}
