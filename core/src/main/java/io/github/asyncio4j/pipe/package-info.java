// SPDX-License-Identifier: Apache-2.0

/// Ends of pipes: what `connectReadPipe` and `connectWritePipe` take. FIFOs, pairs, standard
/// streams, terminals, and streams of the JDK behind a thread.
///
/// ```java
/// Pipe pipe = Pipe.open();
/// StreamReader reader = Asyncio.openReadPipe(pipe.reader());
/// try (var writer = Asyncio.openWritePipe(pipe.writer())) {
///   writer.write("hello\n");
/// }
/// IO.print(reader.readline(StandardCharsets.UTF_8));
/// ```
///
/// An end never waits by itself: a call does what can be done now, and says so when that is
/// nothing. Start reading at [ReadPipe].
package io.github.asyncio4j.pipe;
