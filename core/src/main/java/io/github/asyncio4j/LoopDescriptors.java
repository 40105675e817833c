// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Pollable;
import java.nio.channels.SelectableChannel;

/// Watching descriptors: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public sealed interface LoopDescriptors permits EventLoop {
  /// Calls back in every iteration in which a descriptor is readable (EL-100, R-12, R-13).
  ///
  /// Level-triggered. A second call for the same descriptor replaces the first callback.
  ///
  /// @throws IllegalStateException when a transport of this loop owns the descriptor
  /// @throws IllegalArgumentException when it cannot be watched, or is a blocking channel
  /// @throws UnsupportedOperationException when this loop's selector cannot watch its kind; the
  ///   text names the flag that helps
  void addReader(Pollable fd, Runnable callback);

  /// Stops watching for readability (EL-101, R-11).
  ///
  /// @return whether it was watched; false on a closed loop
  boolean removeReader(Pollable fd);

  /// Calls back in every iteration in which a descriptor is writable; as [#addReader(Pollable,
  /// Runnable)].
  void addWriter(Pollable fd, Runnable callback);

  /// Stops watching for writability; as [#removeReader(Pollable)].
  boolean removeWriter(Pollable fd);

  /// Calls back in every iteration in which a channel is readable; as [#addReader(Pollable,
  /// Runnable)] of [Pollable#of(SelectableChannel)].
  ///
  /// @param channel non-blocking; it stays the caller's
  /// @throws IllegalArgumentException when the channel is blocking
  default void addReader(SelectableChannel channel, Runnable callback) {
    addReader(Pollable.of(channel), callback);
  }

  /// Stops watching a channel for readability; as [#removeReader(Pollable)].
  default boolean removeReader(SelectableChannel channel) {
    return removeReader(Pollable.of(channel));
  }

  /// Calls back in every iteration in which a channel is writable; as
  /// [#addReader(SelectableChannel, Runnable)].
  ///
  /// @throws IllegalArgumentException when the channel is blocking
  default void addWriter(SelectableChannel channel, Runnable callback) {
    addWriter(Pollable.of(channel), callback);
  }

  /// Stops watching a channel for writability; as [#removeReader(Pollable)].
  default boolean removeWriter(SelectableChannel channel) {
    return removeWriter(Pollable.of(channel));
  }
}
