// SPDX-License-Identifier: Apache-2.0

/// The test kit: a loop on a virtual clock, connections in memory, seeds, traces.
///
/// A test of a client that gives up after a minute takes milliseconds, needs no network, and has
/// the same outcome every time:
///
/// ```java
/// try (var loop = new TestLoop()) {
///   loop.runUntilComplete(() -> {
///     // A server that accepts and never answers.
///     Server server = Asyncio.startServer(
///         (reader, writer) -> {
///           try (writer) {
///             reader.read();
///           }
///         },
///         "slow.test", 80);
///     try (var connection = Asyncio.openConnection("slow.test", 80)) {
///       Asyncio.waitFor(() -> connection.reader().readline(), Duration.ofMinutes(1));
///     } catch (TimeoutException e) {
///       IO.println("gave up after " + Duration.ofNanos(loop.time()));
///     }
///     server.close();
///     server.waitClosed();
///   });
/// }
/// ```
///
/// The same program under a hundred orders of events and segmentations of its streams:
///
/// ```java
/// Seeds.run(100, loop -> loop.runUntilComplete(() -> {
///   try (var pair = StreamPair.open(loop)) {
///     pair.first().writer().write("hello\n");
///     if (!"hello".equals(pair.second().reader().readline(StandardCharsets.UTF_8))) {
///       throw new AssertionError("cut in two");
///     }
///   }
/// }));
/// ```
///
/// A failure names its seed; `-Dio.github.asyncio4j.seed=17` runs that one alone.
///
/// Start reading at [TestLoop], then [Seeds], [StreamPair], [EventRecorder]. For JUnit there is an
/// extension in a jar of its own, `asyncio4j-junit`.
package io.github.asyncio4j.testing;
