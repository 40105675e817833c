// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Makes loops for `Asyncio.newEventLoop()`: the seam through which a second implementation plugs
/// in.
///
/// Found by [java.util.ServiceLoader]; the first one found makes the loops.
public interface EventLoopProvider {
  /// Returns a new loop that is neither running nor closed. Any thread.
  EventLoop newEventLoop();
}
