// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// Something whose readiness can be watched: asyncio's "object with a `fileno()`" (EL-100).
///
/// A bare descriptor, an NIO channel, or a `Socket` of ours. Which of them a selector can watch
/// depends on the selector: [Selector#pollsDescriptors()].
public interface Pollable {
  /// Returns a bare descriptor as something to watch. The descriptor stays the caller's.
  ///
  /// @throws IllegalArgumentException when `fd` is negative
  static Pollable of(int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException("Invalid file descriptor: " + fd);
    }
    return new BareDescriptor(fd);
  }

  /// Returns a channel as something to watch. The channel stays the caller's; it must be
  /// non-blocking when it is watched.
  static Pollable of(SelectableChannel channel) {
    return new WatchedChannel(channel);
  }

  /// Returns the descriptor number, or -1 when it is not known or closed. Any thread.
  ///
  /// The number of an NIO channel is known only when `sun.nio.ch` is exported to this module.
  int fileno();

  /// Returns the channel, or null for a bare descriptor. Any thread.
  @Nullable SelectableChannel channel();

  /// Returns what says itself when it is ready, or null, as for everything of the system, where a
  /// selector has to ask. Any thread.
  default @Nullable Readiness readiness() {
    return null;
  }
}
