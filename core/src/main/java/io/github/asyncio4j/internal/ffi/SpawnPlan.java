// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// What a child does between its start and its program: a `posix_spawn_file_actions_t` and a
/// `posix_spawnattr_t` (posix_spawn(3)). One thread; closed by whoever made it.
///
/// The actions are done in the order in which they were added, after the session and the group of
/// the child are set, and by the child: none of them changes anything here. What is out of memory
/// throws [OutOfMemoryError].
public final class SpawnPlan implements AutoCloseable {
  // 80 and 336 bytes in glibc and musl, with room to spare.
  private static final int ACTIONS_BYTES = 256;
  private static final int ATTRIBUTES_BYTES = 512;
  // A sigset_t of the C library; the kernel has 64 signals in its first eight bytes.
  private static final int SIGSET_BYTES = 128;

  // The two that glibc has for itself: its posix_spawn lets a child ignore them unless told not to.
  private static final long SIGNALS_OF_GLIBC = bit(32) | bit(33);
  // KILL and STOP, which nobody can ignore, do no harm.
  private static final long ALL_SIGNALS = ~0L;

  private final Syscalls syscalls;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
  private final MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
  private final MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 16);
  private int flags;

  /// Makes a plan that changes nothing.
  public SpawnPlan(Syscalls syscalls) {
    this.syscalls = syscalls;
    check(syscalls.posix_spawn_file_actions_init(errno, actions));
    check(syscalls.posix_spawnattr_init(errno, attributes));
  }

  private static long bit(int signal) {
    return 1L << (signal - 1);
  }

  /// The child has a descriptor under another number, or keeps it under its own: over its program
  /// too.
  public void dup2(int fd, int newfd) {
    check(syscalls.posix_spawn_file_actions_adddup2(errno, actions, fd, newfd));
  }

  /// The child opens a file.
  public void open(int fd, String path, int oflag) {
    // The C library copies the path.
    check(
        syscalls.posix_spawn_file_actions_addopen(
            errno, actions, fd, arena.allocateFrom(path), oflag, 0));
  }

  /// The child closes a descriptor, if it is open.
  public void close(int fd) {
    check(syscalls.posix_spawn_file_actions_addclose(errno, actions, fd));
  }

  /// The child closes all descriptors from a number on.
  public void closeFrom(int from) {
    check(syscalls.posix_spawn_file_actions_addclosefrom_np(errno, actions, from));
  }

  /// The child goes to a directory.
  public void chdir(String path) {
    check(syscalls.posix_spawn_file_actions_addchdir_np(errno, actions, arena.allocateFrom(path)));
  }

  /// The child blocks no signal. Its program handles none anyway.
  ///
  /// @param ignoreNone whether it ignores none either; otherwise it ignores what this process does
  public void cleanSignals(boolean ignoreNone) {
    flags |= Constants.POSIX_SPAWN_SETSIGMASK | Constants.POSIX_SPAWN_SETSIGDEF;
    check(syscalls.posix_spawnattr_setsigmask(errno, attributes, signals(0)));
    long reset = ignoreNone ? ALL_SIGNALS : SIGNALS_OF_GLIBC;
    check(syscalls.posix_spawnattr_setsigdefault(errno, attributes, signals(reset)));
  }

  private MemorySegment signals(long set) {
    MemorySegment signals = arena.allocate(SIGSET_BYTES, 8);
    signals.set(ValueLayout.JAVA_LONG, 0, set);
    return signals;
  }

  /// The child leads a session of its own, and a process group (setsid(2)).
  public void newSession() {
    flags |= Constants.POSIX_SPAWN_SETSID;
  }

  /// The child joins a process group.
  ///
  /// @param group 0 for one of its own
  public void processGroup(int group) {
    flags |= Constants.POSIX_SPAWN_SETPGROUP;
    check(syscalls.posix_spawnattr_setpgroup(errno, attributes, group));
  }

  /// Starts the child.
  ///
  /// @param program a path; a name without a slash is looked for in the `PATH` of this process
  /// @param argv the arguments, with the name that the program sees itself by
  /// @param envp [#strings] of the environment
  /// @param pid an int that is 0, and becomes the child's number when there is one: also when this
  ///   throws, as there may be no memory to return
  /// @return 0 or `-errno`
  public int spawn(String program, List<String> argv, MemorySegment envp, MemorySegment pid) {
    check(syscalls.posix_spawnattr_setflags(errno, attributes, flags));
    return syscalls.posix_spawnp(
        errno,
        pid,
        arena.allocateFrom(program),
        actions,
        attributes,
        strings(arena, argv.stream().map(SpawnPlan::bytes).toList()),
        envp);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /// Returns an array of C strings that ends with null, with the life of the arena.
  public static MemorySegment strings(Arena arena, List<byte[]> strings) {
    // One piece of memory for all: the pointers, then the bytes.
    long pointers = (strings.size() + 1L) * Long.BYTES;
    long bytes = strings.stream().mapToLong(string -> string.length + 1L).sum();
    MemorySegment array = arena.allocate(pointers + bytes, Long.BYTES);
    long at = pointers;
    for (int i = 0; i < strings.size(); i++) {
      byte[] string = strings.get(i);
      array.setAtIndex(ValueLayout.JAVA_LONG, i, array.address() + at);
      MemorySegment.copy(string, 0, array, ValueLayout.JAVA_BYTE, at, string.length);
      // Memory of an arena is zero: the string ends there.
      at += string.length + 1L;
    }
    return array;
  }

  /// Sets the plan's memory free.
  @Override
  public void close() {
    syscalls.posix_spawnattr_destroy(errno, attributes);
    syscalls.posix_spawn_file_actions_destroy(errno, actions);
    arena.close();
  }

  private static void check(int result) {
    if (result == -Errno.ENOMEM) {
      throw new OutOfMemoryError("no native memory for a child process");
    }
    if (result < 0) {
      // EBADF or EINVAL: only a wrong number of a caller brings it about.
      throw new IllegalArgumentException(Errno.message("posix_spawn", -result));
    }
  }
}
