// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
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

  // All below: guarded by this object's lock, which is never held while the stream is used; the
  // bytes belong to the thread while it is READING.
  private State state = State.EMPTY;
  private byte @Nullable [] bytes;
  private ByteBuffer piece = ByteBuffer.allocate(0);
  private @Nullable IOException failure;
  private boolean started;
  private boolean wanted;
  private @Nullable Runnable changed;

  /// @param owned whether closing the end closes the stream
  ReaderThread(InputStream in, boolean owned) {
    this.in = in;
    this.owned = owned;
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
    if (started) {
      notifyAll();
    } else {
      DaemonThreads.start("asyncio4j-pipe-reader", this::run);
      started = true;
    }
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
    int count = Math.min(piece.remaining(), dst.remaining());
    dst.put(dst.position(), piece, piece.position(), count).position(dst.position() + count);
    piece.position(piece.position() + count);
    if (!piece.hasRemaining()) {
      state = State.EMPTY;
      want();
    }
    return count;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      state = State.CLOSED;
      notifyAll();
    }
    if (owned) {
      DaemonThreads.close(in);
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

  private void run() {
    byte[] target;
    while ((target = awaitDemand()) != null) {
      int count = 0;
      IOException broken = null;
      try {
        count = in.read(target);
      } catch (IOException e) {
        broken = e;
      } catch (RuntimeException | Error e) {
        broken = new IOException("the stream failed: " + in, e);
      }
      Runnable told = finished(target, count, broken);
      if (told != null) {
        told.run();
      }
    }
  }

  private synchronized byte @Nullable [] awaitDemand() {
    while (state != State.CLOSED && !(state == State.EMPTY && wanted)) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it.
      }
    }
    if (state == State.CLOSED) {
      return null;
    }
    state = State.READING;
    byte[] target = bytes;
    if (target == null) {
      target = new byte[PIECE];
      bytes = target;
    }
    return target;
  }

  private synchronized @Nullable Runnable finished(
      byte[] target, int count, @Nullable IOException broken) {
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
      piece = ByteBuffer.wrap(target, 0, count);
      state = State.FULL;
    }
    return changed;
  }

  @Override
  public synchronized String toString() {
    return state + " " + in;
  }
}
