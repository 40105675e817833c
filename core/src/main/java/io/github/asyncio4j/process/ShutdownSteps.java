// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.process;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.process.ProcessShutdown.Step;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One shutdown of a process, step by step: close its input or hang up, wait, terminate, wait,
/// kill. Each step is logged. Loop thread only, in a task.
final class ShutdownSteps {
  private static final Duration AFTER_KILL = Duration.ofSeconds(1);
  // The kernel does not tell when the last of a group is gone.
  private static final Duration FIRST_LOOK = Duration.ofMillis(1);
  private static final Duration LAST_LOOK = Duration.ofMillis(50);

  // Linux, every architecture.
  private static final int SIGHUP = 1;
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final int NO_SIGNAL = 0;

  private final EventLoop loop;
  private final SubprocessTransport transport;
  private final ProcessStreams streams;
  private final Duration grace;
  private final long start;

  ShutdownSteps(
      EventLoop loop, SubprocessTransport transport, ProcessStreams streams, Duration grace) {
    this.loop = loop;
    this.transport = transport;
    this.streams = streams;
    this.grace = grace;
    this.start = loop.time();
  }

  ProcessShutdown run() {
    try {
      Step last = isGone() ? Step.ENDED : steps();
      var took = Duration.ofNanos(loop.time() - start);
      int returncode = Objects.requireNonNull(transport.getReturncode());
      if (last != Step.ENDED) {
        log(Level.DEBUG, last + ", returncode " + returncode + ", after " + took);
      }
      return new ProcessShutdown(returncode, last, took);
    } catch (CancelledError e) {
      if (!loop.isClosed()) {
        log(Level.INFO, "cancelled: sends SIGKILL");
        if (signal(SIGKILL)) {
          streams.awaitKilled();
        }
      }
      throw e;
    }
  }

  private Step steps() {
    StreamWriter stdin = streams.stdin();
    if (streams.isInPty()) {
      // A shell at a terminal ignores SIGTERM, and there is no end of its input that is no key.
      log(Level.DEBUG, "hangs up: sends SIGHUP, and waits " + grace);
      signal(SIGHUP);
      if (awaitEnd(grace)) {
        return Step.HUNG_UP;
      }
    } else if (stdin != null && !stdin.isClosing() && !streams.hasExited()) {
      log(Level.DEBUG, "closes its input, and waits " + grace);
      stdin.close();
      if (awaitEnd(grace)) {
        return Step.INPUT_CLOSED;
      }
    }
    log(Level.INFO, "sends SIGTERM, and waits " + grace);
    signal(SIGTERM);
    if (awaitEnd(grace)) {
      return Step.TERMINATED;
    }
    log(Level.WARNING, "sends SIGKILL");
    signal(SIGKILL);
    streams.awaitExit(null);
    // The rest of the group dies in its own time; one that the kernel holds is not waited for.
    var _ = awaitEnd(AFTER_KILL);
    return Step.KILLED;
  }

  /// Sends a signal to the child, and to all of the group that it leads.
  ///
  /// @return false when that is not allowed
  private boolean signal(int signal) {
    try {
      if (!transport.signalGroup(signal) && !streams.hasExited()) {
        transport.sendSignal(signal);
      }
      return true;
    } catch (UncheckedIOException e) {
      log(Level.WARNING, "may not send signal " + signal + ": " + e.getCause());
      return false;
    }
  }

  private boolean isGone() {
    return streams.hasExited() && !transport.signalGroup(NO_SIGNAL);
  }

  /// Suspends until the child has ended, and the group that it leads is empty, or time is over.
  private boolean awaitEnd(Duration limit) {
    long until = instantAfter(limit);
    if (!streams.awaitExit(limit)) {
      return false;
    }
    Duration pause = FIRST_LOOK;
    while (!isGone()) {
      var left = Duration.ofNanos(until - loop.time());
      if (!left.isPositive()) {
        return false;
      }
      sleep(pause.compareTo(left) < 0 ? pause : left);
      pause = pause.multipliedBy(2).compareTo(LAST_LOOK) < 0 ? pause.multipliedBy(2) : LAST_LOOK;
    }
    return true;
  }

  /// Past the end of time counts as its end.
  private long instantAfter(Duration limit) {
    try {
      return Math.addExact(loop.time(), limit.toNanos());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  private void sleep(Duration pause) {
    Future<@Nullable Void> over = loop.createFuture();
    var timer = loop.callLater(pause, () -> over.trySetResult(null));
    try {
      over.join();
    } finally {
      timer.cancel();
    }
  }

  private void log(Level level, String step) {
    LibraryLogger.get().log(level, () -> "shutdown of process " + transport.getPid() + ": " + step);
  }
}
