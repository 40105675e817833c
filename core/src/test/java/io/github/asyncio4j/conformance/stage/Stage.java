// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionHandler;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.transport.BaseProtocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/// What a scenario plays on: a kind of loop, what is outside of it, and a place to print.
///
/// The counterpart of `conformance/python/support.py`, as far as it is about loops.
public final class Stage {
  public final Out out;

  public final Outside outside;

  private final Supplier<? extends EventLoop> loops;

  private Stage(Supplier<? extends EventLoop> loops, Outside outside, Out out) {
    this.loops = loops;
    this.outside = outside;
    this.out = out;
  }

  /// Makes a stage on loops of the system.
  public static Stage of(LoopKind kind, Out out) {
    return new Stage(kind::newLoop, new SystemOutside(kind.tier()), out);
  }

  /// Makes a stage on loops with a virtual clock, and the engine of a kind.
  public static Stage inVirtualTime(LoopKind kind, Out out) {
    var outside = new MemoryOutside(kind);
    return new Stage(outside::newLoop, outside, out);
  }

  /// Prints a line.
  public void out(String line) {
    out.print(line);
  }

  /// Prints what a call returns, or the word for what it throws.
  public void attempt(String label, Callable<?> call) {
    out.attempt(label, call);
  }

  /// As above for a call that returns nothing.
  public void attempt(String label, Out.Action action) {
    out.attempt(label, action);
  }

  /// Returns a new loop of the kind under test; close it.
  public EventLoop newLoop() {
    return loops.get();
  }

  /// Returns the loop of the main task.
  public EventLoop loop() {
    return Asyncio.getRunningLoop();
  }

  /// Runs one iteration: whatever is ready now.
  public static void runBriefly(EventLoop loop) {
    loop.callSoon(loop::stop);
    loop.runForever();
  }

  /// Lets five iterations pass.
  public static void settle() {
    settle(5);
  }

  /// Lets some iterations pass.
  public static void settle(int iterations) {
    for (int i = 0; i < iterations; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  /// Connects a protocol on the running loop with a peer outside of it. Suspends.
  public Connections.Link connect(BaseProtocol protocol) throws IOException {
    try (var door = listen()) {
      var connection = loop().createConnection(() -> protocol, LOCALHOST, door.port());
      return new Connections.Link(door.accept(), connection.transport());
    }
  }

  /// Connects a peer with a server of the loop; the kernel completes it without the loop.
  public Peer dial(Server server) throws IOException {
    return outside.dial(null, Connections.addressOf(server));
  }

  /// Starts to listen outside of the loop.
  public Outside.Door listen() throws IOException {
    return outside.listen(50);
  }

  /// Sends a signal to this process, or to the one that the loop believes to be in.
  public void raise(String signal) {
    outside.raise(signal);
  }

  /// Opens two connected sockets that the loop can watch; close them.
  public Pair openPair() {
    try {
      return outside.pair();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final String OF_A_HANDLE =
      "protocol\\.(connection(Made|Lost)|(datagram|error)Received|processExited)\\(\\) failed.*";

  /// What asyncio reports of the handle that has called a protocol is reported of the protocol and
  /// its transport here, and a failed handler of a stream server with its task.
  private static void asAsyncioReports(String message, Set<String> keys) {
    if (message.matches(OF_A_HANDLE) && keys.removeAll(Set.of("protocol", "transport"))) {
      keys.add("handle");
    }
    if (message.startsWith("Unhandled exception in clientConnected")) {
      keys.remove("task");
    }
  }

  /// Returns an exception handler that prints the exception and the keys of what it is given.
  public ExceptionHandler printingHandler() {
    return (loop, context) -> {
      var keys = new TreeSet<>(context.details().keySet());
      asAsyncioReports(String.valueOf(context.message()), keys);
      if (context.message() != null) {
        keys.add("message");
      }
      if (context.exception() != null) {
        keys.add("exception");
      }
      out(
          "handler: "
              + Words.word(context.exception())
              + ", keys "
              + String.join(" ", new ArrayList<>(keys)));
    };
  }
}
