// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/// The real system calls about child processes.
abstract class LinuxProcessSyscalls implements ProcessSyscalls {
  /*
   * As in LinuxSyscalls: integers and pointers are 64-bit numbers, and each method keeps the memory
   * of its pointers alive by a fence. The functions of posix_spawn leave errno alone, which is
   * captured from them too: so they have the shapes of others.
   */

  // The same on x86-64 and AArch64. glibc has had functions for them since 2.36 only.
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;

  /// Linked by the first call: initialising it fails where a function is missing.
  private static final class Linked {
    static final MethodHandle ACTIONS_INIT = CFunctions.cold("posix_spawn_file_actions_init");
    static final MethodHandle ACTIONS_DESTROY = CFunctions.cold("posix_spawn_file_actions_destroy");
    static final MethodHandle ADDOPEN = CFunctions.cold("posix_spawn_file_actions_addopen");
    static final MethodHandle ADDCLOSE = CFunctions.cold("posix_spawn_file_actions_addclose");
    static final MethodHandle ADDDUP2 = CFunctions.cold("posix_spawn_file_actions_adddup2");
    static final MethodHandle ADDCLOSEFROM =
        CFunctions.cold("posix_spawn_file_actions_addclosefrom_np");
    static final MethodHandle ADDCHDIR = CFunctions.cold("posix_spawn_file_actions_addchdir_np");
    static final MethodHandle ATTR_INIT = CFunctions.cold("posix_spawnattr_init");
    static final MethodHandle ATTR_DESTROY = CFunctions.cold("posix_spawnattr_destroy");
    static final MethodHandle SETFLAGS = CFunctions.cold("posix_spawnattr_setflags");
    static final MethodHandle SETPGROUP = CFunctions.cold("posix_spawnattr_setpgroup");
    static final MethodHandle SETSIGMASK = CFunctions.cold("posix_spawnattr_setsigmask");
    static final MethodHandle SETSIGDEFAULT = CFunctions.cold("posix_spawnattr_setsigdefault");
    static final MethodHandle SPAWNP = CFunctions.cold("posix_spawnp");
    static final MethodHandle WAITID = CFunctions.cold("waitid");
    static final MethodHandle KILL = CFunctions.cold("kill");
    static final MethodHandle SYSCALL = CFunctions.cold("syscall");
  }

  @Override
  public int posix_spawn_file_actions_init(MemorySegment errno, MemorySegment actions) {
    try {
      return -(int)
          (long) Linked.ACTIONS_INIT.invokeExact(errno, actions.address(), 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
    }
  }

  @Override
  public int posix_spawn_file_actions_destroy(MemorySegment errno, MemorySegment actions) {
    try {
      return -(int)
          (long) Linked.ACTIONS_DESTROY.invokeExact(errno, actions.address(), 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
    }
  }

  @Override
  public int posix_spawn_file_actions_addopen(
      MemorySegment errno, MemorySegment actions, int fd, MemorySegment path, int oflag, int mode) {
    try {
      return -(int)
          (long)
              Linked.ADDOPEN.invokeExact(
                  errno,
                  actions.address(),
                  (long) fd,
                  path.address(),
                  (long) oflag,
                  (long) mode,
                  0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
      Reference.reachabilityFence(path);
    }
  }

  @Override
  public int posix_spawn_file_actions_addclose(MemorySegment errno, MemorySegment actions, int fd) {
    try {
      return -(int)
          (long) Linked.ADDCLOSE.invokeExact(errno, actions.address(), (long) fd, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
    }
  }

  @Override
  public int posix_spawn_file_actions_adddup2(
      MemorySegment errno, MemorySegment actions, int fd, int newfd) {
    try {
      return -(int)
          (long)
              Linked.ADDDUP2.invokeExact(
                  errno, actions.address(), (long) fd, (long) newfd, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
    }
  }

  @Override
  public int posix_spawn_file_actions_addclosefrom_np(
      MemorySegment errno, MemorySegment actions, int from) {
    try {
      return -(int)
          (long)
              Linked.ADDCLOSEFROM.invokeExact(
                  errno, actions.address(), (long) from, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
    }
  }

  @Override
  public int posix_spawn_file_actions_addchdir_np(
      MemorySegment errno, MemorySegment actions, MemorySegment path) {
    try {
      return -(int)
          (long)
              Linked.ADDCHDIR.invokeExact(errno, actions.address(), path.address(), 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
      Reference.reachabilityFence(path);
    }
  }

  @Override
  public int posix_spawnattr_init(MemorySegment errno, MemorySegment attributes) {
    try {
      return -(int)
          (long) Linked.ATTR_INIT.invokeExact(errno, attributes.address(), 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_destroy(MemorySegment errno, MemorySegment attributes) {
    try {
      return -(int)
          (long) Linked.ATTR_DESTROY.invokeExact(errno, attributes.address(), 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_setflags(MemorySegment errno, MemorySegment attributes, int flags) {
    try {
      return -(int)
          (long)
              Linked.SETFLAGS.invokeExact(
                  errno, attributes.address(), (long) flags, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_setpgroup(MemorySegment errno, MemorySegment attributes, int pgroup) {
    try {
      return -(int)
          (long)
              Linked.SETPGROUP.invokeExact(
                  errno, attributes.address(), (long) pgroup, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_setsigmask(
      MemorySegment errno, MemorySegment attributes, MemorySegment sigmask) {
    try {
      return -(int)
          (long)
              Linked.SETSIGMASK.invokeExact(
                  errno, attributes.address(), sigmask.address(), 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
      Reference.reachabilityFence(sigmask);
    }
  }

  @Override
  public int posix_spawnattr_setsigdefault(
      MemorySegment errno, MemorySegment attributes, MemorySegment sigdefault) {
    try {
      return -(int)
          (long)
              Linked.SETSIGDEFAULT.invokeExact(
                  errno, attributes.address(), sigdefault.address(), 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
      Reference.reachabilityFence(sigdefault);
    }
  }

  @Override
  public int posix_spawnp(
      MemorySegment errno,
      MemorySegment pid,
      MemorySegment file,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment argv,
      MemorySegment envp) {
    try {
      return -(int)
          (long)
              Linked.SPAWNP.invokeExact(
                  errno,
                  pid.address(),
                  file.address(),
                  actions.address(),
                  attributes.address(),
                  argv.address(),
                  envp.address());
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(pid);
      Reference.reachabilityFence(file);
      Reference.reachabilityFence(actions);
      Reference.reachabilityFence(attributes);
      Reference.reachabilityFence(argv);
      Reference.reachabilityFence(envp);
    }
  }

  @Override
  public int waitid(MemorySegment errno, int idtype, int id, MemorySegment infop, int options) {
    try {
      return LinuxSyscalls.orErrno(
          (long)
              Linked.WAITID.invokeExact(
                  errno, (long) idtype, (long) id, infop.address(), (long) options, 0L, 0L),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(infop);
    }
  }

  @Override
  public int kill(MemorySegment errno, int pid, int sig) {
    try {
      return LinuxSyscalls.orErrno(
          (long) Linked.KILL.invokeExact(errno, (long) pid, (long) sig, 0L, 0L, 0L, 0L), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int pidfd_open(MemorySegment errno, int pid, int flags) {
    return syscall(errno, SYS_PIDFD_OPEN, pid, flags, 0, 0);
  }

  @Override
  public int pidfd_send_signal(MemorySegment errno, int pidfd, int sig, int flags) {
    return syscall(errno, SYS_PIDFD_SEND_SIGNAL, pidfd, sig, 0, flags);
  }

  private static int syscall(
      MemorySegment errno, long number, long first, long second, long third, long fourth) {
    try {
      return LinuxSyscalls.orErrno(
          (long) Linked.SYSCALL.invokeExact(errno, number, first, second, third, fourth, 0L),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}
