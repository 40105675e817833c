// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A `siginfo_t` that waitid(2) fills in. One thread at a time.
public final class Siginfo {
  // si_code, and of what a child's end has, si_pid and si_status.
  private static final int CODE = 8;
  private static final int PID = 16;
  private static final int STATUS = 24;
  private static final int BYTES = 128;

  private final MemorySegment segment = Arena.ofAuto().allocate(BYTES, 8);

  /// Makes an empty one.
  public Siginfo() {}

  /// Returns the memory, to pass to a call.
  public MemorySegment segment() {
    return segment;
  }

  /// Tells whether the call has found a child that has ended: with `WNOHANG` it need not.
  public boolean hasChild() {
    return segment.get(ValueLayout.JAVA_INT, PID) != 0;
  }

  /// Returns the exit status of the child, or `-N` when signal N has ended it.
  public int returncode() {
    int status = segment.get(ValueLayout.JAVA_INT, STATUS);
    return segment.get(ValueLayout.JAVA_INT, CODE) == Constants.CLD_EXITED ? status : -status;
  }

  /// Forgets what the last call has found, as waitid wants it before a call with `WNOHANG`.
  public Siginfo clear() {
    segment.fill((byte) 0);
    return this;
  }
}
