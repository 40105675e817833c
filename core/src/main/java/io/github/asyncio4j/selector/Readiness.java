// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import org.jspecify.annotations.Nullable;

/// The readiness of something that says itself when it is ready, so that no system has to be asked:
/// a socket in memory, a stream behind a thread. One thread, the loop's, save where a method says
/// otherwise.
public interface Readiness {
  /// Returns which of [Selector#READ] and [Selector#WRITE] would not block now, and
  /// [Selector#BROKEN] when the connection is broken.
  int ready();

  /// Tells whether it may change in any thread, as what another thread does for it. Then [#ready()]
  /// is for any thread, and what it says may be old.
  ///
  /// @return false, unless overridden
  default boolean changesInAnyThread() {
    return false;
  }

  /// Tells what is watched for, and whom to tell that [#ready()] may have changed.
  ///
  /// @param ops a subset of [Selector#READ], [Selector#WRITE] and [Selector#BROKEN]
  /// @param changed called by the thread that changes it; null when nobody watches any more
  void watched(int ops, @Nullable Runnable changed);
}
