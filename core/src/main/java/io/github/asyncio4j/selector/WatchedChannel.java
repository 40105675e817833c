// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import io.github.asyncio4j.internal.ffi.ChannelDescriptors;
import java.nio.channels.SelectableChannel;
import java.util.Objects;

/// An NIO channel; its descriptor is known as far as the JDK is open to us.
record WatchedChannel(SelectableChannel channel) implements Pollable {
  WatchedChannel {
    Objects.requireNonNull(channel, "channel");
  }

  @Override
  public int fileno() {
    return ChannelDescriptors.fileno(channel);
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
