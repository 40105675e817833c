// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A stream as the end of a pipe: a daemon thread reads it, a piece at a time.
///
/// It reads the next piece when the one before is consumed and somebody watches for more.
final class ReaderThread implements ReadEnd, SelfPolledEnd {
  private static final int PIECE = 64 * 1024;

  private enum State {
    /// Nothing is there, and nothing is under way.
    EMPTY,
    /// The thread is in a read of the stream.
    READING,
    /// There are bytes.
    FULL,
    ENDED,
    FAILED,
    CLOSED
  }

  private final InputStream in;
  private final boolean owned;
  private final DaemonThreads.Closing closing;

  // All below: guarded by this object's lock, which is never held while the stream is used; the
  // bytes belong to the thread while it is READING.
  private State state = State.EMPTY;
  // Null before the thread is started.
  private @Nullable ByteBuffer piece;
  private @Nullable IOException failure;
  private boolean wanted;
  private @Nullable Runnable changed;

  /// @param owned whether closing the end closes the stream
  ReaderThread(InputStream in, boolean owned) {
    this.in = in;
    this.owned = owned;
    this.closing = new DaemonThreads.Closing(in);
  }

  // Any thread, mostly that of the loop.

  @Override
  public synchronized int ready() {
    return switch (state) {
      case EMPTY, READING -> 0;
      case FULL, ENDED, CLOSED -> Selector.READ;
      case FAILED -> Selector.READ | Selector.BROKEN;
    };
  }

  @Override
  public synchronized void watched(int ops, @Nullable Runnable changed) {
    this.changed = changed;
    wanted = (ops & Selector.READ) != 0;
    want();
  }

  private void want() {
    if (!wanted || state != State.EMPTY) {
      return;
    }
    if (piece != null) {
      notifyAll();
      return;
    }
    // By the thread of the loop, which can tell somebody when there is no memory. The thread itself
    // needs none.
    var room = ByteBuffer.allocate(PIECE);
    DaemonThreads.start("asyncio4j-pipe-reader", () -> run(room));
    piece = room;
  }

  @Override
  public synchronized int read(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    return switch (state) {
      case EMPTY, READING -> 0;
      case ENDED -> dst.hasRemaining() ? -1 : 0;
      case FAILED -> throw new IOException("read(" + in + ")", failure);
      case CLOSED -> throw new ClosedChannelException();
      case FULL -> take(dst);
    };
  }

  private int take(ByteBuffer dst) {
    ByteBuffer src = Objects.requireNonNull(piece);
    int count = Math.min(src.remaining(), dst.remaining());
    dst.put(dst.position(), src, src.position(), count).position(dst.position() + count);
    src.position(src.position() + count);
    if (!src.hasRemaining()) {
      state = State.EMPTY;
      want();
    }
    return count;
  }

  @Override
  public void close() {
    boolean inUse;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      inUse = state == State.READING;
      state = State.CLOSED;
      notifyAll();
    }
    if (owned) {
      closing.close(inUse);
    }
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

  private void run(ByteBuffer room) {
    while (awaitDemand()) {
      int count = 0;
      IOException broken = null;
      try {
        count = in.read(room.array(), room.arrayOffset(), PIECE);
      } catch (Throwable t) {
        broken = DaemonThreads.failed(in, t);
      }
      Runnable told = finished(room, count, broken);
      if (told != null) {
        told.run();
      }
    }
    closing.left();
  }

  /// @return false when it is closed
  private synchronized boolean awaitDemand() {
    while (state != State.CLOSED && !(state == State.EMPTY && wanted)) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it.
      }
    }
    if (state == State.CLOSED) {
      return false;
    }
    state = State.READING;
    return true;
  }

  private synchronized @Nullable Runnable finished(
      ByteBuffer room, int count, @Nullable IOException broken) {
    if (state == State.CLOSED) {
      return null;
    }
    if (broken != null) {
      failure = broken;
      state = State.FAILED;
    } else if (count < 0) {
      state = State.ENDED;
    } else if (count == 0) {
      state = State.EMPTY;
      return null;
    } else {
      room.limit(count).position(0);
      state = State.FULL;
    }
    return changed;
  }

  @Override
  public synchronized String toString() {
    return state + " " + in;
  }
}
