// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Standard input where it is for a thread: one for the process, as what it has read and nobody has
/// taken is there for the next end. Of those that are open the newest reads. Any thread.
final class StandardInput {
  private static final Object LOCK = new Object();
  private static final ReaderThread SHARED =
      new ReaderThread(new FileInputStream(FileDescriptor.in), false);

  // Guarded by LOCK. Those that are open, the newest last.
  private static final List<End> OPEN = new ArrayList<>();

  private StandardInput() {}

  static ReadEnd newEnd() {
    var end = new End();
    synchronized (LOCK) {
      OPEN.add(end);
      SHARED.watched(0, null);
    }
    return end;
  }

  private static final class End implements ReadEnd, SelfPolledEnd {
    // Guarded by LOCK. What it watches for, also while it is another one's turn.
    private int ops;
    private @Nullable Runnable changed;

    private boolean reads() {
      return !OPEN.isEmpty() && OPEN.getLast() == this;
    }

    @Override
    public int ready() {
      synchronized (LOCK) {
        return reads() ? SHARED.ready() : 0;
      }
    }

    @Override
    public void watched(int ops, @Nullable Runnable changed) {
      synchronized (LOCK) {
        this.ops = ops;
        this.changed = changed;
        if (reads()) {
          SHARED.watched(ops, changed);
        }
      }
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      synchronized (LOCK) {
        if (!OPEN.contains(this)) {
          throw new ClosedChannelException();
        }
        return reads() ? SHARED.read(dst) : 0;
      }
    }

    @Override
    public boolean isOpen() {
      synchronized (LOCK) {
        return OPEN.contains(this);
      }
    }

    @Override
    public void close() {
      Runnable told = null;
      synchronized (LOCK) {
        boolean read = reads();
        if (OPEN.remove(this) && read) {
          told = passOn();
        }
      }
      if (told != null) {
        told.run();
      }
    }

    /// Lets the newest that is left read.
    ///
    /// @return whom to tell, or null
    private static @Nullable Runnable passOn() {
      if (OPEN.isEmpty()) {
        SHARED.watched(0, null);
        return null;
      }
      End next = OPEN.getLast();
      SHARED.watched(next.ops, next.changed);
      return next.changed;
    }

    @Override
    public boolean changesInAnyThread() {
      return true;
    }

    @Override
    public String toString() {
      return (isOpen() ? "" : "closed ") + "standard input behind a thread";
    }
  }
}
