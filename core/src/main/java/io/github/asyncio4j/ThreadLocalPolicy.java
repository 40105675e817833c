// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/// The policy that is in force unless another is set: each thread has the loop that was set there,
/// loops come from the first provider found (EL-02 to EL-05). Any thread.
final class ThreadLocalPolicy implements EventLoopPolicy {
  // Of an instance, not static: each policy has its own idea of a thread's loop.
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable EventLoop> loop = new ThreadLocal<>();

  @Override
  public EventLoop getEventLoop() {
    EventLoop current = loop.get();
    if (current == null) {
      throw new IllegalStateException(
          "There is no current event loop in thread '"
              + Thread.currentThread().getName()
              + "': start one by Asyncio.run(() -> ...), or set one by Asyncio.setEventLoop()");
    }
    return current;
  }

  @Override
  public void setEventLoop(@Nullable EventLoop loop) {
    if (loop == null) {
      this.loop.remove();
    } else {
      this.loop.set(loop);
    }
  }

  @Override
  public EventLoop newEventLoop() {
    return Providers.FIRST.newEventLoop();
  }

  // Looked up once, when the first loop is made.
  private static final class Providers {
    static final EventLoopProvider FIRST =
        ServiceLoader.load(EventLoopProvider.class, EventLoopProvider.class.getClassLoader())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no EventLoopProvider is installed"));
  }
}
