// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.socket.SocketTier;
import java.io.IOException;
import java.util.Objects;

/// A pipe of this process: pipe(2). What is written to one end is read from the other.
///
/// Each end is closed by itself, and neither is passed on to child processes.
///
/// @param reader the end that is read from
/// @param writer the end that is written to
public record Pipe(ReadPipe reader, WritePipe writer) {
  /// Makes a pipe; neither end may be null.
  public Pipe {
    Objects.requireNonNull(reader, "reader");
    Objects.requireNonNull(writer, "writer");
  }

  /// Opens a pipe on the best tier that works here: descriptors when native access is granted on
  /// Linux, else NIO channels. Any thread.
  ///
  /// @throws IOException when the system is out of descriptors
  public static Pipe open() throws IOException {
    return open(Native.isAvailable() ? SocketTier.NATIVE : SocketTier.NIO);
  }

  /// Opens a pipe on a tier, so that a loop can be given what its selector can watch: descriptors
  /// where it polls those ([io.github.asyncio4j.selector.Selector#pollsDescriptors()]), else
  /// channels. One in memory is for a `TestLoop`, and its loop only.
  ///
  /// @throws UnsupportedOperationException when the tier is not available; names the flag
  /// @throws IOException when the system is out of descriptors
  public static Pipe open(SocketTier tier) throws IOException {
    return switch (tier) {
      case NATIVE -> DescriptorEnd.openPipe();
      case NIO -> {
        var pipe = java.nio.channels.Pipe.open();
        yield new Pipe(ReadPipe.of(pipe.source()), WritePipe.of(pipe.sink()));
      }
      case MEMORY -> {
        var pipe = new MemoryPipe();
        yield new Pipe(new ReadPipe(pipe.reader()), new WritePipe(pipe.writer()));
      }
    };
  }
}
