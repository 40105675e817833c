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
    static final MethodHandle ACTIONS_INIT = cold("posix_spawn_file_actions_init", 1);
    static final MethodHandle ACTIONS_DESTROY = cold("posix_spawn_file_actions_destroy", 1);
    static final MethodHandle ADDOPEN = cold("posix_spawn_file_actions_addopen", 5);
    static final MethodHandle ADDCLOSE = cold("posix_spawn_file_actions_addclose", 2);
    static final MethodHandle ADDDUP2 = cold("posix_spawn_file_actions_adddup2", 3);
    static final MethodHandle ADDCLOSEFROM = cold("posix_spawn_file_actions_addclosefrom_np", 2);
    static final MethodHandle ADDCHDIR = cold("posix_spawn_file_actions_addchdir_np", 2);
    static final MethodHandle ATTR_INIT = cold("posix_spawnattr_init", 1);
    static final MethodHandle ATTR_DESTROY = cold("posix_spawnattr_destroy", 1);
    static final MethodHandle SETFLAGS = cold("posix_spawnattr_setflags", 2);
    static final MethodHandle SETPGROUP = cold("posix_spawnattr_setpgroup", 2);
    static final MethodHandle SETSIGMASK = cold("posix_spawnattr_setsigmask", 2);
    static final MethodHandle SETSIGDEFAULT = cold("posix_spawnattr_setsigdefault", 2);
    static final MethodHandle SPAWNP = cold("posix_spawnp", 6);
    static final MethodHandle WAITID = cold("waitid", 4);
    static final MethodHandle KILL = cold("kill", 2);
    static final MethodHandle SYSCALL = cold("syscall", 5);

    private static MethodHandle cold(String name, int arguments) {
      return LinuxSyscalls.cold(name, arguments);
    }
  }

  @Override
  public int posix_spawn_file_actions_init(MemorySegment errno, MemorySegment actions) {
    try {
      return -(int) (long) Linked.ACTIONS_INIT.invokeExact(errno, actions.address());
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(actions);
    }
  }

  @Override
  public int posix_spawn_file_actions_destroy(MemorySegment errno, MemorySegment actions) {
    try {
      return -(int) (long) Linked.ACTIONS_DESTROY.invokeExact(errno, actions.address());
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
                  errno, actions.address(), (long) fd, path.address(), (long) oflag, (long) mode);
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
      return -(int) (long) Linked.ADDCLOSE.invokeExact(errno, actions.address(), (long) fd);
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
          (long) Linked.ADDDUP2.invokeExact(errno, actions.address(), (long) fd, (long) newfd);
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
      return -(int) (long) Linked.ADDCLOSEFROM.invokeExact(errno, actions.address(), (long) from);
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
      return -(int) (long) Linked.ADDCHDIR.invokeExact(errno, actions.address(), path.address());
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
      return -(int) (long) Linked.ATTR_INIT.invokeExact(errno, attributes.address());
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_destroy(MemorySegment errno, MemorySegment attributes) {
    try {
      return -(int) (long) Linked.ATTR_DESTROY.invokeExact(errno, attributes.address());
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_setflags(MemorySegment errno, MemorySegment attributes, int flags) {
    try {
      return -(int) (long) Linked.SETFLAGS.invokeExact(errno, attributes.address(), (long) flags);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(attributes);
    }
  }

  @Override
  public int posix_spawnattr_setpgroup(MemorySegment errno, MemorySegment attributes, int pgroup) {
    try {
      return -(int) (long) Linked.SETPGROUP.invokeExact(errno, attributes.address(), (long) pgroup);
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
          (long) Linked.SETSIGMASK.invokeExact(errno, attributes.address(), sigmask.address());
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
              Linked.SETSIGDEFAULT.invokeExact(errno, attributes.address(), sigdefault.address());
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
                  errno, (long) idtype, (long) id, infop.address(), (long) options),
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
          (long) Linked.KILL.invokeExact(errno, (long) pid, (long) sig), errno);
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
          (long) Linked.SYSCALL.invokeExact(errno, number, first, second, third, fourth), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}
