// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

/// What `openConnection` returns: the two halves of a connection (ST-01).
///
/// In a try-with-resources statement [#close()] closes the connection by its writer.
///
/// @param reader what the peer sends
/// @param writer what the peer is to be sent; close it when done
public record StreamConnection(StreamReader reader, StreamWriter writer) implements AutoCloseable {
  /// Closes the connection; as [StreamWriter#close()]. Loop thread only.
  @Override
  public void close() {
    writer.close();
  }
}
