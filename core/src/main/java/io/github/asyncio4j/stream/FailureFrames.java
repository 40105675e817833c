// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Lowlevel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Gives the failure of a connection, which each read throws, the frames of the read that throws
/// it. Loop thread only.
final class FailureFrames {
  private final EventLoop loop;
  private @Nullable Exception failure;
  // Of that failure.
  private @Nullable Runnable joiner;

  FailureFrames(EventLoop loop) {
    this.loop = loop;
  }

  /// Joins the frames of the task that runs now to a failure.
  void join(Exception thrown) {
    if (thrown != failure) {
      try {
        joiner = Lowlevel.of(loop).frameJoiner(thrown);
      } catch (OutOfMemoryError e) {
        // The failure matters more.
        return;
      }
      failure = thrown;
    }
    Objects.requireNonNull(joiner).run();
  }
}
