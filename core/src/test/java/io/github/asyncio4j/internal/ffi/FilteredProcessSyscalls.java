// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.MemorySegment;

/// The calls about child processes of [FilteredSyscalls].
abstract class FilteredProcessSyscalls implements Syscalls {
  private final Syscalls next;

  FilteredProcessSyscalls(Syscalls next) {
    this.next = next;
  }

  /// Makes one call, or does something else.
  ///
  /// @param name the C name
  /// @param fd the descriptor it is about, or -1
  /// @param count how many bytes it would move, or -1 when it moves none
  /// @param call makes the call with at most a number of bytes, which counts only when `count` >= 0
  /// @return the count or `-errno`
  abstract int around(String name, int fd, long count, Call call);

  /// The rest of a call.
  interface Call {
    int make(long count);
  }

  @Override
  public final int posix_spawn_file_actions_init(MemorySegment errno, MemorySegment actions) {
    return around(
        "posix_spawn_file_actions_init",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_init(errno, actions));
  }

  @Override
  public final int posix_spawn_file_actions_destroy(MemorySegment errno, MemorySegment actions) {
    return around(
        "posix_spawn_file_actions_destroy",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_destroy(errno, actions));
  }

  @Override
  public final int posix_spawn_file_actions_addopen(
      MemorySegment errno, MemorySegment actions, int fd, MemorySegment path, int oflag, int mode) {
    return around(
        "posix_spawn_file_actions_addopen",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_addopen(errno, actions, fd, path, oflag, mode));
  }

  @Override
  public final int posix_spawn_file_actions_addclose(
      MemorySegment errno, MemorySegment actions, int fd) {
    return around(
        "posix_spawn_file_actions_addclose",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_addclose(errno, actions, fd));
  }

  @Override
  public final int posix_spawn_file_actions_adddup2(
      MemorySegment errno, MemorySegment actions, int fd, int newfd) {
    return around(
        "posix_spawn_file_actions_adddup2",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_adddup2(errno, actions, fd, newfd));
  }

  @Override
  public final int posix_spawn_file_actions_addclosefrom_np(
      MemorySegment errno, MemorySegment actions, int from) {
    return around(
        "posix_spawn_file_actions_addclosefrom_np",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_addclosefrom_np(errno, actions, from));
  }

  @Override
  public final int posix_spawn_file_actions_addchdir_np(
      MemorySegment errno, MemorySegment actions, MemorySegment path) {
    return around(
        "posix_spawn_file_actions_addchdir_np",
        -1,
        -1,
        _ -> next.posix_spawn_file_actions_addchdir_np(errno, actions, path));
  }

  @Override
  public final int posix_spawnattr_init(MemorySegment errno, MemorySegment attributes) {
    return around(
        "posix_spawnattr_init", -1, -1, _ -> next.posix_spawnattr_init(errno, attributes));
  }

  @Override
  public final int posix_spawnattr_destroy(MemorySegment errno, MemorySegment attributes) {
    return around(
        "posix_spawnattr_destroy", -1, -1, _ -> next.posix_spawnattr_destroy(errno, attributes));
  }

  @Override
  public final int posix_spawnattr_setflags(
      MemorySegment errno, MemorySegment attributes, int flags) {
    return around(
        "posix_spawnattr_setflags",
        -1,
        -1,
        _ -> next.posix_spawnattr_setflags(errno, attributes, flags));
  }

  @Override
  public final int posix_spawnattr_setpgroup(
      MemorySegment errno, MemorySegment attributes, int pgroup) {
    return around(
        "posix_spawnattr_setpgroup",
        -1,
        -1,
        _ -> next.posix_spawnattr_setpgroup(errno, attributes, pgroup));
  }

  @Override
  public final int posix_spawnattr_setsigmask(
      MemorySegment errno, MemorySegment attributes, MemorySegment sigmask) {
    return around(
        "posix_spawnattr_setsigmask",
        -1,
        -1,
        _ -> next.posix_spawnattr_setsigmask(errno, attributes, sigmask));
  }

  @Override
  public final int posix_spawnattr_setsigdefault(
      MemorySegment errno, MemorySegment attributes, MemorySegment sigdefault) {
    return around(
        "posix_spawnattr_setsigdefault",
        -1,
        -1,
        _ -> next.posix_spawnattr_setsigdefault(errno, attributes, sigdefault));
  }

  @Override
  public final int posix_spawnp(
      MemorySegment errno,
      MemorySegment pid,
      MemorySegment file,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment argv,
      MemorySegment envp) {
    return around(
        "posix_spawnp",
        -1,
        -1,
        _ -> next.posix_spawnp(errno, pid, file, actions, attributes, argv, envp));
  }

  @Override
  public final int waitid(
      MemorySegment errno, int idtype, int id, MemorySegment infop, int options) {
    return around("waitid", -1, -1, _ -> next.waitid(errno, idtype, id, infop, options));
  }

  @Override
  public final int kill(MemorySegment errno, int pid, int sig) {
    return around("kill", -1, -1, _ -> next.kill(errno, pid, sig));
  }

  @Override
  public final int pidfd_open(MemorySegment errno, int pid, int flags) {
    return around("pidfd_open", -1, -1, _ -> next.pidfd_open(errno, pid, flags));
  }

  @Override
  public final int pidfd_send_signal(MemorySegment errno, int pidfd, int sig, int flags) {
    return around(
        "pidfd_send_signal", pidfd, -1, _ -> next.pidfd_send_signal(errno, pidfd, sig, flags));
  }
}
