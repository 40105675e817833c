// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;

/// How the shutdown of a server went ([Server#shutdown]).
///
/// @param clients connections that were open when it began
/// @param aborted those of them that were still open when the time of grace was over
/// @param cancelled handlers that were still at work then
/// @param took how long all of it took, in the time of the loop
public record ServerShutdown(int clients, int aborted, int cancelled, Duration took) {
  /// Tells whether everything ended by itself.
  public boolean isClean() {
    return aborted == 0 && cancelled == 0;
  }
}
