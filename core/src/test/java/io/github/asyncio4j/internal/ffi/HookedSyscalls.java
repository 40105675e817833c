// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

/// System calls around one of which something else happens: a race that is not left to luck.
public final class HookedSyscalls extends FilteredSyscalls {
  private final String name;
  private Runnable before = () -> {};
  private Runnable after = () -> {};

  public HookedSyscalls(Syscalls next, String name) {
    super(next);
    this.name = name;
  }

  /// Sets what happens before and after each call of the function.
  public void hook(Runnable before, Runnable after) {
    this.before = before;
    this.after = after;
  }

  @Override
  int around(String called, int fd, long count, Call call) {
    if (!called.equals(name)) {
      return call.make(count);
    }
    before.run();
    int result = call.make(count);
    after.run();
    return result;
  }
}
