// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.loop.SelectorEventLoop;
import io.github.asyncio4j.selector.EpollSelector;
import io.github.asyncio4j.selector.NioSelector;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/// The selectors and engines whose every combination must behave alike.
public enum LoopKind {
  /// Epoll, tasks on the loop's thread.
  EPOLL_LOOP_THREAD("epoll", "loop-thread"),
  /// The same as if a task were always inside a blocking call of the JDK: callbacks on a thread of
  /// their own.
  EPOLL_CALLBACK_THREAD("epoll", "loop-thread") {
    @Override
    public <L extends EventLoop> L withEngine(Supplier<L> factory) {
      L loop = super.withEngine(factory);
      BaseEventLoop.require(loop).kernel.callbacks.blockedTasks++;
      return loop;
    }

    @Override
    public String toString() {
      return super.toString() + " with a callback thread";
    }
  },
  /// Epoll, tasks that hand a baton.
  EPOLL_BATON("epoll", "baton"),
  /// The JDK's selector, tasks on the loop's thread.
  NIO_LOOP_THREAD("nio", "loop-thread"),
  /// The JDK's selector, tasks that hand a baton.
  NIO_BATON("nio", "baton");

  private static final String ENGINE = "io.github.asyncio4j.engine";

  private final String selector;
  private final String engine;

  LoopKind(String selector, String engine) {
    this.selector = selector;
    this.engine = engine;
  }

  /// Tells whether tasks run on the loop's own thread.
  public boolean carriesItsTasks() {
    return engine.equals("loop-thread");
  }

  /// Tells whether its sockets are descriptors.
  public boolean isNative() {
    return selector.equals("epoll");
  }

  /// Returns a new loop of this kind.
  public SelectorEventLoop newLoop() {
    return newLoop(newSelector());
  }

  /// Returns a new loop with this kind's engine over the given selector.
  public SelectorEventLoop newLoop(Selector selector) {
    return withEngine(() -> new SelectorEventLoop(selector));
  }

  /// Returns a new selector of this kind.
  public Selector newSelector() {
    try {
      return selector.equals("epoll") ? EpollSelector.open() : NioSelector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes a loop while the property that forces the engine is set.
  public <L extends EventLoop> L withEngine(Supplier<L> factory) {
    String before = System.getProperty(ENGINE);
    System.setProperty(ENGINE, engine);
    try {
      return factory.get();
    } finally {
      if (before == null) {
        System.clearProperty(ENGINE);
      } else {
        System.setProperty(ENGINE, before);
      }
    }
  }

  @Override
  public String toString() {
    return selector + " " + engine;
  }
}
