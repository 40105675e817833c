// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Where the calling thread stands in its stack. One thread at a time.
public final class StackPointer {
  // ucontext_t of glibc and of the kernel: uc_mcontext.gregs[REG_RSP], uc_mcontext.sp.
  private static final boolean X86 = System.getProperty("os.arch").equals("amd64");
  private static final long OFFSET = X86 ? 160 : 432;
  private static final long BYTES = X86 ? 968 : 4560;

  private final MemorySegment errno = ErrnoSlots.take();
  private final MemorySegment ucontext = Arena.ofAuto().allocate(BYTES, 16);

  private StackPointer() {}

  /// Returns one, or null where the C library does not tell or no system calls can be made.
  public static @Nullable StackPointer open() {
    if (!Native.isAvailable()) {
      return null;
    }
    var pointer = new StackPointer();
    // The first call links what it needs, for which there is stack now.
    return pointer.address() == 0 ? null : pointer;
  }

  /// Returns the address, lower the deeper the calls (the stacks of x86-64 and AArch64 grow
  /// downwards); 0 when it is not known. About 0.2 us: it makes a system call.
  public long address() {
    return LinuxSyscalls.INSTANCE.getcontext(errno, ucontext) < 0
        ? 0
        : ucontext.get(ValueLayout.JAVA_LONG, OFFSET);
  }
}
