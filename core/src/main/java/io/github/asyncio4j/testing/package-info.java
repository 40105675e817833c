// SPDX-License-Identifier: Apache-2.0

/// The test kit: a loop on a virtual clock, connections in memory, seeds, traces.
///
/// Layer: built on what the root, `.stream`, `.transport`, `.selector` and `.socket` publish, and
/// on the connections and servers of `.internal.net`; nothing here depends on it.
///
/// A test of a client that gives up after three tries of a minute each takes milliseconds, needs no
/// network, and has the same outcome every time:
///
/// ```java
/// try (var loop = new TestLoop()) {
///   var tries = new ArrayList<Duration>();
///   loop.runUntilComplete(
///       () -> {
///         // A server that accepts and never answers.
///         Asyncio.startServer(
///             (reader, writer) -> tries.add(Duration.ofNanos(loop.time())), "slow.test", 80);
///         assertThatThrownBy(() -> Client.get("slow.test", 80))
///             .isInstanceOf(TimeoutException.class);
///       });
///   assertThat(tries).containsExactly(ZERO, ofMinutes(1), ofMinutes(2));
/// }
/// ```
///
/// The same program under a thousand orders of events and segmentations of its streams:
///
/// ```java
/// Seeds.run(1000, loop -> loop.runUntilComplete(() -> program(loop)));
/// ```
///
/// A failure names its seed; `-Dio.github.asyncio4j.seed=17` runs that one alone.
///
/// Start reading at `TestLoop`, then `Seeds`, `StreamPair`, `EventRecorder`. For JUnit there is an
/// extension in a jar of its own, `asyncio4j-junit`.
package io.github.asyncio4j.testing;
