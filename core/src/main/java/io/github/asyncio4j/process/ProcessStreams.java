// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.process;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.ReusablePost;
import io.github.asyncio4j.TimerHandle;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamReaderProtocol;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import io.github.asyncio4j.transport.WriteTransport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Joins a child process to streams, and wakes whoever waits for its end. Loop thread only.
final class ProcessStreams implements SubprocessProtocol {
  private enum State {
    RUNNING,
    /// Its pipes may be open still.
    EXITED,
    /// Nothing of it is left.
    LOST
  }

  private final EventLoop loop;
  private final int limit;

  // Of the input: knows when it is to pause, and when it is lost. Its reader is nobody's.
  private final StreamReaderProtocol input;

  // For when there is no memory to wake those who wait.
  private final ReusablePost wakeUp;

  // All below: loop thread only. Null before connectionMade.
  private @Nullable SubprocessTransport transport;
  private @Nullable StreamWriter stdin;
  private @Nullable StreamReader stdout;
  private @Nullable StreamReader stderr;
  private State state = State.RUNNING;
  private int openOutputs;
  private final Set<Future<Boolean>> waiters = new LinkedHashSet<>();

  ProcessStreams(EventLoop loop, int limit) {
    this.loop = loop;
    this.limit = limit;
    this.input = new StreamReaderProtocol(loop, new StreamReader(loop, limit));
    this.wakeUp = Lowlevel.of(loop).newPost(this::wakeEach, Context.copyContext());
  }

  // What the transport calls.

  @Override
  public void connectionMade(BaseTransport transport) {
    var child = (SubprocessTransport) transport;
    this.transport = child;
    stdout = reader(child, 1);
    stderr = reader(child, 2);
    if (child.getPipeTransport(0) instanceof WriteTransport pipe) {
      stdin = new StreamWriter(pipe, input, null, loop);
    }
  }

  private @Nullable StreamReader reader(SubprocessTransport child, int fd) {
    if (!(child.getPipeTransport(fd) instanceof ReadTransport pipe)) {
      return null;
    }
    var reader = new StreamReader(loop, limit);
    reader.setTransport(pipe);
    openOutputs++;
    return reader;
  }

  @Override
  public void pipeDataReceived(int fd, ByteBuffer data) {
    Objects.requireNonNull(fd == 1 ? stdout : stderr).feedData(data);
  }

  @Override
  public void pipeConnectionLost(int fd, @Nullable Exception exc) {
    if (fd == 0) {
      input.connectionLost(exc);
      return;
    }
    StreamReader reader = Objects.requireNonNull(fd == 1 ? stdout : stderr);
    if (exc == null) {
      reader.feedEof();
    } else {
      reader.setException(exc);
    }
    openOutputs--;
    closeIfDone();
  }

  @Override
  public void processExited() {
    state = State.EXITED;
    wakeAll();
    closeIfDone();
  }

  /// With the child and all its output gone nobody is there to write to. The transport stays open
  /// for the group that the child leads.
  private void closeIfDone() {
    if (state == State.EXITED
        && openOutputs == 0
        && Objects.requireNonNull(transport).getPipeTransport(0) instanceof WriteTransport pipe) {
      pipe.abort();
    }
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    state = State.LOST;
    wakeAll();
  }

  @Override
  public void pauseWriting() {
    input.pauseWriting();
  }

  @Override
  public void resumeWriting() {
    input.resumeWriting();
  }

  // What the process calls.

  @Nullable StreamWriter stdin() {
    return stdin;
  }

  @Nullable StreamReader stdout() {
    return stdout;
  }

  @Nullable StreamReader stderr() {
    return stderr;
  }

  boolean isInPty() {
    return Objects.requireNonNull(transport).getExtraInfo("pty") instanceof PseudoTerminal;
  }

  boolean hasExited() {
    return state != State.RUNNING;
  }

  boolean isLost() {
    return state == State.LOST;
  }

  /// Suspends until the child has ended.
  ///
  /// @param limit null for none
  /// @return false when time was over before
  boolean awaitExit(@Nullable Duration limit) {
    return hasExited() || awaitChange(limit);
  }

  /// Suspends until the child, which was killed, has ended, also when the task is cancelled
  /// meanwhile: what nobody waits for may be left when the program ends.
  void awaitKilled() {
    while (!hasExited() && !loop.isClosed()) {
      try {
        var _ = awaitChange(null);
      } catch (CancelledError e) {
        // Its task is being cancelled already.
      }
    }
  }

  /// Suspends until nothing of it is left.
  void awaitLost() {
    while (state != State.LOST) {
      var _ = awaitChange(null);
    }
  }

  private boolean awaitChange(@Nullable Duration limit) {
    Future<Boolean> waiter = loop.createFuture();
    waiters.add(waiter);
    TimerHandle timer =
        limit == null ? null : loop.callLater(limit, () -> waiter.trySetResult(false));
    try {
      return waiter.join();
    } finally {
      waiters.remove(waiter);
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  private void wakeAll() {
    try {
      wakeEach();
    } catch (OutOfMemoryError e) {
      wakeUp.post();
    }
  }

  private void wakeEach() {
    for (Future<Boolean> waiter : waiters) {
      boolean _ = waiter.trySetResult(true);
    }
  }
}
