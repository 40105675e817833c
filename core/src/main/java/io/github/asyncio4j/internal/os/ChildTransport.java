// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.ReusablePost;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.net.NetContext;
import io.github.asyncio4j.internal.net.PipeConnector;
import io.github.asyncio4j.internal.net.TransportLife;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.ProcessLookupException;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A child process and the transports of its pipes, under one protocol.
///
/// Its life ends when the child has ended and every pipe is lost. Loop thread only.
final class ChildTransport implements SubprocessTransport, Child.Listener, TransportLife.Body {
  private static final int STREAMS = 3;
  private static final int NO_SIGNAL = 0;

  private final Lowlevel lowlevel;
  private final TransportLife life;
  private final Context context;
  private final Consumer<ChildTransport> onRelease;
  // The end of a child is told once, so what comes of it is queued without memory.
  private final ReusablePost exited;
  private final ReusablePost wakeUp;
  private final ReusablePost end;

  // Loop thread only. Null before it is started.
  private @Nullable Child child;
  private boolean hasExited;
  // Once it has.
  private int returncode;
  private @Nullable ProcessHandle handle;
  private @Nullable PseudoTerminal pty;
  private final @Nullable ChildPipe[] pipes = new @Nullable ChildPipe[STREAMS];
  private int openPipes;
  // Whether its owner has closed it, and so asks no more about the group that it leads.
  private boolean givenUp;
  // Whether there is nothing left of it but that group.
  private boolean released;
  // Whether it could not be killed: it runs under another user, as a setuid program does.
  private boolean mayNotBeKilled;
  // Whoever waits for the end because the start has failed.
  private final List<Future<@Nullable Void>> waiters = new ArrayList<>();

  /// @param onRelease told when nothing of the child is left
  ChildTransport(
      Lowlevel lowlevel, NetContext net, Context context, Consumer<ChildTransport> onRelease) {
    this.lowlevel = lowlevel;
    this.life = new TransportLife(net, this, this, "subprocess transport");
    this.context = context;
    this.onRelease = onRelease;
    this.exited = life.newCall(context, "processExited", () -> protocol().processExited());
    this.wakeUp = lowlevel.newPost(this::wakeWaiters, context);
    this.end = life.newEnd(context);
  }

  // Starting.

  /// Takes a child over, connects its pipes and joins the protocol. Suspending.
  ///
  /// When it fails, or is cancelled, the child is gone on return.
  void start(PipeConnector connector, Start.Started running, SubprocessProtocol protocol)
      throws IOException {
    ChildProcess started = running.adopt(lowlevel, this);
    child = started.child();
    pty = started.pty();
    try {
      connect(connector, started);
      Future<@Nullable Void> ready = lowlevel.loop().createFuture();
      life.join(protocol, context, () -> {}, ready);
      ready.join();
    } catch (Throwable t) {
      close();
      awaitEnd();
      throw t;
    }
  }

  private void connect(PipeConnector connector, ChildProcess started) throws IOException {
    WritePipe stdin = started.stdin();
    ReadPipe stdout = started.stdout();
    ReadPipe stderr = started.stderr();
    try {
      if (stdin != null) {
        var pipe = add(0);
        pipe.transport = connector.join(stdin, pipe, context);
      }
      if (stdout != null) {
        var pipe = add(1);
        pipe.transport = connector.join(stdout, pipe, context);
      }
      if (stderr != null) {
        var pipe = add(2);
        pipe.transport = connector.join(stderr, pipe, context);
      }
    } catch (Throwable t) {
      // What a transport owns is closed by it.
      closeUnconnected(0, stdin);
      closeUnconnected(1, stdout);
      closeUnconnected(2, stderr);
      throw t;
    }
  }

  private ChildPipe add(int fd) {
    var pipe = new ChildPipe(this, fd, c -> life.newCall(context, "pipeConnectionLost", c));
    pipes[fd] = pipe;
    openPipes++;
    return pipe;
  }

  private void closeUnconnected(int fd, @Nullable AutoCloseable end) {
    ChildPipe pipe = pipes[fd];
    if (pipe == null || pipe.transport == null) {
      ChildStreams.close(end);
      if (pipe != null) {
        openPipes--;
      }
    }
  }

  /// Waits for the end of the child, which is killed, so not for long; also when the task is
  /// cancelled once more.
  private void awaitEnd() {
    // Not when it was never joined: then somebody else waits for it.
    while (!hasExited && !life.isGone() && !lowlevel.loop().isClosed()) {
      Future<@Nullable Void> waiter = lowlevel.loop().createFuture();
      waiters.add(waiter);
      try {
        waiter.join();
      } catch (CancelledError e) {
        if (mayNotBeKilled) {
          throw e;
        }
      } finally {
        waiters.remove(waiter);
      }
    }
  }

  private void wakeWaiters() {
    for (Future<@Nullable Void> waiter : waiters) {
      boolean _ = waiter.trySetResult(null);
    }
  }

  // What happens.

  /// Calls the protocol of what the child has written, now: the bytes are only lent.
  void received(int fd, java.nio.ByteBuffer data) {
    try {
      protocol().pipeDataReceived(fd, data);
    } catch (Throwable t) {
      life.report("protocol.pipeDataReceived() failed", t);
    }
  }

  void pauseWriting() {
    life.protocol().pauseWriting();
  }

  void resumeWriting() {
    life.protocol().resumeWriting();
  }

  /// A pipe is closed, by either end, and the protocol will be told.
  void pipeLost(int fd) {
    openPipes--;
    ChildPipe input = pipes[0];
    if (fd == 1 && pty != null && input != null) {
      // Nobody has the terminal any more, which the side where one types does not notice.
      input.abort();
    }
    finishIfDue();
  }

  @Override
  public void ended(int status) {
    returncode = status;
    hasExited = true;
    if (!waiters.isEmpty()) {
      wakeUp.post();
    }
    exited.post();
    ChildPipe input = pipes[0];
    if (input != null && Objects.requireNonNull(child).takesPipesAlong()) {
      input.abort();
    }
    finishIfDue();
  }

  private void finishIfDue() {
    if (hasExited && openPipes == 0) {
      life.lose(null);
    }
  }

  SubprocessProtocol protocol() {
    return (SubprocessProtocol) life.protocol();
  }

  // For the protocol.

  @Override
  public int getPid() {
    return Objects.requireNonNull(child).pid();
  }

  @Override
  public @Nullable Integer getReturncode() {
    return hasExited ? returncode : null;
  }

  @Override
  public @Nullable BaseTransport getPipeTransport(int fd) {
    ChildPipe pipe = fd < 0 || fd >= STREAMS ? null : pipes[fd];
    return pipe == null ? null : pipe.transport;
  }

  @Override
  public void sendSignal(int signal) {
    if (life.isGone()) {
      throw new ProcessLookupException("the process is gone: " + this);
    }
    Objects.requireNonNull(child).signal(signal);
  }

  @Override
  public void terminate() {
    sendSignal(Constants.SIGTERM);
  }

  @Override
  public void kill() {
    sendSignal(Constants.SIGKILL);
  }

  @Override
  public boolean signalGroup(int signal) {
    Child known = Objects.requireNonNull(child);
    boolean anybody = known.signalGroup(signal);
    if (!anybody && life.isGone()) {
      releaseChild();
    }
    return anybody;
  }

  // Closing.

  @Override
  public void close() {
    givenUp = true;
    if (life.isClosing()) {
      releaseGroup();
      return;
    }
    // Waits for the end of the child and of the pipes.
    boolean _ = life.close(false);
    abortPipes();
    if (!hasExited && child != null) {
      try {
        child.signal(Constants.SIGKILL);
      } catch (UncheckedIOException e) {
        mayNotBeKilled = true;
      }
    }
  }

  private void releaseGroup() {
    if (released) {
      releaseChild();
    }
  }

  private void abortPipes() {
    for (var pipe : pipes) {
      if (pipe != null) {
        pipe.abort();
      }
    }
  }

  @Override
  public boolean isClosing() {
    return life.isClosing();
  }

  @Override
  public void loopClosed() {
    life.loopClosed();
    releaseChild();
  }

  @Override
  public void stop() {
    abortPipes();
  }

  @Override
  public void findEnd() {
    end.post();
  }

  /// Keeps a child that has ended as long as there are others in the group that it leads, and its
  /// owner has not closed this.
  @Override
  public void release() {
    released = true;
    if (givenUp || child == null || !hasExited || !child.signalGroup(NO_SIGNAL)) {
      releaseChild();
    }
  }

  private void releaseChild() {
    if (child != null) {
      child.release();
    }
    onRelease.accept(this);
  }

  // What is known of it.

  /// Returns `subprocess`: a [ProcessHandle] of the child, if it was first asked for while it ran;
  /// and `pty`, its [PseudoTerminal].
  @Override
  public @Nullable Object getExtraInfo(String name) {
    return switch (name) {
      case "subprocess" -> handle();
      case "pty" -> pty;
      default -> null;
    };
  }

  /// While it is not waited for the number is its own.
  private @Nullable ProcessHandle handle() {
    if (handle == null && !hasExited) {
      handle = ProcessHandle.of(getPid()).orElse(null);
    }
    return handle;
  }

  @Override
  public BaseProtocol getProtocol() {
    return life.protocol();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    life.protocol(ensureSubprocessProtocol(protocol));
  }

  private static SubprocessProtocol ensureSubprocessProtocol(BaseProtocol protocol) {
    if (protocol instanceof SubprocessProtocol fitting) {
      return fitting;
    }
    throw new IllegalArgumentException(
        "a child process needs a SubprocessProtocol: " + protocol.getClass().getName());
  }

  @Override
  public String toString() {
    var text = new StringBuilder("<SubprocessTransport ").append(life);
    if (child != null) {
      text.append(" pid=").append(child.pid());
    }
    text.append(hasExited ? " returncode=" + returncode : " running");
    for (int fd = 0; fd < STREAMS; fd++) {
      if (getPipeTransport(fd) != null) {
        text.append(' ').append(fd).append('=').append(getPipeTransport(fd));
      }
    }
    return text.append('>').toString();
  }
}
