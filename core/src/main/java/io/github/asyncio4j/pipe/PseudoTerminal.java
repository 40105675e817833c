// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

/// A pseudo-terminal, pty(7): a program runs at its slave as in a terminal, and whoever holds this
/// is the one who types and sees. Native tier; as threads for [ReadPipe].
///
/// Its reader has what the program shows, and ends when the slave is closed everywhere, also in
/// this process: hand the slave to the child, then [#closeSlave()]. What goes to the writer is
/// typed; its `close` is no end of input for the program, the key for that (`\4`) is.
///
/// `SubprocessOptions.pty` starts a child in one, which then controls it.
public final class PseudoTerminal implements AutoCloseable {
  private static final String MULTIPLEXER = "/dev/ptmx";

  private final DescriptorEnd slave;
  private final Path slavePath;
  private final ReadPipe reader;
  private final WritePipe writer;
  private final Terminal terminal;

  private PseudoTerminal(
      DescriptorEnd slave, Path slavePath, DescriptorEnd reader, DescriptorEnd writer) {
    this.slave = slave;
    this.slavePath = slavePath;
    this.reader = new ReadPipe(reader);
    this.writer = new WritePipe(writer);
    this.terminal = Terminal.of(reader.fileno());
  }

  /// Opens one: openpty(3). None of its descriptors is passed on to a child that is not given it.
  ///
  /// @param size of its window
  /// @throws UnsupportedOperationException when native access is not granted; names the flag
  /// @throws IOException when the system is out of terminals or descriptors
  public static PseudoTerminal open(WindowSize size) throws IOException {
    if (!Native.isAvailable()) {
      throw Native.unsupported("A pseudo-terminal");
    }
    Syscalls syscalls = Native.syscalls();
    var opened = new int[] {-1, -1, -1};
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int access = Constants.O_RDWR | Constants.O_NOCTTY | Constants.O_CLOEXEC;
      int master =
          syscalls.open(errno, arena.allocateFrom(MULTIPLEXER), access | Constants.O_NONBLOCK, 0);
      opened[0] = ensure(master, "open(" + MULTIPLEXER + ")");
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      // unlockpt(3), then ptsname(3): grantpt(3) has nothing to do on a file system of devices.
      ensure(syscalls.ioctl(errno, master, Constants.TIOCSPTLCK, number), "ioctl(TIOCSPTLCK)");
      ensure(syscalls.ioctl(errno, master, Constants.TIOCGPTN, number), "ioctl(TIOCGPTN)");
      // By the master and not by its name, which another mount of the file system may have.
      int peer =
          syscalls.ioctl(errno, master, Constants.TIOCGPTPEER, MemorySegment.ofAddress(access));
      opened[1] = ensure(peer, "ioctl(TIOCGPTPEER)");
      // A selector knows one end for each descriptor.
      int again = syscalls.fcntl(errno, master, Constants.F_DUPFD_CLOEXEC, 0);
      opened[2] = ensure(again, "fcntl(F_DUPFD_CLOEXEC)");
      var terminal =
          new PseudoTerminal(
              new DescriptorEnd(syscalls, peer, DescriptorKind.DEVICE),
              Path.of("/dev/pts/" + number.get(ValueLayout.JAVA_INT, 0)),
              new DescriptorEnd(syscalls, master, DescriptorKind.MASTER),
              new DescriptorEnd(syscalls, again, DescriptorKind.MASTER));
      terminal.setWindowSize(size);
      return terminal;
    } catch (IOException | RuntimeException | Error e) {
      closeAll(syscalls, opened);
      throw e;
    }
  }

  /// Opens one with a window of 80 columns and 24 lines; as [#open(WindowSize)].
  public static PseudoTerminal open() throws IOException {
    return open(new WindowSize(80, 24));
  }

  private static int ensure(int result, String call) throws IOException {
    if (result < 0) {
      throw Errno.ioException(call, -result);
    }
    return result;
  }

  private static void closeAll(Syscalls syscalls, int[] opened) {
    try (Arena arena = Arena.ofConfined()) {
      for (int fd : opened) {
        if (fd >= 0) {
          syscalls.close(arena.allocate(ValueLayout.JAVA_INT), fd);
        }
      }
    }
  }

  /// Returns what the program shows; for one transport.
  public ReadPipe reader() {
    return reader;
  }

  /// Returns where to type; for one transport.
  public WritePipe writer() {
    return writer;
  }

  /// Returns the descriptor that the program gets as its standard input, output and error, or -1
  /// once it is closed. It stays this object's.
  public int slaveFileno() {
    return slave.fileno();
  }

  /// Returns the name of the slave, which others may open as well.
  public Path slavePath() {
    return slavePath;
  }

  /// Closes the slave in this process, once whoever runs in it has it. Idempotent.
  ///
  /// @throws IOException when the system says that something went wrong
  public void closeSlave() throws IOException {
    slave.close();
  }

  /// Returns the size of the window.
  ///
  /// @throws IOException when the reader is closed
  public WindowSize windowSize() throws IOException {
    return ensureOpen().windowSize();
  }

  /// Sets the size of the window: who runs in it gets SIGWINCH if it is another.
  ///
  /// @throws IOException when the reader is closed
  public void setWindowSize(WindowSize size) throws IOException {
    ensureOpen().setWindowSize(size);
  }

  /// Its number may be another's when the reader is closed.
  private Terminal ensureOpen() throws ClosedChannelException {
    if (!reader.isOpen()) {
      throw new ClosedChannelException();
    }
    return terminal;
  }

  /// Closes all that is open of it; who runs in it gets SIGHUP. Idempotent.
  ///
  /// @throws IOException when the system says that something went wrong; all is closed then, too
  @Override
  public void close() throws IOException {
    try (reader;
        writer) {
      slave.close();
    }
  }

  @Override
  public String toString() {
    return "<PseudoTerminal " + slavePath + ">";
  }
}
