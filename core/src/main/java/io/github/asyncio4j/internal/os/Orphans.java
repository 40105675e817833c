// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Siginfo;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.internal.jdk.MemoryPause;

/// Children that no loop waits for any more. Any thread.
final class Orphans {
  private Orphans() {}

  /// Kills a child that nobody has waited for yet, at once, and waits for its end in a thread; in
  /// this one when there is none to be had.
  static void killAndReap(Syscalls syscalls, int pid) {
    try {
      syscalls.kill(ErrnoSlots.take(), pid, Constants.SIGKILL);
      inThread("asyncio4j-reaper-" + pid, () -> killAndWait(syscalls, pid));
    } catch (OutOfMemoryError e) {
      killAndWait(syscalls, pid);
    }
  }

  /// Does what takes a moment in a thread, or at once when the system or the heap has no more of
  /// them. Throws nothing of its own.
  static void inThread(String name, Runnable work) {
    try {
      Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).start(work);
    } catch (OutOfMemoryError e) {
      work.run();
    }
  }

  /// Kills a child that nobody has waited for yet, and waits for its end: a moment, as no process
  /// can ignore it, unless the system is busy on its behalf. However long it takes to have the
  /// memory for that: nobody else does it.
  static void killAndWait(Syscalls syscalls, int pid) {
    // It is not waited for, so the number is its own, however often it is killed.
    boolean killed = false;
    while (!killed) {
      try {
        syscalls.kill(ErrnoSlots.take(), pid, Constants.SIGKILL);
        killed = true;
      } catch (OutOfMemoryError e) {
        MemoryPause.take();
      }
    }
    boolean gone = false;
    while (!gone) {
      try {
        gone = waitFor(syscalls, pid);
      } catch (OutOfMemoryError e) {
        MemoryPause.take();
      }
    }
  }

  private static boolean waitFor(Syscalls syscalls, int pid) {
    var info = new Siginfo();
    int result =
        syscalls.waitid(ErrnoSlots.take(), Constants.P_PID, pid, info.segment(), Constants.WEXITED);
    return result != -Errno.EINTR;
  }
}
