// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.MemorySegment;

/// The system calls that start a child process, watch it and send it signals: a part of [Syscalls],
/// where the rules are.
///
/// They are linked when the first of them is made, as most programs have no children. Before that,
/// ask [Native#canSpawn()]: not every C library and kernel has them all.
///
/// The functions of posix_spawn(3) return the number of the error: here it is `-errno`, as for all.
/// [SpawnPlan] knows their structures.
public interface ProcessSyscalls {
  int posix_spawn_file_actions_init(MemorySegment errno, MemorySegment actions);

  int posix_spawn_file_actions_destroy(MemorySegment errno, MemorySegment actions);

  int posix_spawn_file_actions_addopen(
      MemorySegment errno, MemorySegment actions, int fd, MemorySegment path, int oflag, int mode);

  int posix_spawn_file_actions_addclose(MemorySegment errno, MemorySegment actions, int fd);

  /// A descriptor that is to be its own copy loses FD_CLOEXEC (glibc 2.29).
  int posix_spawn_file_actions_adddup2(
      MemorySegment errno, MemorySegment actions, int fd, int newfd);

  /// glibc 2.34.
  int posix_spawn_file_actions_addclosefrom_np(
      MemorySegment errno, MemorySegment actions, int from);

  /// glibc 2.29.
  int posix_spawn_file_actions_addchdir_np(
      MemorySegment errno, MemorySegment actions, MemorySegment path);

  int posix_spawnattr_init(MemorySegment errno, MemorySegment attributes);

  int posix_spawnattr_destroy(MemorySegment errno, MemorySegment attributes);

  int posix_spawnattr_setflags(MemorySegment errno, MemorySegment attributes, int flags);

  int posix_spawnattr_setpgroup(MemorySegment errno, MemorySegment attributes, int pgroup);

  int posix_spawnattr_setsigmask(
      MemorySegment errno, MemorySegment attributes, MemorySegment sigmask);

  int posix_spawnattr_setsigdefault(
      MemorySegment errno, MemorySegment attributes, MemorySegment sigdefault);

  /// Starts a program in a child process, and returns when that has replaced itself by the program,
  /// or could not: the calling thread stands still meanwhile, no other does.
  ///
  /// @param pid room for one int, the child
  /// @param file a path; without a slash a name that is looked for in the `PATH` of this process
  int posix_spawnp(
      MemorySegment errno,
      MemorySegment pid,
      MemorySegment file,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment argv,
      MemorySegment envp);

  /// Waits for a child, or looks whether one has ended.
  ///
  /// @param infop [Siginfo#segment()]
  int waitid(MemorySegment errno, int idtype, int id, MemorySegment infop, int options);

  int kill(MemorySegment errno, int pid, int sig);

  /// Linux 5.3.
  int pidfd_open(MemorySegment errno, int pid, int flags);

  /// Linux 5.1; the flags 6.9.
  int pidfd_send_signal(MemorySegment errno, int pidfd, int sig, int flags);
}
