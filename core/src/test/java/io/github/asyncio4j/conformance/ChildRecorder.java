// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The twin of `Child` of `conformance/python/subprocesses.py`.
class ChildRecorder implements SubprocessProtocol {
  static final SubprocessOptions NO_INPUT = SubprocessOptions.DEFAULT.stdin(Stdio.DEVNULL);
  static final SubprocessOptions PIPES = SubprocessOptions.DEFAULT;

  final List<String> calls = new ArrayList<>();
  final ByteArrayOutputStream[] data = {
    null, new ByteArrayOutputStream(), new ByteArrayOutputStream()
  };
  private final List<List<@Nullable Exception>> lost =
      List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  final Future<@Nullable Void> exited = Asyncio.getRunningLoop().createFuture();
  final Future<@Nullable Exception> gone = Asyncio.getRunningLoop().createFuture();
  private final List<Waiter> waiters = new ArrayList<>();
  SubprocessTransport transport;

  private record Waiter(int count, Future<@Nullable Void> future) {}

  @Override
  public void connectionMade(BaseTransport transport) {
    calls.add("made");
    this.transport = (SubprocessTransport) transport;
  }

  @Override
  public void pipeDataReceived(int fd, ByteBuffer bytes) {
    calls.add("data " + fd);
    while (bytes.hasRemaining()) {
      data[fd].write(bytes.get());
    }
    wake();
  }

  @Override
  public void pipeConnectionLost(int fd, @Nullable Exception exc) {
    calls.add("lost " + fd);
    lost.get(fd).add(exc);
  }

  @Override
  public void processExited() {
    calls.add("exited");
    exited.setResult(null);
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    calls.add("gone");
    gone.setResult(exc);
  }

  @Override
  public void pauseWriting() {
    calls.add("pause writing");
  }

  private void wake() {
    for (var waiter : waiters) {
      if (data[1].size() >= waiter.count) {
        waiter.future.trySetResult(null);
      }
    }
  }

  /// Waits until so many bytes of output have come.
  byte[] received(int count) {
    var waiter = new Waiter(count, Asyncio.getRunningLoop().createFuture());
    waiters.add(waiter);
    wake();
    waiter.future.join();
    return Arrays.copyOf(data[1].toByteArray(), count);
  }

  /// Prints all, when the child is gone.
  void tell(Stage stage) {
    stage.out("first " + calls.getFirst() + ", last " + calls.getLast());
    for (int fd = 0; fd < 3; fd++) {
      if (!lost.get(fd).isEmpty()) {
        String said = fd == 0 ? "" : " " + Words.show(data[fd].toByteArray());
        stage.out(fd + ":" + said + " lost " + Words.show(lost.get(fd)));
        var after = calls.subList(calls.indexOf("lost " + fd), calls.size());
        stage.out(fd + ": data after it is lost " + after.contains("data " + fd));
      }
    }
    stage.out("exited " + Collections.frequency(calls, "exited"));
    stage.out("returncode " + Words.show(transport.getReturncode()));
  }

  /// Starts a program.
  static ChildRecorder start(SubprocessOptions options, String program, String... args)
      throws IOException {
    return Asyncio.getRunningLoop()
        .subprocessExec(ChildRecorder::new, options, program, args)
        .protocol();
  }

  /// Starts a program and waits until nothing of it is left.
  static ChildRecorder ended(SubprocessOptions options, String program, String... args)
      throws IOException {
    var child = start(options, program, args);
    child.gone.join();
    return child;
  }

  /// Returns what a program writes to its output.
  static byte[] output(SubprocessOptions options, String program, String... args)
      throws IOException {
    return ended(options, program, args).data[1].toByteArray();
  }
}
