// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Siginfo;
import io.github.asyncio4j.internal.ffi.Syscalls;

/// Children that no loop waits for any more. Any thread.
final class Orphans {
  private Orphans() {}

  /// Kills a child that nobody has waited for yet, at once, and waits for its end in a thread; in
  /// this one when there is none to be had.
  static void killAndReap(Syscalls syscalls, int pid) {
    syscalls.kill(ErrnoSlots.take(), pid, Constants.SIGKILL);
    inThread("asyncio4j-reaper-" + pid, () -> killAndWait(syscalls, pid));
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
  /// can ignore it, unless the system is busy on its behalf.
  static void killAndWait(Syscalls syscalls, int pid) {
    // It is not waited for, so the number is its own.
    syscalls.kill(ErrnoSlots.take(), pid, Constants.SIGKILL);
    var errno = ErrnoSlots.take();
    var info = new Siginfo();
    int result;
    do {
      result = syscalls.waitid(errno, Constants.P_PID, pid, info.segment(), Constants.WEXITED);
    } while (result == -Errno.EINTR);
  }
}
