// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Siginfo;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.selector.Pollable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;

/// A child that posix_spawn(3) has started, watched by its pidfd. Loop thread only.
final class NativeChild implements Child, IoWatch.Owner {
  /*
   * Some facts about pidfds (pidfd_open(2)).
   *
   * A pidfd is readable when the process has ended, waited for or not, and a signal sent by it
   * reaches that process or none. The number of a process that has ended is given to another one
   * only when its parent has waited for it. So between the start and pidfd_open nothing can go
   * wrong as long as nobody else waits for our children: this class waits for its own and never for
   * any (-1), and the threads of the JDK's ProcessBuilder wait for theirs.
   *
   * Where SIGCHLD is ignored the kernel does not keep the status of a child: waitid says ECHILD.
   * The same is so when native code of the program has waited for any child.
   */

  /// What asyncio says when somebody else has waited.
  private static final int UNKNOWN = 255;

  private static final int NO_SIGNAL = 0;
  private static final int LAST_SIGNAL = 64;

  // An old kernel says of the flag what it says of a signal that it does not know. Any thread.
  private static volatile boolean groupsByPidfd = true;

  private enum State {
    RUNNING,
    /// It has ended, was waited for, and its listener told.
    ENDED,
    RELEASED
  }

  private final Syscalls syscalls;
  private final MemorySegment errno = ErrnoSlots.take();
  private final int pid;
  private final int pidfd;
  private final boolean leadsGroup;
  private final GroupMembers members;
  private final Listener listener;
  private final IoWatch watch;

  // Loop thread only.
  private State state = State.RUNNING;
  private boolean pidfdOpen = true;

  private NativeChild(
      Lowlevel lowlevel,
      Syscalls syscalls,
      int pid,
      int pidfd,
      boolean leadsGroup,
      Listener listener)
      throws IOException {
    this.syscalls = syscalls;
    this.pid = pid;
    this.pidfd = pidfd;
    this.leadsGroup = leadsGroup;
    this.members = new GroupMembers(pid);
    this.listener = listener;
    this.watch = lowlevel.watch(Pollable.of(pidfd), this, this::onExit, () -> {});
    try {
      watch.reading(true);
    } catch (Throwable t) {
      watch.close();
      throw t;
    }
  }

  /// Watches a process that has just been started. When that fails the process is killed.
  ///
  /// @throws IOException when the system is out of descriptors or memory
  static NativeChild watch(
      Lowlevel lowlevel, Syscalls syscalls, int pid, boolean leadsGroup, Listener listener)
      throws IOException {
    int pidfd = -1;
    try {
      // A pidfd is always closed by exec (FD_CLOEXEC).
      pidfd = syscalls.pidfd_open(ErrnoSlots.take(), pid, 0);
      if (pidfd < 0) {
        throw Errno.ioException("pidfd_open(" + pid + ")", -pidfd);
      }
      return new NativeChild(lowlevel, syscalls, pid, pidfd, leadsGroup, listener);
    } catch (Throwable t) {
      if (pidfd >= 0) {
        syscalls.close(ErrnoSlots.take(), pidfd);
      }
      Orphans.killAndReap(syscalls, pid);
      throw t;
    }
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public boolean takesPipesAlong() {
    return false;
  }

  private void onExit() {
    var info = new Siginfo();
    int result =
        syscalls.waitid(
            errno, Constants.P_PIDFD, pidfd, info.segment(), Constants.WEXITED | Constants.WNOHANG);
    if (result == 0 && !info.hasChild()) {
      return; // Not yet.
    }
    // It cannot be waited for once more: so its end is told whatever happens on the way.
    state = State.ENDED;
    try {
      watch.close();
      if (!leadsGroup) {
        closePidfd();
      }
    } finally {
      listener.ended(result < 0 ? UNKNOWN : info.returncode());
    }
    if (result < 0) {
      LibraryLogger.get()
          .log(
              Level.WARNING,
              () ->
                  "somebody else has waited for child "
                      + pid
                      + ", its exit status is lost: "
                      + Errno.describe(-result));
    }
  }

  @Override
  public void signal(int signal) {
    if (state == State.RUNNING) {
      boolean _ = send(signal, 0);
    }
  }

  @Override
  public boolean leadsGroup() {
    return leadsGroup;
  }

  @Override
  public boolean signalGroup(int signal) {
    boolean sent = leadsGroup && pidfdOpen && sendToGroup(signal);
    return sent && (signal != NO_SIGNAL || members.anyAlive());
  }

  private boolean sendToGroup(int signal) {
    if (groupsByPidfd) {
      try {
        return send(signal, Constants.PIDFD_SIGNAL_PROCESS_GROUP);
      } catch (IllegalArgumentException e) {
        if (signal < NO_SIGNAL || signal > LAST_SIGNAL) {
          throw e;
        }
        groupsByPidfd = false;
      }
    }
    // While it is not waited for, its number is that of its group and of no other.
    return state == State.RUNNING && syscalls.kill(errno, -pid, signal) == 0;
  }

  /// @return whether there was somebody to send it to
  private boolean send(int signal, int flags) {
    int result = syscalls.pidfd_send_signal(errno, pidfd, signal, flags);
    return switch (-result) {
      case Errno.ESRCH -> false;
      case Errno.EINVAL -> throw new IllegalArgumentException("no such signal: " + signal);
      case Errno.EPERM -> {
        if (signal == NO_SIGNAL) {
          yield true; // There is somebody.
        }
        throw new UncheckedIOException(
            new AccessDeniedException("process " + pid, null, "signal " + signal));
      }
      default -> true;
    };
  }

  @Override
  public void loopClosed() {
    listener.loopClosed();
    release();
  }

  @Override
  public void release() {
    boolean running = state == State.RUNNING;
    state = State.RELEASED;
    watch.close();
    members.close();
    closePidfd();
    if (running) {
      Orphans.killAndReap(syscalls, pid);
    }
  }

  private void closePidfd() {
    if (pidfdOpen) {
      pidfdOpen = false;
      syscalls.close(errno, pidfd);
    }
  }

  @Override
  public String toString() {
    return "<NativeChild pid=" + pid + " " + state + ">";
  }
}
