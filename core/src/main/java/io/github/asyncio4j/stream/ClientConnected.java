// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

/// What a stream server runs for each connection, in a task of its own (ST-01).
@FunctionalInterface
public interface ClientConnected {
  /// Talks to one client. Inside a task of the server's loop.
  ///
  /// The connection stays open when this returns normally: close the writer, best with `try
  /// (writer)`.
  ///
  /// @param reader what the client sends
  /// @param writer what it is to be sent
  /// @throws Exception whatever goes wrong; it is reported to the loop's exception handler as
  ///   `Unhandled exception in clientConnected` and the connection is closed
  void connected(StreamReader reader, StreamWriter writer) throws Exception;
}
