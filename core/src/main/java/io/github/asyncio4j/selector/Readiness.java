// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import org.jspecify.annotations.Nullable;

/// The readiness of something that says itself when it is ready, so that no system has to be asked:
/// a socket in memory. One thread, the loop's.
public interface Readiness {
  /// Returns which of [Selector#READ] and [Selector#WRITE] would not block now, and
  /// [Selector#BROKEN] when the connection is broken.
  int ready();

  /// Tells what is watched for, and whom to tell that [#ready()] may have changed.
  ///
  /// @param ops a subset of [Selector#READ], [Selector#WRITE] and [Selector#BROKEN]
  /// @param changed called by the thread that changes it; null when nobody watches any more
  void watched(int ops, @Nullable Runnable changed);
}
