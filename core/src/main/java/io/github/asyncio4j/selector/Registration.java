// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.io.IOException;

/// One descriptor or channel that a [Selector] watches. Loop thread only.
public interface Registration {
  /// Returns what is watched, as it was given to [Selector#register].
  Pollable pollable();

  /// Returns the operations of interest: a subset of [Selector#READ], [Selector#WRITE] and
  /// [Selector#BROKEN], may be 0.
  int interest();

  /// Changes the operations of interest. Costs a system call only when they differ from the old.
  ///
  /// With 0 nothing is watched, not even errors, and the registration stays valid. A change made
  /// while a batch of events is delivered holds at once: an operation that was removed is not
  /// reported any more.
  ///
  /// @throws IllegalArgumentException when `ops` has other bits, or one that the channel cannot do
  /// @throws IllegalStateException when the registration is not valid
  /// @throws IOException when the system refuses, for example because the descriptor was closed
  void interest(int ops) throws IOException;

  /// Tells whether this was neither cancelled nor replaced, and the selector is open.
  boolean isValid();

  /// Tells whether the descriptor was closed without a cancel, so that its number may be another
  /// file's by now, as far as the system lets us see that. May cost a system call.
  ///
  /// @return false, unless overridden: not where channels are watched
  default boolean isLeftBehind() {
    return false;
  }

  /// Stops watching. The listener is not called again, not even for events already polled.
  ///
  /// Idempotent, and harmless when the descriptor or the selector was closed before.
  void cancel();
}
