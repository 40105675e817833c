// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// How a race of `Asyncio.staggeredRace` has ended (TC-13). Immutable.
///
/// @param winner what the winner has returned; null also when nobody has won
/// @param winnerIndex the place of the winner in the list of bodies; empty when all have failed
/// @param exceptions for each body that was started, in their order, what it has thrown; null for
///   the winner. A body that was cancelled because another has won has a [CancelledError]
/// @param <T> what the bodies return
public record RaceResult<T extends @Nullable Object>(
    @Nullable T winner, OptionalInt winnerIndex, List<@Nullable Throwable> exceptions) {
  /// Copies the list.
  public RaceResult {
    exceptions = Collections.unmodifiableList(new ArrayList<>(exceptions));
  }
}
