// SPDX-License-Identifier: Apache-2.0

/// The event loops that there are, for those who make one by hand.
///
/// Most programs need nothing of this:
/// [io.github.asyncio4j.Asyncio#run(io.github.asyncio4j.TaskBody)] makes a loop. Make one yourself
/// to choose its selector, or to run it piece by piece:
///
/// ```java
/// try (var loop = new SelectorEventLoop(Selector.open())) {
///   loop.callSoon(() -> IO.println("called"));
///   loop.callLater(Duration.ofMillis(1), loop::stop);
///   loop.runForever();
/// }
/// ```
///
/// Start reading at [SelectorEventLoop].
package io.github.asyncio4j.loop;
