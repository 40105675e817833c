// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.util.function.Supplier;

/// Working with pipes: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public interface LoopPipes {
  /// Makes a transport of the end of a pipe that is read from (EL-111). Suspending: until
  /// `connectionMade` was called.
  ///
  /// The transport owns the end from the call on, and closes it behind `connectionLost`; when the
  /// call fails or is cancelled the end is closed. `getExtraInfo("pipe")` is the end.
  ///
  /// At the end of input the protocol hears `eofReceived`, whose answer is ignored, then
  /// `connectionLost(null)`. To close the transport drops what has not been read.
  ///
  /// @param protocolFactory makes a [io.github.asyncio4j.transport.Protocol] or a
  ///   [io.github.asyncio4j.transport.BufferedProtocol]; called once, by the caller
  /// @throws IllegalArgumentException when the protocol is neither, or the end is closed
  /// @throws IllegalStateException when another transport of this loop has the end: it is
  ///   then not closed; outside a task of this loop
  /// @throws UnsupportedOperationException when this loop's selector cannot watch such an end; the
  ///   text names the flag that helps
  /// @throws IOException when the system refuses: EPERM for a device that cannot be waited for, as
  ///   `/dev/null`
  /// @throws CancelledError when the task is cancelled
  <P extends BaseProtocol> Connection<ReadTransport, P> connectReadPipe(
      Supplier<P> protocolFactory, ReadPipe pipe) throws IOException;

  /// Makes a transport of the end of a pipe that is written to (EL-112); otherwise as
  /// [#connectReadPipe].
  ///
  /// When nobody reads any more the protocol hears `connectionLost`: with a
  /// [io.github.asyncio4j.pipe.BrokenPipeException] when there is unsent output, else with null. It
  /// is noticed at once on pipes and sockets ([WritePipe#noticesReader()]), elsewhere by the next
  /// write, whose exception it then hears.
  ///
  /// `writeEof` is `close`: a pipe has one direction.
  ///
  /// @param protocolFactory makes any protocol; called once, by the caller
  <P extends BaseProtocol> Connection<WriteTransport, P> connectWritePipe(
      Supplier<P> protocolFactory, WritePipe pipe) throws IOException;
}
