// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import java.nio.channels.Channels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Streams of the JDK, each behind a thread, on every loop: what the portable tier has for
/// children.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StreamPipeTest extends PipeContract {
  StreamPipeTest(LoopKind kind) {
    super(kind);
  }

  /// Streams are closed by threads, so their descriptors go a little later.
  @AfterEach
  void awaitThreads() throws Exception {
    loop.close();
    for (var thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("asyncio4j-pipe-")) {
        thread.join();
      }
    }
  }

  @Override
  Pipe newPipe() throws Exception {
    var pipe = java.nio.channels.Pipe.open();
    return new Pipe(
        ReadPipe.of(Channels.newInputStream(pipe.source())),
        WritePipe.of(Channels.newOutputStream(pipe.sink())));
  }

  @Override
  boolean noticesReader() {
    return false;
  }
}
