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

  /// Kills a child that nobody has waited for yet, at once, and waits for its end in a thread.
  static void killAndReap(Syscalls syscalls, int pid) {
    syscalls.kill(ErrnoSlots.take(), pid, Constants.SIGKILL);
    Thread.ofPlatform()
        .daemon()
        .name("asyncio4j-reaper-" + pid)
        .inheritInheritableThreadLocals(false)
        .start(() -> killAndWait(syscalls, pid));
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
