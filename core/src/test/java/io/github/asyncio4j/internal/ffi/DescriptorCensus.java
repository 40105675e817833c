// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// System calls that are watched for descriptors which are closed twice, or used after that. For
/// tests. Any thread.
public final class DescriptorCensus extends FilteredSyscalls {
  private static final Set<String> OPENING =
      Set.of("socket", "accept4", "epoll_create1", "eventfd");

  // Guarded by this.
  private final Set<Integer> open = new HashSet<>();
  private final List<String> breaches = new ArrayList<>();

  public DescriptorCensus(Syscalls next) {
    super(next);
  }

  @Override
  int around(String name, int fd, long count, Call call) {
    if (name.equals("close")) {
      // Before the call: after it the number may be another one's.
      synchronized (this) {
        if (!open.remove(fd)) {
          breaches.add("close(" + fd + ") of what is not open");
        }
      }
    }
    int result = call.make(count);
    if (result == -Errno.EBADF) {
      synchronized (this) {
        breaches.add(name + "(" + fd + "): EBADF");
      }
    } else if (result >= 0 && OPENING.contains(name)) {
      synchronized (this) {
        open.add(result);
      }
    }
    return result;
  }

  /// Returns what was wrong.
  public synchronized List<String> breaches() {
    return List.copyOf(breaches);
  }

  /// Returns how many descriptors are open that these calls have opened.
  public synchronized int open() {
    return open.size();
  }
}
