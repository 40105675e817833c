// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Reads lines one ahead, when it is asked whether there is another.
///
/// Loop thread only; its methods suspend.
final class LineIterator<T> implements Iterator<T> {
  /// Reads the next line.
  interface Source<T> {
    /// Returns the line, or null at the end of the stream.
    @Nullable T next() throws IOException;
  }

  private final Source<T> source;
  private @Nullable T next;

  LineIterator(Source<T> source) {
    this.source = source;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      try {
        next = source.next();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return next != null;
  }

  @Override
  public T next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the stream has ended");
    }
    T line = next;
    next = null;
    return line;
  }
}
