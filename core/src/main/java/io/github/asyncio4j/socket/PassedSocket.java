// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A socket that the supervisor of this process has opened for it, as systemd does:
/// sd_listen_fds(3). Native tier.
///
/// ```java
/// for (var passed : PassedSocket.takeAll()) {
///   loop.createServer(Handler::new, ServerOptions.DEFAULT.sock(passed.socket()));
/// }
/// ```
///
/// A unix socket goes to `createUnixServer`, with `cleanupSocket(false)`: its file is the
/// supervisor's.
///
/// @param name what the supervisor calls it: the name of the socket's unit, or
///   `FileDescriptorName=`; `unknown` when it gives no names
/// @param socket the taker's; non-blocking, and not passed on to child processes
public record PassedSocket(String name, Socket socket) {
  private static final int FIRST = 3;
  private static final String NO_NAME = "unknown";

  private static final AtomicBoolean TAKEN = new AtomicBoolean();

  /// Takes the sockets that were passed to this process, in the supervisor's order. Any thread.
  ///
  /// They can be taken once: after that, and when none were passed to this process (no
  /// `LISTEN_PID`, or another's), the list is empty. Child processes see the variables of the
  /// environment, too, but not as meant for them.
  ///
  /// When it fails none is taken, and the descriptors stay as they were.
  ///
  /// @throws UnsupportedOperationException when there are some and native access is not granted;
  ///   names the flag
  /// @throws IOException when a variable is wrong, or a descriptor is no socket, or a stream socket
  ///   that does not listen; names it
  public static List<PassedSocket> takeAll() throws IOException {
    if (!TAKEN.compareAndSet(false, true)) {
      return List.of();
    }
    boolean taken = false;
    try {
      var sockets = takeAll(System.getenv(), ProcessHandle.current().pid(), FIRST);
      taken = true;
      return sockets;
    } finally {
      if (!taken) {
        TAKEN.set(false);
      }
    }
  }

  static List<PassedSocket> takeAll(Map<String, String> environment, long pid, int first)
      throws IOException {
    String wanted = environment.get("LISTEN_PID");
    String fds = environment.get("LISTEN_FDS");
    if (wanted == null || fds == null || number("LISTEN_PID", wanted) != pid) {
      return List.of();
    }
    int count = number("LISTEN_FDS", fds);
    if (count == 0) {
      return List.of();
    }
    if (!Native.isAvailable()) {
      throw Native.unsupported("Taking the sockets of a supervisor (LISTEN_FDS=" + fds + ")");
    }
    List<String> names = names(environment.get("LISTEN_FDNAMES"), count);
    for (int i = 0; i < count; i++) {
      ensureListens(first + i, names.get(i));
    }
    var sockets = new ArrayList<PassedSocket>();
    for (int i = 0; i < count; i++) {
      closeOnExec(first + i);
      sockets.add(new PassedSocket(names.get(i), Socket.ofDescriptor(first + i)));
    }
    return List.copyOf(sockets);
  }

  private static int number(String variable, String value) throws IOException {
    try {
      int number = Integer.parseInt(value);
      if (number >= 0 && number <= Integer.MAX_VALUE - FIRST) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IOException(variable + " is no number that could be: '" + value + "'");
  }

  private static List<String> names(@Nullable String value, int count) throws IOException {
    if (value == null) {
      var names = new String[count];
      Arrays.fill(names, NO_NAME);
      return List.of(names);
    }
    List<String> names = List.of(value.split(":", -1));
    if (names.size() != count) {
      throw new IOException("LISTEN_FDNAMES has not one name for each of " + count + ": " + value);
    }
    return names;
  }

  private static void ensureListens(int fd, String name) throws IOException {
    Syscalls syscalls = Native.syscalls();
    int type;
    int listens;
    try {
      type = DescriptorOptions.getInt(syscalls, fd, Constants.SO_TYPE, "SO_TYPE");
      listens = DescriptorOptions.getInt(syscalls, fd, Constants.SO_ACCEPTCONN, "SO_ACCEPTCONN");
    } catch (IOException e) {
      throw new IOException(
          "the descriptor " + fd + " that was passed as '" + name + "' is no socket", e);
    }
    if (type == Constants.SOCK_STREAM && listens == 0) {
      throw new IOException(
          "the socket " + fd + " that was passed as '" + name + "' does not listen");
    }
  }

  private static void closeOnExec(int fd) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int result = Native.syscalls().fcntl(errno, fd, Constants.F_SETFD, Constants.FD_CLOEXEC);
      if (result < 0) {
        throw SocketFailures.of("fcntl(fd " + fd + ", F_SETFD)", -result);
      }
    }
  }
}
