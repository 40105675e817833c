// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.LoopSubprocesses;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.net.NetContext;
import io.github.asyncio4j.internal.net.PipeConnector;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/// The child processes of one loop (EL-130, EL-131). Loop thread only.
public final class Subprocesses implements LoopSubprocesses, AutoCloseable {
  private final Lowlevel lowlevel;
  private final NetContext net;
  private final PipeConnector pipes;
  private final boolean pollsDescriptors;
  private final StartThreads threads;
  private final Set<ChildTransport> running = new LinkedHashSet<>();

  /// Makes the child processes of a loop; the loop closes it.
  ///
  /// @param pollsDescriptors whether the loop can watch a pidfd
  public Subprocesses(
      Lowlevel lowlevel, NetContext net, PipeConnector pipes, boolean pollsDescriptors) {
    this.lowlevel = lowlevel;
    this.net = net;
    this.pipes = pipes;
    this.pollsDescriptors = pollsDescriptors;
    this.threads = new StartThreads(lowlevel);
  }

  @Override
  public <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<P> protocolFactory, SubprocessOptions options, List<String> command)
      throws IOException {
    lowlevel.ensureInTask("subprocessExec");
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    ensureConsistent(options);
    var checked = Command.of(command, options);
    SubprocessOptions streams = options.pty() == null ? withPipes(options) : options;
    Context context = Context.copyContext();
    P protocol = protocolFactory.get();
    Start start =
        pollsDescriptors && Native.canSpawn()
            ? new NativeStart(checked, streams)
            : new JdkStart(checked, streams);
    // All that needs memory before there is a child, as nobody else would wait for it.
    var transport = new ChildTransport(lowlevel, net, context, running::remove);
    running.add(transport);
    try {
      transport.start(pipes, threads.run(start), protocol);
    } catch (Throwable t) {
      running.remove(transport);
      throw t;
    }
    return new Connection<>(transport, protocol);
  }

  private static void ensureConsistent(SubprocessOptions options) {
    Integer group = options.processGroup();
    boolean leadsSession = options.startNewSession() || options.pty() != null;
    if (leadsSession && group != null && group != 0) {
      String why = options.pty() == null ? "startNewSession(true)" : "pty(" + options.pty() + ")";
      throw new IllegalArgumentException(
          "processGroup(" + group + ") with " + why + ": the leader of a session leads its group");
    }
    if (options.pty() != null && (options.stdin() != null || options.stdout() != null)) {
      throw new IllegalArgumentException(
          "stdin and stdout of a child with a pty are its terminal: " + options);
    }
  }

  private static SubprocessOptions withPipes(SubprocessOptions options) {
    return options
        .stdin(Objects.requireNonNullElse(options.stdin(), Stdio.PIPE))
        .stdout(Objects.requireNonNullElse(options.stdout(), Stdio.PIPE))
        .stderr(Objects.requireNonNullElse(options.stderr(), Stdio.PIPE));
  }

  /// Kills what still runs: the loop is closed.
  @Override
  public void close() {
    threads.close();
    List.copyOf(running).forEach(ChildTransport::loopClosed);
  }
}
