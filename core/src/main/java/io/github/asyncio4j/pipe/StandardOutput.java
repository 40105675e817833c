// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Selector;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Standard output or error where it is for a thread: one for the process, which takes a piece at a
/// time as a pipe does, and has written it before the JVM ends. Any thread.
final class StandardOutput {
  private static final int CAPACITY = 64 * 1024;

  /// How long the end of the JVM waits for what was taken. Whoever reads may have stopped.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final StandardOutput OUT =
      new StandardOutput(new FileOutputStream(FileDescriptor.out), "standard output");
  private static final StandardOutput ERR =
      new StandardOutput(new FileOutputStream(FileDescriptor.err), "standard error");

  private final OutputStream out;
  private final String name;

  // All below: guarded by this object's lock. What is taken lies in one array while the thread
  // writes the other, and then they change places.
  private byte @Nullable [] taken;
  private int count;
  private byte[] spare = {};
  private boolean writing;
  // Of the array that the thread writes; the thread's while it does.
  private int length;
  private @Nullable IOException failure;
  private final Map<End, Runnable> watchers = new LinkedHashMap<>();
  // The watchers once more, replaced as a whole: the thread that tells them has no memory for it.
  private Runnable[] toTell = {};
  private boolean hasHook;

  StandardOutput(OutputStream out, String name) {
    this.out = out;
    this.name = name;
  }

  /// @param fd 1 or 2
  static StandardOutput of(int fd) {
    return fd == 1 ? OUT : ERR;
  }

  WriteEnd newEnd() {
    return new End();
  }

  private synchronized int take(ByteBuffer src) throws IOException {
    var broken = failure;
    if (broken != null) {
      // Told once: the next write may work, as that to a disk that was full.
      failure = null;
      throw PipeFailures.translated(name, broken);
    }
    if (!src.hasRemaining()) {
      return 0;
    }
    byte[] target = taken;
    if (target == null) {
      target = start();
    }
    int more = Math.min(CAPACITY - count, src.remaining());
    src.get(target, count, more);
    count += more;
    notifyAll();
    return more;
  }

  /// Starts the thread, which needs no memory by itself.
  private byte[] start() {
    byte[] first = new byte[CAPACITY];
    spare = new byte[CAPACITY];
    writeBeforeTheEnd();
    DaemonThreads.start("asyncio4j-" + name.replace(' ', '-'), this::run);
    taken = first;
    return first;
  }

  private void writeBeforeTheEnd() {
    if (hasHook) {
      return;
    }
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::awaitWritten));
      hasHook = true;
    } catch (IllegalStateException e) {
      return; // The end has begun.
    }
  }

  private synchronized void awaitWritten() {
    long until = System.nanoTime() + PATIENCE_NANOS;
    for (long left; (count > 0 || writing) && (left = until - System.nanoTime()) > 0; ) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  // The thread.

  private void run() {
    while (true) {
      byte[] piece = awaitPiece();
      IOException broken = null;
      try {
        out.write(piece, 0, length);
      } catch (Throwable t) {
        broken = DaemonThreads.failed(name, t);
      }
      for (Runnable watcher : written(broken)) {
        watcher.run();
      }
    }
  }

  private synchronized byte[] awaitPiece() {
    while (count == 0 || taken == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it.
      }
    }
    byte[] full = taken;
    taken = spare;
    spare = full;
    length = count;
    count = 0;
    writing = true;
    return full;
  }

  private synchronized Runnable[] written(@Nullable IOException broken) {
    writing = false;
    if (broken != null) {
      failure = broken;
    }
    notifyAll();
    return toTell;
  }

  private synchronized void watched(End end, @Nullable Runnable changed) {
    if (changed != null) {
      watchers.put(end, changed);
      toTell = watchers.values().toArray(Runnable[]::new);
    } else if (watchers.remove(end) != null) {
      try {
        toTell = watchers.values().toArray(Runnable[]::new);
      } catch (OutOfMemoryError e) {
        return; // One that does not watch any more is told in vain.
      }
    }
  }

  private final class End implements WriteEnd, SelfPolledEnd {
    // Guarded by the lock of the output.
    private boolean open = true;

    @Override
    public int ready() {
      synchronized (StandardOutput.this) {
        return count < CAPACITY ? Selector.WRITE : 0;
      }
    }

    @Override
    public void watched(int ops, @Nullable Runnable changed) {
      StandardOutput.this.watched(this, ops == 0 ? null : changed);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      if (!isOpen()) {
        throw new ClosedChannelException();
      }
      return take(src);
    }

    @Override
    public boolean noticesReader() {
      return false;
    }

    @Override
    public boolean isOpen() {
      synchronized (StandardOutput.this) {
        return open;
      }
    }

    @Override
    public void close() {
      synchronized (StandardOutput.this) {
        open = false;
        StandardOutput.this.watched(this, null);
      }
    }

    @Override
    public boolean changesInAnyThread() {
      return true;
    }

    @Override
    public String toString() {
      return (isOpen() ? "" : "closed ") + name + " behind a thread";
    }
  }
}
