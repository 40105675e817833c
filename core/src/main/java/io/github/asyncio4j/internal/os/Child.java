// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

/// A process that was started here, and that nobody else waits for. Loop thread only.
interface Child {
  /// Who is told of its end.
  interface Listener {
    /// The child has ended. Called once, from the loop.
    ///
    /// @param returncode its exit status, or `-N` for signal N
    void ended(int returncode);

    /// The loop is closed: [#ended] will not be called.
    void loopClosed();
  }

  int pid();

  /// Tells whether its end closes its pipes, whoever else has them, and without a word to the
  /// transport of its input.
  boolean takesPipesAlong();

  /// Sends a signal, if it has not ended.
  ///
  /// @throws IllegalArgumentException when there is no such signal
  /// @throws UnsupportedOperationException when this tier cannot send it
  void signal(int signal);

  /// Tells whether it leads a process group of its own.
  boolean leadsGroup();

  /// Sends a signal to all that are in the group that it leads, also when it has ended itself.
  ///
  /// @return whether there was anybody
  boolean signalGroup(int signal);

  /// Gives up what it holds of the system. A child that has not ended is killed, and somebody else
  /// waits for its end, so that it leaves nothing. Idempotent.
  void release();
}
