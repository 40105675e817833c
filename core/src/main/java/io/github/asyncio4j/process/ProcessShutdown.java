// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.process;

import java.time.Duration;

/// How the shutdown of a process went ([Process#shutdown]).
///
/// @param returncode as [Process#returncode()]
/// @param step what it was that ended it
/// @param took how long all of it took, in the time of the loop
public record ProcessShutdown(int returncode, Step step, Duration took) {
  /// What is done to a process, one after the other, until it ends.
  public enum Step {
    /// Nothing: it had ended before.
    ENDED,
    /// Its input was closed.
    INPUT_CLOSED,
    /// It was sent SIGHUP: it ran in a pseudo-terminal.
    HUNG_UP,
    /// It was sent SIGTERM.
    TERMINATED,
    /// It was sent SIGKILL.
    KILLED
  }

  /// Tells whether it ended without being killed.
  public boolean isClean() {
    return step != Step.KILLED;
  }
}
