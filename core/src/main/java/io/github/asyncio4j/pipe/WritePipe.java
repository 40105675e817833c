// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.Readiness;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe.SinkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is written to: of a FIFO, a pair, a child process, a terminal, a socket,
/// or an [OutputStream].
///
/// Give it to `EventLoop.connectWritePipe`, which owns it then. It may be watched and written by
/// itself, too: no method waits. Loop thread only; [#close()], [#isOpen()] and [#fileno()] any
/// thread.
public final class WritePipe implements Pollable, AutoCloseable {
  private final WriteEnd end;
  private final boolean standard;

  WritePipe(WriteEnd end) {
    this(end, false);
  }

  private WritePipe(WriteEnd end, boolean standard) {
    this.end = end;
    this.standard = standard;
  }

  /// Takes ownership of a descriptor and makes it non-blocking (EL-112). Otherwise as
  /// [ReadPipe#ofDescriptor(int)].
  public static WritePipe ofDescriptor(int fd) throws IOException {
    return new WritePipe(DescriptorEnd.adopt(fd));
  }

  /// Takes ownership of a stream, which a thread of its own writes to and flushes. Any thread.
  ///
  /// For what cannot be polled: streams of the JDK without native access. The thread is a daemon,
  /// and begins with the first bytes. Closing the end also closes the stream, by another thread. It
  /// notices only by a write that nobody reads any more.
  public static WritePipe of(OutputStream out) {
    return new WritePipe(new WriterThread(Objects.requireNonNull(out, "out"), true));
  }

  /// Takes ownership of a connected stream socket.
  public static WritePipe of(Socket socket) {
    return new WritePipe(new SocketEnd(Objects.requireNonNull(socket, "socket")));
  }

  /// Takes ownership of a channel and makes it non-blocking. It notices only by a write that nobody
  /// reads any more.
  ///
  /// @throws IOException when the channel is closed
  public static WritePipe of(SinkChannel channel) throws IOException {
    return new WritePipe(ChannelEnd.of(Objects.requireNonNull(channel, "channel")));
  }

  /// Opens a FIFO, or a character device, for writing.
  ///
  /// On the portable tier a daemon thread opens it, which waits for a reader, and writes to it; so
  /// what fails there is told by the first write. To close the pipe ends that thread, save where no
  /// reader has come yet and the FIFO was removed, renamed or replaced, or may not be read: then
  /// the thread waits for a reader, for ever if none can come. It keeps no JVM alive.
  ///
  /// @throws IllegalArgumentException when something else is at the path, such as a regular file
  /// @throws java.nio.file.NoSuchFileException when nothing is there
  /// @throws java.nio.file.AccessDeniedException when it may not be written
  /// @throws IOException when the system refuses: ENXIO on the native tier while nobody has it open
  ///   for reading
  public static WritePipe open(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    return new WritePipe(
        Native.isAvailable()
            ? DescriptorEnd.open(path, Constants.O_WRONLY)
            : new WriterThread(FifoFile.output(path), true));
  }

  /// Returns an end of standard output, of whatever kind that is. Any thread.
  ///
  /// What this process has inherited is left as it is: its mode is not changed, not for a moment,
  /// and to close the end does not close it. On the native tier a pipe, a terminal or a socket is
  /// polled; anything else, as a file, and everything on the portable tier, is written by a daemon
  /// thread, for whose last 128 KiB the end of the JVM waits up to two seconds.
  ///
  /// @throws IOException when standard output is closed
  public static WritePipe stdout() throws IOException {
    return new WritePipe(StandardStreams.output(1), true);
  }

  /// Returns an end of standard error; as [#stdout()].
  public static WritePipe stderr() throws IOException {
    return new WritePipe(StandardStreams.output(2), true);
  }

  /// Tells whether it is an end of standard output or error, which nobody has to close.
  public boolean isStandard() {
    return standard;
  }

  /// Writes what can go at once of a buffer, and advances its position. A stream takes nothing by
  /// this call: see [#write(ByteBuffer\[\], int, int)].
  ///
  /// @return how many bytes; 0 when none can go now
  /// @throws BrokenPipeException when nobody reads any more
  /// @throws IOException when no more will go, or the end was closed
  public int write(ByteBuffer src) throws IOException {
    return end.write(src);
  }

  /// Writes what waits, in order, and advances the positions of the buffers by what has gone.
  ///
  /// Each call begins with the first byte that has not gone, until all have: a stream goes on with
  /// what it was shown by one call, and says by the next what has gone since.
  ///
  /// @return how many bytes have gone; 0 when none
  /// @throws BrokenPipeException when nobody reads any more
  /// @throws IOException when no more will go, or the end was closed
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    return end.write(srcs, offset, length);
  }

  /// Tells whether a selector says when nobody reads any more, as a broken connection: so for pipes
  /// and sockets of the system, not for terminals, channels and streams.
  public boolean noticesReader() {
    return end.noticesReader();
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
    return "<WritePipe " + end + ">";
  }
}
