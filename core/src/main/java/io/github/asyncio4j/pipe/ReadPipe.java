// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.Readiness;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe.SourceChannel;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is read from: of a FIFO, a pair, a child process, a terminal, a socket,
/// or an [InputStream].
///
/// Give it to `EventLoop.connectReadPipe`, which owns it then. It may be watched and read by
/// itself, too: no method waits. Loop thread only; [#close()], [#isOpen()] and [#fileno()] any
/// thread.
public final class ReadPipe implements Pollable, AutoCloseable {
  private final ReadEnd end;
  private final boolean standard;

  ReadPipe(ReadEnd end) {
    this(end, false);
  }

  private ReadPipe(ReadEnd end, boolean standard) {
    this.end = end;
    this.standard = standard;
  }

  /// Takes ownership of a descriptor and makes it non-blocking (EL-111). Native tier. Any thread.
  ///
  /// It is non-blocking for everybody who shares its open file: never do this to a descriptor that
  /// this process has inherited.
  ///
  /// @param fd of a FIFO or pipe, a stream socket, or a character device such as a terminal; when
  ///   the call fails it is still the caller's
  /// @throws IllegalArgumentException when `fd` is negative, or the descriptor of anything else,
  ///   such as a regular file
  /// @throws UnsupportedOperationException when native access is not granted; names the flag
  /// @throws IOException when it is not open
  public static ReadPipe ofDescriptor(int fd) throws IOException {
    return new ReadPipe(DescriptorEnd.adopt(fd));
  }

  /// Takes ownership of a stream, which a thread of its own reads, at most 64 KiB ahead. Any
  /// thread.
  ///
  /// For what cannot be polled: streams of the JDK without native access. The thread is a daemon,
  /// and begins when the end is first watched. Closing the end also closes the stream, by another
  /// thread; a read of it that is under way then may go on until something comes, and takes that.
  public static ReadPipe of(InputStream in) {
    return new ReadPipe(new ReaderThread(Objects.requireNonNull(in, "in"), true));
  }

  /// Takes ownership of a connected stream socket.
  public static ReadPipe of(Socket socket) {
    return new ReadPipe(new SocketEnd(Objects.requireNonNull(socket, "socket")));
  }

  /// Takes ownership of a channel and makes it non-blocking.
  ///
  /// @throws IOException when the channel is closed
  public static ReadPipe of(SourceChannel channel) throws IOException {
    return new ReadPipe(ChannelEnd.of(Objects.requireNonNull(channel, "channel")));
  }

  /// Opens a FIFO, or a character device, for reading. Does not wait for a writer: the end of input
  /// comes when one has come and all are gone.
  ///
  /// On the portable tier a daemon thread opens and reads it, so what fails there is told by the
  /// first read. To close the pipe ends that thread, save where no writer has come yet and the FIFO
  /// was removed, renamed or replaced, or may not be written: then the thread waits for a writer,
  /// for ever if none can come. It keeps no JVM alive.
  ///
  /// @throws IllegalArgumentException when something else is at the path, such as a regular file
  /// @throws java.nio.file.NoSuchFileException when nothing is there
  /// @throws java.nio.file.AccessDeniedException when it may not be read
  /// @throws IOException when the system refuses
  public static ReadPipe open(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    return new ReadPipe(
        Native.isAvailable()
            ? DescriptorEnd.open(path, Constants.O_RDONLY)
            : new ReaderThread(FifoFile.input(path), true));
  }

  /// Returns an end of standard input, of whatever kind that is. Any thread.
  ///
  /// What this process has inherited is left as it is: its mode is not changed, not for a moment,
  /// and to close the end does not close it. On the native tier a pipe, a terminal or a socket is
  /// polled; anything else, as a file, and everything on the portable tier, is read by a daemon
  /// thread at most 64 KiB ahead, and what that has read stays for the next end. Two ends at a time
  /// take each other's input; of those that a thread reads for, only the newest that is open gets
  /// any.
  ///
  /// @throws IOException when standard input is closed
  public static ReadPipe stdin() throws IOException {
    return new ReadPipe(StandardStreams.input(), true);
  }

  /// Tells whether it is an end of standard input, which nobody has to close.
  public boolean isStandard() {
    return standard;
  }

  /// Reads what there is into a buffer, from its position on, and advances the position.
  ///
  /// @return how many bytes; 0 when there are none now or the buffer has no room, -1 at the end
  /// @throws java.nio.ReadOnlyBufferException when the buffer is read-only
  /// @throws IOException when no more will come, or the end was closed
  public int read(ByteBuffer dst) throws IOException {
    return end.read(dst);
  }

  /// Returns the descriptor number, or -1 when there is none, it is not known, or closed.
  @Override
  public int fileno() {
    return end.fileno();
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return end.channel();
  }

  @Override
  public @Nullable Readiness readiness() {
    return end.readiness();
  }

  /// Tells whether it was not closed.
  public boolean isOpen() {
    return end.isOpen();
  }

  /// Closes it. Idempotent.
  ///
  /// @throws IOException when the system says that something went wrong; it is closed then, too
  @Override
  public void close() throws IOException {
    end.close();
  }

  @Override
  public String toString() {
    return "<ReadPipe " + end + ">";
  }
}
