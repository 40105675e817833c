// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// Standard input where it is for a thread: one for the process, as what it has read and nobody has
/// taken is there for the next end. The newest end reads. Any thread.
final class StandardInput {
  private static final Object LOCK = new Object();
  private static final ReaderThread SHARED =
      new ReaderThread(new FileInputStream(FileDescriptor.in), false);

  // Guarded by LOCK.
  private static @Nullable End newest;

  private StandardInput() {}

  static ReadEnd newEnd() {
    var end = new End();
    synchronized (LOCK) {
      newest = end;
    }
    return end;
  }

  private static final class End implements ReadEnd, SelfPolledEnd {
    // Guarded by LOCK.
    private boolean open = true;

    private boolean reads() {
      return open && newest == this;
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
        if (reads()) {
          SHARED.watched(ops, changed);
        }
      }
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      synchronized (LOCK) {
        if (!open) {
          throw new ClosedChannelException();
        }
        return reads() ? SHARED.read(dst) : 0;
      }
    }

    @Override
    public boolean isOpen() {
      synchronized (LOCK) {
        return open;
      }
    }

    @Override
    public void close() {
      watched(0, null);
      synchronized (LOCK) {
        open = false;
      }
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
