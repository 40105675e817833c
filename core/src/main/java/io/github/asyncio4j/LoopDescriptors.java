// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Pollable;
import java.nio.channels.SelectableChannel;

/// Watching descriptors: a part of [EventLoop].
///
/// What can be watched: a `Socket` of ours and an NIO channel with every selector, save where a
/// selector needs a flag to learn a channel's descriptor; a number with epoll, which needs
/// `--enable-native-access`. Epoll watches pipes, terminals, sockets, and what the system calls
/// anonymous files (inotify, timers, signals, processes), no regular files and no directories.
///
/// A descriptor is to be closed after its callbacks were removed. One that is closed before is
/// watched no more: a number that is given out again never calls back for its new file, and where
/// the old file lives on in a duplicate that is noticed, and logged.
///
/// Threads, suspending and the closed loop as said in [EventLoop].
public sealed interface LoopDescriptors permits EventLoop {
  /// Calls back in every iteration in which a descriptor is readable (EL-100, R-12, R-13).
  ///
  /// Level-triggered. A second call for the same descriptor replaces the first callback.
  ///
  /// @throws IllegalStateException when a transport of this loop owns the descriptor
  /// @throws IllegalArgumentException when it cannot be watched: it is closed, a regular file, or a
  ///   blocking channel
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

  /// Calls back in every iteration in which a descriptor is readable; as [#addReader(Pollable,
  /// Runnable)] of [Pollable#of(int)].
  ///
  /// @param fd a number of this process; it stays the caller's. Who reads it in the callback blocks
  ///   the loop if there is nothing after all, unless it is non-blocking
  default void addReader(int fd, Runnable callback) {
    addReader(Pollable.of(fd), callback);
  }

  /// Stops watching a descriptor for readability; as [#removeReader(Pollable)].
  default boolean removeReader(int fd) {
    return removeReader(Pollable.of(fd));
  }

  /// Calls back in every iteration in which a descriptor is writable; as [#addReader(int,
  /// Runnable)].
  default void addWriter(int fd, Runnable callback) {
    addWriter(Pollable.of(fd), callback);
  }

  /// Stops watching a descriptor for writability; as [#removeReader(Pollable)].
  default boolean removeWriter(int fd) {
    return removeWriter(Pollable.of(fd));
  }

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
