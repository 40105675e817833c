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
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// One end of a FIFO, opened by whoever first uses it: without native access an open waits for the
/// other end. One thread uses it; any closes it.
final class FifoFile {
  private final Path path;
  private final StandardOpenOption mode;

  // Guarded by this object's lock, which is not held during an open.
  private @Nullable FileChannel channel;
  private boolean opening;
  private boolean closed;

  private FifoFile(Path path, StandardOpenOption mode) {
    this.path = path;
    this.mode = mode;
  }

  /// Returns the end that is read from.
  static InputStream input(Path path) throws IOException {
    ensureFifo(path);
    if (!Files.isReadable(path)) {
      throw new AccessDeniedException(path.toString());
    }
    return new Input(new FifoFile(path, StandardOpenOption.READ));
  }

  /// Returns the end that is written to.
  static OutputStream output(Path path) throws IOException {
    ensureFifo(path);
    if (!Files.isWritable(path)) {
      throw new AccessDeniedException(path.toString());
    }
    return new Output(new FifoFile(path, StandardOpenOption.WRITE));
  }

  private static void ensureFifo(Path path) throws IOException {
    var attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isOther()) {
      throw PipeFailures.noPipe(
          path + " is a " + (attributes.isDirectory() ? "directory" : "regular file"));
    }
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
  private void endWait() throws IOException {
    try (var _ = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      awaitOpened();
    }
  }

  private synchronized void awaitOpened() {
    while (opening) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it.
      }
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
