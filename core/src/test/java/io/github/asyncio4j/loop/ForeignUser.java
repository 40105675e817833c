// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/// Somebody else on this machine: a thread that has given up the rights of root for another user's.
///
/// The kernel keeps the user of each thread apart; it is the C library that changes all of them.
final class ForeignUser {
  /// Nobody, where there is such a user; none otherwise, which is as good.
  static final int UID = 65_534;

  private static final long KEEP = -1;

  private ForeignUser() {}

  /// Tells whether this process may become somebody else.
  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"));
  }

  /// Makes a call as somebody else, or, who is not root, as oneself. What it needs must be loaded:
  /// the other one may not read our classes.
  static <T> T call(Callable<T> call) throws Exception {
    var task =
        new FutureTask<>(
            () -> {
              setUser(UID);
              try {
                return call.call();
              } finally {
                setUser(0);
              }
            });
    if (!isPossible()) {
      return call.call();
    }
    Thread.ofPlatform().start(task).join();
    return task.resultNow();
  }

  @SuppressWarnings("restricted")
  private static void setUser(int uid) {
    // setresuid(2): asm/unistd.h of x86-64, and that of all others.
    long number = System.getProperty("os.arch").equals("amd64") ? 117 : 147;
    var linker = Linker.nativeLinker();
    var type = ValueLayout.JAVA_LONG;
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(type, type, type, type, type),
            Linker.Option.firstVariadicArg(1));
    long result;
    try {
      result = (long) syscall.invokeExact(number, KEEP, (long) uid, KEEP);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
    if (result != 0) {
      throw new IllegalStateException("setresuid(-1, " + uid + ", -1) failed");
    }
  }
}
