// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One end of a FIFO, opened by whoever first uses it: without native access an open waits for the
/// other end. One thread uses it; any closes it.
final class FifoFile {
  /*
   * An open that waits for the other end is ended by who opens that; no interrupt and no close does
   * it. To be the other end takes the path and the right to both read and write. So the thread in an
   * open stays there, until somebody opens the other end, when the FIFO has been removed, renamed or
   * replaced meanwhile, and when it may be read only or written only.
   */
  private static final long PATIENCE_MILLIS = 10_000;

  private final Path path;
  // Tells whether it is still there; null where the system has no such thing.
  private final @Nullable Object key;
  private final StandardOpenOption mode;

  // Guarded by this object's lock, which is not held during an open.
  private @Nullable FileChannel channel;
  private boolean opening;
  private boolean closed;

  private FifoFile(Path path, @Nullable Object key, StandardOpenOption mode) {
    this.path = path;
    this.key = key;
    this.mode = mode;
  }

  /// Returns the end that is read from.
  static InputStream input(Path path) throws IOException {
    Object key = keyOfFifo(path);
    if (!Files.isReadable(path)) {
      throw new AccessDeniedException(path.toString());
    }
    return new Input(new FifoFile(path, key, StandardOpenOption.READ));
  }

  /// Returns the end that is written to.
  static OutputStream output(Path path) throws IOException {
    Object key = keyOfFifo(path);
    if (!Files.isWritable(path)) {
      throw new AccessDeniedException(path.toString());
    }
    return new Output(new FifoFile(path, key, StandardOpenOption.WRITE));
  }

  private static @Nullable Object keyOfFifo(Path path) throws IOException {
    var attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isOther()) {
      throw PipeFailures.noPipe(
          path + " is a " + (attributes.isDirectory() ? "directory" : "regular file"));
    }
    return attributes.fileKey();
  }

  private FileChannel channel() throws IOException {
    synchronized (this) {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (channel != null) {
        return channel;
      }
      opening = true;
    }
    FileChannel opened = null;
    try {
      opened = FileChannel.open(path, mode);
    } finally {
      synchronized (this) {
        opening = false;
        channel = opened;
        notifyAll();
      }
    }
    synchronized (this) {
      if (!closed) {
        return opened;
      }
    }
    opened.close();
    throw new ClosedChannelException();
  }

  private void close() throws IOException {
    FileChannel closing;
    boolean waits;
    synchronized (this) {
      closed = true;
      closing = channel;
      waits = opening;
    }
    if (closing != null) {
      closing.close();
    } else if (waits) {
      endWait();
    }
  }

  /// Ends the wait of whoever opens one end, or is just about to: to open it both ways does not
  /// wait.
  ///
  /// @throws IOException when it is not there any more or may not be opened both ways: the wait
  ///   goes on
  private void endWait() throws IOException {
    // To hold another one would keep its readers from their end.
    if (!Objects.equals(keyOfFifo(path), key)) {
      throw new NoSuchFileException(path.toString(), null, "another file is in its place");
    }
    try (var _ = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      awaitOpened();
    }
  }

  private synchronized void awaitOpened() {
    // Not for ever: it may have been replaced since it was looked at.
    long patienceUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    for (long left = PATIENCE_MILLIS; opening && left > 0; ) {
      try {
        wait(left);
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it.
      }
      left = TimeUnit.NANOSECONDS.toMillis(patienceUntil - System.nanoTime());
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private static final class Input extends InputStream {
    private final FifoFile file;

    Input(FifoFile file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return file.channel().read(ByteBuffer.wrap(target, offset, length));
    }

    @Override
    public void close() throws IOException {
      file.close();
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  private static final class Output extends OutputStream {
    private final FifoFile file;

    Output(FifoFile file) {
      this.file = file;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      var left = ByteBuffer.wrap(source, offset, length);
      while (left.hasRemaining()) {
        file.channel().write(left);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }
}
