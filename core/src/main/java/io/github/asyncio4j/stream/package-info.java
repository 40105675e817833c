// SPDX-License-Identifier: Apache-2.0

/// Streams: connections that a task reads and writes straight down, without callbacks.
///
/// ```java
/// try (Server server = Asyncio.startServer(
///     (reader, writer) -> {
///       try (writer) {
///         for (String line : reader.lines()) {
///           writer.write("you say: " + line + "\n");
///           writer.drain();
///         }
///       }
///     },
///     "127.0.0.1", 0)) {
///   try (StreamConnection connection = Asyncio.openConnection("127.0.0.1", server.port())) {
///     connection.writer().write("hello\n");
///     IO.println(connection.reader().readline(StandardCharsets.UTF_8));
///   }
/// }
/// ```
///
/// A handler closes its writer, best by `try (writer)`, and calls `drain()` after it has written,
/// so that a peer which does not read costs no memory. Start reading at [StreamReader], then
/// [StreamWriter].
package io.github.asyncio4j.stream;
