// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `Asyncio.wait` returns: the futures that are done and those that are not (TC-05).
///
/// Both are in the order in which the futures were given. Immutable; that a pending future is done
/// later does not move it.
///
/// @param done those with an outcome, which has not been looked at
/// @param pending those without one; they go on
public record DoneAndPending<T extends @Nullable Object>(
    Set<Future<? extends T>> done, Set<Future<? extends T>> pending) {
  /// Copies the sets and keeps their order.
  public DoneAndPending {
    done = Collections.unmodifiableSet(new LinkedHashSet<>(done));
    pending = Collections.unmodifiableSet(new LinkedHashSet<>(pending));
  }
}
