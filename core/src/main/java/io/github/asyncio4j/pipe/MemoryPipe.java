// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// A pipe that no system knows: a ring of as many bytes as Linux keeps. One thread.
final class MemoryPipe {
  private static final int CAPACITY = 64 * 1024;

  private final byte[] ring = new byte[CAPACITY];
  private int first;
  private int count;
  private final Reader reader = new Reader();
  private final Writer writer = new Writer();

  ReadEnd reader() {
    return reader;
  }

  WriteEnd writer() {
    return writer;
  }

  private abstract static class End implements SelfPolledEnd {
    private boolean open = true;
    private @Nullable Runnable changed;

    @Override
    public final void watched(int ops, @Nullable Runnable changed) {
      this.changed = changed;
    }

    final void tell() {
      if (changed != null) {
        changed.run();
      }
    }

    final void ensureOpen() throws ClosedChannelException {
      if (!open) {
        throw new ClosedChannelException();
      }
    }

    abstract End other();

    @Override
    public final boolean isOpen() {
      return open;
    }

    @Override
    public final void close() {
      open = false;
      other().tell();
    }

    @Override
    public final String toString() {
      return open ? "in memory" : "closed, in memory";
    }
  }

  private final class Reader extends End implements ReadEnd {
    @Override
    End other() {
      return writer;
    }

    @Override
    public int ready() {
      return count > 0 || !writer.isOpen() ? Selector.READ : 0;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      if (dst.isReadOnly()) {
        throw new ReadOnlyBufferException();
      }
      ensureOpen();
      int total = Math.min(count, dst.remaining());
      for (int left = total; left > 0; ) {
        int part = Math.min(left, CAPACITY - first);
        dst.put(ring, first, part);
        first = (first + part) % CAPACITY;
        count -= part;
        left -= part;
      }
      tell();
      writer.tell();
      return total == 0 && dst.hasRemaining() && !writer.isOpen() ? -1 : total;
    }
  }

  private final class Writer extends End implements WriteEnd {
    @Override
    End other() {
      return reader;
    }

    @Override
    public int ready() {
      return !reader.isOpen()
          ? Selector.WRITE | Selector.BROKEN
          : count < CAPACITY ? Selector.WRITE : 0;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      ensureOpen();
      if (!reader.isOpen()) {
        throw new BrokenPipeException("write to a pipe in memory that nobody reads");
      }
      int total = Math.min(CAPACITY - count, src.remaining());
      for (int left = total; left > 0; ) {
        int at = (first + count) % CAPACITY;
        int part = Math.min(left, CAPACITY - at);
        src.get(ring, at, part);
        count += part;
        left -= part;
      }
      tell();
      reader.tell();
      return total;
    }

    @Override
    public boolean noticesReader() {
      return true;
    }
  }
}
