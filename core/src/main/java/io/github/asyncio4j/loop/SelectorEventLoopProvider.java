// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.EventLoopProvider;

/// Makes the loops of this library when no other provider is there. Any thread.
public final class SelectorEventLoopProvider implements EventLoopProvider {
  /// Made by the service loader.
  public SelectorEventLoopProvider() {}

  @Override
  public EventLoop newEventLoop() {
    return new SelectorEventLoop();
  }
}
