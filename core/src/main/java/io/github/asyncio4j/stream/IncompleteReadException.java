// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.io.EOFException;
import java.util.OptionalInt;

/// Thrown when a stream ends before what was asked for is complete (ST-05, ST-06).
///
/// What had come is in [#partial()] and no longer in the reader.
public final class IncompleteReadException extends EOFException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an array is serializable, whatever lint makes of its elements
  private final byte[] partial;

  private final int expected;

  /// Makes one for a read whose length was not known.
  ///
  /// @param partial what had come before the end; not copied
  public IncompleteReadException(byte[] partial) {
    super(partial.length + " bytes read of an unknown number of expected bytes");
    this.partial = partial;
    this.expected = -1;
  }

  /// Makes one for a read of a known length.
  ///
  /// @param partial what had come before the end; not copied
  /// @param expected how many bytes were asked for
  public IncompleteReadException(byte[] partial, int expected) {
    super(partial.length + " bytes read of " + expected + " expected bytes");
    this.partial = partial;
    this.expected = expected;
  }

  /// Returns what had come before the end: the array itself, the caller's to keep.
  public byte[] partial() {
    return partial;
  }

  /// Returns how many bytes were asked for; empty when the read looked for a separator.
  public OptionalInt expected() {
    return expected < 0 ? OptionalInt.empty() : OptionalInt.of(expected);
  }
}
