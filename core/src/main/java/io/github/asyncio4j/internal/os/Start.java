// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.Lowlevel;
import java.io.IOException;

/// How a child is started: in a thread, as the caller stands still meanwhile.
interface Start {
  /// Starts it. Any thread.
  ///
  /// @throws IOException as `subprocessExec`; nothing is left then
  Started run() throws IOException;

  /// A child that runs, and that somebody has to take over or to abandon.
  interface Started {
    /// Takes it over: watches it, and opens our ends of its pipes. Loop thread only.
    ///
    /// @param listener told of its end
    /// @throws IOException when the system is out of descriptors or memory; the child is killed
    ///   then, and nothing is left
    ChildProcess adopt(Lowlevel lowlevel, Child.Listener listener) throws IOException;

    /// Kills it and waits for its end: leaves nothing. A thread that may stand still for a moment.
    void abandon();
  }
}
