// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds the channels that are broken among those that are watched for nothing else. Loop thread
/// only.
final class NioBreaks {
  /*
   * The JDK cannot be told to watch for errors alone. But it reports an error as every operation of
   * interest, and OP_CONNECT is never ready otherwise on a channel that is connected. The kernel
   * goes on to say that such a channel is writable, so waiting for it would spin: it is asked now
   * and then, without waiting, by a selector of its own.
   */

  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  // Null until it is needed: it costs descriptors.
  private java.nio.channels.@Nullable Selector selector;
  private int watched;
  private long nextLook;

  /// Starts or stops to watch a channel that is connected.
  ///
  /// @throws IOException when there is no descriptor for a selector
  void watch(NioRegistration registration, boolean on) throws IOException {
    if (on == isWatched(registration)) {
      return;
    }
    if (!on) {
      forget(registration);
      return;
    }
    var asked = selector;
    if (asked == null) {
      asked = java.nio.channels.Selector.open();
      selector = asked;
    }
    if (watched == 0) {
      nextLook = System.nanoTime() + PERIOD_NANOS;
    }
    SelectableChannel channel = registration.channel();
    channel.register(asked, SelectionKey.OP_CONNECT, registration);
    watched++;
  }

  private boolean isWatched(NioRegistration registration) {
    return selector != null && registration.channel().keyFor(selector) != null;
  }

  /// Stops to watch a channel, so that it can be closed.
  void forget(NioRegistration registration) {
    var asked = selector;
    SelectionKey key = asked == null ? null : registration.channel().keyFor(asked);
    if (asked == null || key == null) {
      return;
    }
    key.cancel();
    watched--;
    try {
      // The JDK lets go of a channel in a select only.
      asked.selectNow(_ -> {});
    } catch (IOException e) {
      return; // The next look lets go of it.
    }
  }

  /// Returns how long a select may wait at most.
  long limit(long timeoutNanos) {
    if (watched == 0) {
      return timeoutNanos;
    }
    long left = Math.max(nextLook - System.nanoTime(), 0);
    return timeoutNanos < 0 ? left : Math.min(timeoutNanos, left);
  }

  /// Returns the channels that are broken, if it is time to look.
  List<NioRegistration> look() throws IOException {
    var asked = selector;
    if (watched == 0 || asked == null || System.nanoTime() - nextLook < 0) {
      return List.of();
    }
    nextLook = System.nanoTime() + PERIOD_NANOS;
    var broken = new ArrayList<NioRegistration>();
    asked.selectNow(key -> broken.add((NioRegistration) key.attachment()));
    return broken;
  }

  void close() throws IOException {
    if (selector != null) {
      selector.close();
    }
  }
}
