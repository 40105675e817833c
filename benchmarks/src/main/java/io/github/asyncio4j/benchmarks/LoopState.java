// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.VoidCoroutine;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// An event loop on a given engine and selector.
///
/// A benchmark method runs the loop once for a whole batch, so starting and stopping it does not
/// count.
@State(Scope.Thread)
public class LoopState {
  @Param({"loop-thread", "baton"})
  public String engine;

  @Param({"epoll", "nio"})
  public String selector;

  EventLoop loop;

  /// Opens the loop. Each combination has a JVM of its own, so properties may choose it.
  @Setup(Level.Trial)
  public void open() {
    System.setProperty("io.github.asyncio4j.engine", engine);
    System.setProperty("io.github.asyncio4j.selector", selector);
    loop = Asyncio.newEventLoop();
  }

  /// Closes the loop.
  @TearDown(Level.Trial)
  public void close() {
    loop.close();
  }

  /// Runs the body as a task of the loop, and the loop until the body has ended.
  void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }
}
