// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.util.ArrayList;
import java.util.List;

/// System calls that are noted down as they return. For tests. Any thread.
public final class SyscallRecorder extends FilteredSyscalls {
  // Guarded by this.
  private final List<Entry> entries = new ArrayList<>();

  public SyscallRecorder(Syscalls next) {
    super(next);
  }

  @Override
  int around(String name, int fd, long count, Call call) {
    int result = call.make(count);
    synchronized (this) {
      entries.add(new Entry(name, fd, count, result));
    }
    return result;
  }

  /// Returns what was recorded so far, in the order in which the calls returned.
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /// Returns how many calls of a function were made.
  ///
  /// @param name the C name
  public synchronized long count(String name) {
    return entries.stream().filter(entry -> entry.name.equals(name)).count();
  }

  /// Forgets what was recorded.
  public synchronized void clear() {
    entries.clear();
  }

  /// One call.
  ///
  /// @param name the C name
  /// @param fd the descriptor it is about, or -1
  /// @param count how many bytes it should move, or -1
  /// @param result the result or `-errno`
  public record Entry(String name, int fd, long count, int result) {
    @Override
    public String toString() {
      String outcome = result < 0 ? Errno.name(-result) : Integer.toString(result);
      return name + "(" + fd + (count < 0 ? "" : ", " + count) + ") = " + outcome;
    }
  }
}
