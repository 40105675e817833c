// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopFiles;
import io.github.asyncio4j.SendfileNotAvailableException;
import io.github.asyncio4j.internal.tls.FileOutput;
import io.github.asyncio4j.internal.tls.StreamTransport;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Objects;

/// Sends files: by the system where that can do it, else by reading them in an executor (EL-90,
/// EL-109, R-126, R-127). Loop thread only.
final class FileSender implements LoopFiles {
  /// What the system is given at a time.
  private static final long SENT_AT_ONCE = 1024 * 1024;

  /// What is read at a time.
  private static final int READ_AT_ONCE = 256 * 1024;

  private final NetContext net;

  FileSender(NetContext net) {
    this.net = net;
  }

  @Override
  public long sendfile(
      Transport transport, FileChannel file, long offset, long count, boolean fallback)
      throws IOException {
    net.lowlevel().ensureInTask("sendfile");
    Objects.requireNonNull(transport, "transport");
    ensureArguments(file, offset, count);
    if (transport.isClosing()) {
      throw new IllegalStateException("Transport is closing: " + transport);
    }
    if (!(transport instanceof StreamTransport able)) {
      throw new IllegalStateException("sendfile is not supported for transport " + transport);
    }
    try (var output = able.sendingFile()) {
      return send(output, file, offset, count, fallback);
    }
  }

  static void ensureArguments(FileChannel file, long offset, long count) {
    Objects.requireNonNull(file, "file");
    if (offset < 0) {
      throw new IllegalArgumentException("offset must be a non-negative integer: " + offset);
    }
    if (count <= 0) {
      throw new IllegalArgumentException("count must be a positive integer: " + count);
    }
  }

  /// Sends a file to where nobody else writes.
  long send(FileOutput output, FileChannel file, long offset, long count, boolean fallback)
      throws IOException {
    var transfer = new Transfer(net.loop(), output, file, offset, count);
    try {
      if (!transfer.bySystem(fallback)) {
        transfer.byReading();
      }
    } catch (Throwable t) {
      transfer.leavePosition(t);
      throw t;
    }
    file.position(offset + transfer.sent);
    return transfer.sent;
  }

  /// One file on its way.
  private static final class Transfer {
    private final EventLoop loop;
    private final FileOutput output;
    private final FileChannel file;
    private final long offset;
    private final long count;
    long sent;

    Transfer(EventLoop loop, FileOutput output, FileChannel file, long offset, long count) {
      this.loop = loop;
      this.output = output;
      this.file = file;
      this.offset = offset;
      this.count = count;
    }

    /// Has the system send it.
    ///
    /// @return false when it cannot, which shows before the first byte
    boolean bySystem(boolean fallback) throws IOException {
      try {
        if (file.size() == 0) {
          return !fallback; // Either empty, or one of those that do not tell their size.
        }
        // Its end is looked for first: to wait for room would be to wait for the peer.
        while (sent < count && offset + sent < file.size()) {
          long gone = output.sendfile(file, offset + sent, Math.min(count - sent, SENT_AT_ONCE));
          if (gone < 0) {
            break;
          }
          sent += gone;
        }
        return true;
      } catch (IOException | UnsupportedOperationException e) {
        if (sent > 0 || !file.isOpen()) {
          throw e;
        }
        if (!fallback) {
          throw new SendfileNotAvailableException(
              "sendfile is not available: " + e.getMessage(), e);
        }
        return false; // What is wrong with a connection is told again.
      }
    }

    void byReading() throws IOException {
      var buffer = ByteBuffer.allocate((int) Math.min(count, READ_AT_ONCE));
      while (sent < count) {
        buffer.clear().limit((int) Math.min(count - sent, buffer.capacity()));
        int read = read(buffer, offset + sent);
        if (read < 0) {
          return;
        }
        output.send(buffer.flip());
        sent += read;
      }
    }

    private int read(ByteBuffer buffer, long position) throws IOException {
      try {
        // A cancelled read goes on in its thread, into a buffer that nobody uses any more.
        return loop.runInExecutor(null, () -> file.read(buffer, position)).await();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }

    void leavePosition(Throwable failure) {
      try {
        file.position(offset + sent);
      } catch (ClosedChannelException e) {
        return; // It has no position any more.
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
