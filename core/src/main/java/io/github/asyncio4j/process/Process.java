// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.jdk.SignalNames;
import io.github.asyncio4j.internal.tasks.Gather;
import io.github.asyncio4j.pipe.BrokenPipeException;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A child process and the streams to it (SP-01 to SP-05). Made by `createSubprocessExec` and
/// `createSubprocessShell`.
///
/// Loop thread only, tasks of the loop included. What suspends says so.
///
/// In a try-with-resources statement the process is shut down at the end of the block, as
/// [#close()] says:
///
/// ```java
/// var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE);
/// try (var cat = Asyncio.createSubprocessExec(pipes, "cat")) {
///   cat.stdin().write("hello\n");
///   System.out.println(cat.stdout().readline(UTF_8));
/// }
/// ```
///
/// Read what a process writes, or do not give it a pipe: with a full one it stands still.
@SuppressWarnings("AvoidCommonTypeNames") // asyncio's word for it
public final class Process implements AutoCloseable {
  /// How long [#close()] waits after each step: 5 seconds.
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

  /// What is given to the input at a time, so that it need not be copied as a whole.
  private static final int INPUT_PIECE = 256 * 1024;

  private static final byte[] NOTHING = {};

  private final EventLoop loop;
  private final SubprocessTransport transport;
  private final ProcessStreams streams;

  private Process(EventLoop loop, SubprocessTransport transport, ProcessStreams streams) {
    this.loop = loop;
    this.transport = transport;
    this.streams = streams;
  }

  /// Starts a program on a loop, as `Asyncio.createSubprocessExec` does on the running one.
  /// Suspending.
  ///
  /// @param limit of the readers, see [StreamReader]
  /// @throws IllegalArgumentException when the limit is below 1, or as
  ///   [EventLoop#subprocessExec(java.util.function.Supplier, SubprocessOptions, List)]
  /// @throws IOException as that
  public static Process exec(
      EventLoop loop, SubprocessOptions options, int limit, List<String> command)
      throws IOException {
    var given = options.pty() == null ? withInherited(options) : options;
    var connection = loop.subprocessExec(() -> new ProcessStreams(loop, limit), given, command);
    return new Process(loop, connection.transport(), connection.protocol());
  }

  private static SubprocessOptions withInherited(SubprocessOptions options) {
    return options
        .stdin(Objects.requireNonNullElse(options.stdin(), Stdio.INHERIT))
        .stdout(Objects.requireNonNullElse(options.stdout(), Stdio.INHERIT))
        .stderr(Objects.requireNonNullElse(options.stderr(), Stdio.INHERIT));
  }

  // Streams.

  /// Returns what is written to the process's standard input, or typed in its pseudo-terminal.
  ///
  /// @throws IllegalStateException when that is no pipe
  public StreamWriter stdin() {
    return ensurePipe(streams.stdin(), "stdin");
  }

  /// Returns what the process writes to its standard output, or its pseudo-terminal shows.
  ///
  /// @throws IllegalStateException when that is no pipe
  public StreamReader stdout() {
    return ensurePipe(streams.stdout(), "stdout");
  }

  /// Returns what the process writes to its standard error output.
  ///
  /// @throws IllegalStateException when that is no pipe
  public StreamReader stderr() {
    return ensurePipe(streams.stderr(), "stderr");
  }

  private <T> T ensurePipe(@Nullable T stream, String name) {
    if (stream == null) {
      throw new IllegalStateException(
          name
              + " of "
              + this
              + " is no pipe; SubprocessOptions."
              + name
              + "(Stdio.PIPE) makes it");
    }
    return stream;
  }

  /// Returns the pseudo-terminal that the process runs in, for the size of its window. Its reader
  /// and writer are this object's, as [#stdout()] and [#stdin()].
  ///
  /// @throws IllegalStateException when it was started without [SubprocessOptions#pty]
  public PseudoTerminal pty() {
    PseudoTerminal pty = transport.getExtraInfo("pty", PseudoTerminal.class);
    if (pty == null) {
      throw new IllegalStateException(
          this + " has no pseudo-terminal; SubprocessOptions.pty gives it one");
    }
    return pty;
  }

  // The process.

  /// Returns the number of the process. It may be that of another one when this has ended.
  public int pid() {
    return transport.getPid();
  }

  /// Returns its exit status, `-N` if signal N has ended it, or null while it runs; as
  /// [SubprocessTransport#getReturncode()].
  public @Nullable Integer returncode() {
    return transport.getReturncode();
  }

  /// Waits for the end of the process (SP-02): asyncio's `wait`, whose name [Object] has taken.
  /// Suspending.
  ///
  /// It does not wait for the pipes: what is in them can be read afterwards, and a process that it
  /// has started itself may keep them open for long.
  ///
  /// @return as [#returncode()]
  public int await() {
    Lowlevel.of(loop).ensureInTask("await");
    streams.awaitExit(null);
    return Objects.requireNonNull(transport.getReturncode());
  }

  /// Reads all output and waits for the end; as [#communicate(byte\[\])] without input. An input
  /// that is a pipe is closed at once.
  public Output communicate() throws IOException {
    return communicate(NOTHING);
  }

  /// Writes text in UTF-8, reads all output and waits for the end; as [#communicate(byte\[\])].
  public Output communicate(String input) throws IOException {
    return communicate(input.getBytes(UTF_8));
  }

  /// Writes input and closes it, reads all output at the same time, and waits for the end (SP-03).
  /// Suspending.
  ///
  /// A process that does not want its input, or not all of it, is no failure. The output is kept in
  /// memory, however long it is. In a pseudo-terminal the input is typed, and then the key for its
  /// end, Ctrl-D.
  ///
  /// When the task is cancelled the process is killed, and the call waits for its end: with its
  /// output lost it is of no use to anybody.
  ///
  /// @param input not to be changed before the call returns; must be empty when `stdin` is no pipe
  /// @throws IllegalArgumentException when there is input and no pipe for it
  /// @throws IllegalStateException when another task reads its output
  /// @throws IOException when the output cannot be read
  public Output communicate(byte[] input) throws IOException {
    Lowlevel.of(loop).ensureInTask("communicate");
    StreamWriter stdin = streams.stdin();
    if (stdin == null && input.length > 0) {
      throw new IllegalArgumentException(
          input.length + " bytes of input, and stdin of " + this + " is no pipe");
    }
    try {
      byte[][] outputs = {NOTHING, NOTHING};
      List<Coroutine<@Nullable Void>> parts =
          List.of(
              () -> {
                if (stdin != null) {
                  feed(stdin, input, streams.isInPty());
                }
                return null;
              },
              () -> {
                outputs[0] = readAll(streams.stdout());
                return null;
              },
              () -> {
                outputs[1] = readAll(streams.stderr());
                return null;
              });
      Gather.results(loop, Gather.start(parts)).await();
      return new Output(await(), outputs[0], outputs[1]);
    } catch (CancelledError e) {
      killNow();
      throw e;
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static void feed(StreamWriter stdin, byte[] input, boolean isTyped) throws IOException {
    try {
      for (int at = 0; at < input.length; at += INPUT_PIECE) {
        stdin.write(ByteBuffer.wrap(input, at, Math.min(INPUT_PIECE, input.length - at)));
        stdin.drain();
      }
      if (isTyped) {
        // Within a line the first one hands over what there is of it.
        stdin.write(input.length == 0 || input[input.length - 1] == '\n' ? "\4" : "\4\4");
        stdin.drain();
      }
    } catch (IOException e) {
      ensureNotWanted(e);
    }
    stdin.close();
  }

  private static void ensureNotWanted(IOException failure) throws IOException {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BrokenPipeException
          || cause instanceof io.github.asyncio4j.socket.ConnectionResetException) {
        return;
      }
    }
    throw failure;
  }

  private static byte[] readAll(@Nullable StreamReader output) throws IOException {
    return output == null ? NOTHING : output.read();
  }

  /// Kills it and waits for its end, also when the task is cancelled once more.
  private void killNow() {
    if (loop.isClosed()) {
      return;
    }
    boolean killed = true;
    try {
      if (!transport.signalGroup(SIGKILL) && returncode() == null) {
        transport.sendSignal(SIGKILL);
      }
    } catch (UncheckedIOException e) {
      // It runs under another user: the end of its pipes is all that it gets.
      killed = false;
    }
    transport.close();
    if (killed) {
      streams.awaitKilled();
    } else {
      var _ = streams.awaitExit(null);
    }
  }

  private static final int SIGKILL = 9;

  // Signals.

  /// Sends a signal by its number (SP-04); as [SubprocessTransport#sendSignal(int)].
  public void sendSignal(int signal) {
    transport.sendSignal(signal);
  }

  /// Sends a signal by its name; as [#sendSignal(int)].
  ///
  /// @param signal `SIGHUP` or `HUP`
  /// @throws IllegalArgumentException when the platform has no signal of this name
  /// @throws UnsupportedOperationException when the module `jdk.unsupported`, which knows the
  ///   names, is missing; or as [#sendSignal(int)]
  public void sendSignal(String signal) {
    transport.sendSignal(SignalNames.numberOf(signal));
  }

  /// Sends SIGTERM; as [SubprocessTransport#terminate()].
  public void terminate() {
    transport.terminate();
  }

  /// Sends SIGKILL; as [SubprocessTransport#kill()].
  public void kill() {
    transport.kill();
  }

  // Ending.

  /// Shuts the process down without breaking off what is under way: closes its input and waits,
  /// sends SIGTERM and waits, sends SIGKILL and waits for the end. Each step is logged, and none is
  /// taken once the process has ended. Suspending.
  ///
  /// An input that is no pipe, or closed already, is no step: SIGTERM comes first then. A process
  /// in a pseudo-terminal is sent SIGHUP instead, as when a terminal's window is closed. If the
  /// process leads a process group (`startNewSession(true)`, `processGroup(0)`, `pty`) signals go
  /// to the whole group, and each step waits until it is empty; from Linux 6.9 on also when the
  /// process itself has ended.
  ///
  /// Output that is not read may keep a process from ending by itself. It can be read afterwards;
  /// [#close()] drops it. When the task is cancelled the process is killed at once, and the call
  /// waits for its end.
  ///
  /// @param grace how long to wait after each of the first two steps; zero for not at all
  /// @return what has ended it
  /// @throws IllegalArgumentException when the duration is negative
  /// @throws IllegalStateException outside a task of the loop
  public ProcessShutdown shutdown(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace < 0: " + grace);
    }
    Lowlevel.of(loop).ensureInTask("shutdown");
    return new ShutdownSteps(loop, transport, streams, grace).run();
  }

  /// Shuts the process down, with 5 seconds after each step, and closes its pipes; as
  /// [#shutdown(Duration)]. Suspending, unless it has ended, its pipes are closed and the process
  /// group that it leads is empty. Idempotent.
  @Override
  public void close() {
    if (streams.isLost() && !transport.signalGroup(0)) {
      return;
    }
    try {
      var _ = shutdown(DEFAULT_GRACE);
    } finally {
      transport.close();
    }
    streams.awaitLost();
  }

  @Override
  public String toString() {
    Integer code = returncode();
    return "<Process " + pid() + (code == null ? " running" : " returncode=" + code) + ">";
  }
}
