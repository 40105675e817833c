// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// A stream as the end of a pipe: a daemon thread writes to it and flushes, a piece at a time.
///
/// What has been shown to it counts as gone when the stream has taken it, so nothing is forgotten
/// when the pipe is closed behind its last byte.
final class WriterThread implements WriteEnd, SelfPolledEnd {
  private static final int PIECE = 64 * 1024;

  private enum State {
    IDLE,
    /// The thread has a piece, or is about to take it.
    WRITING,
    /// The stream has taken the piece, which nobody knows yet.
    WRITTEN,
    FAILED,
    CLOSED
  }

  private final OutputStream out;
  private final boolean owned;
  private final DaemonThreads.Closing closing;

  // All below: guarded by this object's lock, which is never held while the stream is used; the
  // piece belongs to the thread while it is WRITING.
  private State state = State.IDLE;
  private byte @Nullable [] piece;
  private int length;
  private @Nullable IOException failure;
  private @Nullable Runnable changed;

  /// @param owned whether closing the end closes the stream
  WriterThread(OutputStream out, boolean owned) {
    this.out = out;
    this.owned = owned;
    this.closing = new DaemonThreads.Closing(out);
  }

  // Any thread, mostly that of the loop.

  @Override
  public synchronized int ready() {
    return switch (state) {
      case WRITING -> 0;
      case IDLE, WRITTEN, CLOSED -> Selector.WRITE;
      case FAILED -> Selector.WRITE | Selector.BROKEN;
    };
  }

  @Override
  public synchronized void watched(int ops, @Nullable Runnable changed) {
    this.changed = changed;
  }

  @Override
  public synchronized int write(ByteBuffer src) throws IOException {
    ensureUnbroken();
    return 0;
  }

  @Override
  public synchronized long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    ensureUnbroken();
    if (state == State.WRITING) {
      return 0;
    }
    int gone = state == State.WRITTEN ? this.length : 0;
    state = State.IDLE;
    advance(srcs, offset, gone);
    show(srcs, offset, length);
    return gone;
  }

  private void ensureUnbroken() throws IOException {
    if (state == State.CLOSED) {
      throw new ClosedChannelException();
    }
    if (failure != null) {
      var broken = PipeFailures.translated("write(" + out + ")", failure);
      throw broken == failure ? new IOException("write(" + out + ")", failure) : broken;
    }
  }

  private static void advance(ByteBuffer[] srcs, int offset, int count) {
    int left = count;
    for (int i = offset; left > 0; i++) {
      int part = Math.min(left, srcs[i].remaining());
      srcs[i].position(srcs[i].position() + part);
      left -= part;
    }
  }

  /// Gives the thread a copy of the first bytes.
  private void show(ByteBuffer[] srcs, int offset, int count) {
    byte[] target = piece;
    if (target == null) {
      target = new byte[PIECE];
    }
    int filled = 0;
    for (int i = offset; i < offset + count && filled < PIECE; i++) {
      int part = Math.min(PIECE - filled, srcs[i].remaining());
      srcs[i].get(srcs[i].position(), target, filled, part);
      filled += part;
    }
    if (filled == 0) {
      return;
    }
    if (piece == null) {
      DaemonThreads.start("asyncio4j-pipe-writer", this::run);
      piece = target;
    }
    length = filled;
    state = State.WRITING;
    notifyAll();
  }

  @Override
  public void close() {
    boolean inUse;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      inUse = state == State.WRITING;
      state = State.CLOSED;
      notifyAll();
    }
    if (owned) {
      closing.close(inUse);
    }
  }

  @Override
  public boolean noticesReader() {
    return false;
  }

  @Override
  public synchronized boolean isOpen() {
    return state != State.CLOSED;
  }

  @Override
  public boolean changesInAnyThread() {
    return true;
  }

  // The thread.

  private void run() {
    byte[] taken;
    while ((taken = awaitPiece()) != null) {
      IOException broken = null;
      try {
        out.write(taken, 0, length);
        out.flush();
      } catch (Throwable t) {
        broken = DaemonThreads.failed(out, t);
      }
      Runnable told = finished(broken);
      if (told != null) {
        told.run();
      }
    }
    closing.left();
  }

  private synchronized byte @Nullable [] awaitPiece() {
    while (state != State.WRITING && state != State.CLOSED) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it.
      }
    }
    return state == State.CLOSED ? null : piece;
  }

  private synchronized @Nullable Runnable finished(@Nullable IOException broken) {
    if (state == State.CLOSED) {
      return null;
    }
    failure = broken;
    state = broken == null ? State.WRITTEN : State.FAILED;
    return changed;
  }

  @Override
  public synchronized String toString() {
    return state + " " + out;
  }
}
