// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import org.jspecify.annotations.Nullable;

/// A child process and the pipes to it (TP-06). Loop thread only.
///
/// Of what [#getExtraInfo] knows: `subprocess` is the [ProcessHandle] of the child, if it was first
/// asked for while the child ran, and `pty` its [io.github.asyncio4j.pipe.PseudoTerminal], if it
/// was given one: the pipes 0 and 1 are that.
///
/// Signals reach this child or nobody: never another process that has got its number. On the native
/// tier they go by its pidfd.
public interface SubprocessTransport extends BaseTransport {
  /// Returns the number of the process. It may be that of another one when the child has ended.
  int getPid();

  /// Returns how the child has ended: its exit status, `-N` if signal N has ended it, or null while
  /// it runs. 255 when somebody else has waited for it, so that nobody can tell.
  ///
  /// On the portable tier a status of 128 + N may stand for signal N: it is taken for it when that
  /// signal was sent by this transport. A shell makes such statuses of the ends of its own
  /// children, and nothing tells one from the other; so what others have sent stays 128 + N.
  @Nullable Integer getReturncode();

  /// Returns the transport of a pipe, or null when there is none: a [WriteTransport] for 0, a
  /// [ReadTransport] for 1 and 2.
  ///
  /// @param fd the child's number of it
  @Nullable BaseTransport getPipeTransport(int fd);

  /// Sends a signal, by its number. It does nothing when the child has ended and is not told of yet
  /// (SP-04).
  ///
  /// @throws IllegalArgumentException when the system has no such signal
  /// @throws ProcessLookupException when `connectionLost` was called: the child is gone for good
  /// @throws UnsupportedOperationException on the portable tier for others than SIGTERM and
  ///   SIGKILL; names the flag
  void sendSignal(int signal);

  /// Sends SIGTERM; as [#sendSignal(int)].
  void terminate();

  /// Sends SIGKILL, which no process can ignore; as [#sendSignal(int)].
  void kill();

  /// Sends a signal to every process of the group that the child leads (killpg(2)): one that was
  /// started with `startNewSession(true)` or `processGroup(0)`. From Linux 6.9 on also when the
  /// child itself has ended, until [#close()] is called.
  ///
  /// @param signal 0 for none: just to look
  /// @return whether there was anybody; false if the child leads no group
  /// @throws IllegalArgumentException when the system has no such signal
  boolean signalGroup(int signal);

  /// Closes the pipes, what was written to them included, and kills the child if it still runs
  /// . `processExited` and `connectionLost` follow. When the child has ended nothing is held
  /// any more by which the group that it leads could be reached. Idempotent.
  @Override
  void close();
}
