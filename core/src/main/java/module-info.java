// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/// asyncio's event loop for the JVM: tasks, transports, streams and every handle of the operating
/// system under one scheduler.
///
/// Start reading at `io.github.asyncio4j.Asyncio` for use and at `io.github.asyncio4j.EventLoop`
/// for the interface of the loop.
@NullMarked
module io.github.asyncio4j {
  requires static org.jspecify;
  // What looks into other JVMs, and what gets there: no program needs them.
  requires static java.instrument;
  requires static jdk.attach;
  // Signals.
  requires jdk.unsupported;

  exports io.github.asyncio4j;
  exports io.github.asyncio4j.flow;
  exports io.github.asyncio4j.loop;
  exports io.github.asyncio4j.pipe;
  exports io.github.asyncio4j.process;
  exports io.github.asyncio4j.selector;
  exports io.github.asyncio4j.socket;
  exports io.github.asyncio4j.ssl;
  exports io.github.asyncio4j.stream;
  exports io.github.asyncio4j.sync;
  exports io.github.asyncio4j.testing;
  exports io.github.asyncio4j.transport;

  uses io.github.asyncio4j.ContextPropagator;
  uses io.github.asyncio4j.EventLoopProvider;

  provides io.github.asyncio4j.EventLoopProvider with
      io.github.asyncio4j.loop.SelectorEventLoopProvider;
}
