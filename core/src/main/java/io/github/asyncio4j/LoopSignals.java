// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.SignalNames;

/// Signals of the process: a part of [EventLoop].
///
/// Any number of loops may handle a signal, in whatever threads they run, and each is told. While
/// at least one does, the handler that was in force before is not: that of the JVM, which ends the
/// process on SIGINT, SIGTERM and SIGHUP, that of [Runner] for Ctrl-C, or one that the program has
/// set with `sun.misc.Signal`. It is back when the last loop has removed its handler, or is closed.
///
/// A signal that comes often may be told once for several times; after the last one the callback
/// runs at least once more. SIGUSR2 can be handled, but the JVM needs it for what JFR samples,
/// unless the environment variable `_JAVA_SR_SIGNUM` gives it another one.
///
/// Threads, suspending and the closed loop as said in [EventLoop].
public sealed interface LoopSignals permits EventLoop {
  /// Calls back when the process gets a signal: as a callback of this loop, which may do anything,
  /// in the context that is current now.
  ///
  /// A second call for the same signal replaces the callback. A signal that comes while the loop
  /// does not run is told when it does. Where the process was started ignoring SIGHUP, SIGINT or
  /// SIGTERM (`nohup`, a shell's background job) the JVM leaves it so: a warning is logged, and the
  /// callback is not called.
  ///
  /// ```java
  /// loop.addSignalHandler("SIGTERM", () -> stop.set());
  /// ```
  ///
  /// @param signal its name, `SIGTERM` or `TERM`
  /// @throws IllegalArgumentException when the platform has no signal of this name
  /// @throws IllegalStateException when it cannot be caught: SIGKILL, SIGSTOP, what the JVM works
  ///   by (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP) or prints its threads on (SIGQUIT), and under
  ///   `-Xrs` what ends a process; or the loop is closed
  /// @throws UnsupportedOperationException when the module `jdk.unsupported` is missing
  void addSignalHandler(String signal, Runnable callback);

  /// Calls back when the process gets a signal; as [#addSignalHandler(String, Runnable)].
  ///
  /// @param signum the number of the signal on this platform, such as 15 for SIGTERM
  /// @throws IllegalArgumentException when the platform has no signal of this number
  default void addSignalHandler(int signum, Runnable callback) {
    addSignalHandler(SignalNames.nameOf(signum), callback);
  }

  /// Stops calling back for a signal, also for one that has come and was not told yet.
  ///
  /// @param signal its name, `SIGTERM` or `TERM`
  /// @return whether there was a callback; false on a closed loop
  /// @throws IllegalArgumentException when the platform has no signal of this name
  boolean removeSignalHandler(String signal);

  /// Stops calling back for a signal; as [#removeSignalHandler(String)].
  ///
  /// @throws IllegalArgumentException when the platform has no signal of this number
  default boolean removeSignalHandler(int signum) {
    return removeSignalHandler(SignalNames.nameOf(signum));
  }
}
