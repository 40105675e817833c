// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A program that is traced by a thread-local. Run in a JVM of its own by [ContextPropagatorTest].
///
/// It prints, for each kind of loop, what each piece of code has seen.
public final class PropagationProgram {
  private static final ThreadLocal<String> TRACE = new ThreadLocal<>();

  // Set by the program's only active thread.
  private static volatile boolean failing;

  private final BaseEventLoop loop;
  private final List<String> seen = new ArrayList<>();

  private PropagationProgram(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  /// Carries the thread-local.
  public static final class TracePropagator implements ContextPropagator<String> {
    @Override
    public String capture() {
      return TRACE.get();
    }

    @Override
    public Scope restore(String captured) {
      String before = TRACE.get();
      TRACE.set(captured);
      return () -> TRACE.set(before);
    }
  }

  /// Fails in all that it does, when asked to.
  public static final class FailingPropagator implements ContextPropagator<Integer> {
    private static void fail() {
      if (failing) {
        throw new NoClassDefFoundError("tracer is down");
      }
    }

    @Override
    public Integer capture() {
      fail();
      return 1;
    }

    @Override
    public Scope restore(Integer captured) {
      fail();
      return FailingPropagator::fail;
    }
  }

  /// Runs the program.
  public static void main(String[] args) throws Exception {
    for (LoopKind kind : LoopKind.values()) {
      var program = new PropagationProgram(kind);
      TRACE.set("main");
      try (BaseEventLoop loop = program.loop) {
        loop.setExceptionHandler((l, failure) -> program.note("handler"));
        loop.runUntilComplete(program::callbacks);
        loop.runUntilComplete(program::tasks);
        loop.runUntilComplete(program::threads);
        loop.runUntilComplete(program::explicitContexts);
        loop.runUntilComplete(program::generators);
        loop.runUntilComplete(program::failures);
      }
      program.note("end");
      System.out.println(kind + ": " + String.join(", ", program.seen));
    }
  }

  private void note(String what) {
    seen.add(what + "=" + TRACE.get());
  }

  private static void pause() {
    Asyncio.sleep(Duration.ZERO);
    Asyncio.sleep(Duration.ZERO);
  }

  private void callbacks() {
    note("main task");
    TRACE.set("a");
    loop.callSoon(
        () -> {
          note("soon");
          TRACE.set("b");
          loop.callSoon(() -> note("nested"));
        });
    loop.callSoon(() -> note("beside"));
    loop.callLater(Duration.ZERO, () -> note("timer"));
    Future<String> future = loop.createFuture();
    future.addDoneCallback(f -> note("done"));
    TRACE.set("c");
    future.setResult("");
    loop.callSoon(
        () -> {
          throw new IllegalStateException("boom");
        });
    pause();
    note("caller");
  }

  private void tasks() throws Exception {
    TRACE.set("a");
    Task<?> child =
        loop.createTask(
            () -> {
              note("child");
              pause();
              note("child later");
              TRACE.set("own");
              pause();
              note("child at its end");
              loop.createTask(() -> note("grandchild")).await();
            });
    loop.createTask(() -> note("eager"), TaskOptions.DEFAULT.eagerStart(true)).await();
    TRACE.set("b");
    child.await();
    note("parent");
  }

  private void threads() throws Exception {
    TRACE.set("a");
    Asyncio.toThread(() -> note("thread"));
    loop.runInExecutor(null, () -> note("executor")).await();
    Thread.ofPlatform()
        .start(
            () -> {
              TRACE.set("other");
              loop.callSoonThreadsafe(() -> note("posted"));
              CompletableFuture<?> _ =
                  Asyncio.runCoroutineThreadsafe(() -> note("threadsafe"), loop);
            })
        .join();
    pause();
    pause();
  }

  private void explicitContexts() {
    TRACE.set("a");
    Context copy = Context.copyContext();
    TRACE.set("b");
    loop.callSoon(() -> note("copied"), copy);
    loop.callSoon(() -> note("new"), new Context());
    copy.run(() -> note("entered"));
    note("left");
    pause();
  }

  private void generators() throws Exception {
    TRACE.set("a");
    try (var generator = AsyncGenerator.<String>of(out -> out.yield(TRACE.get()))) {
      TRACE.set("b");
      seen.add("generator=" + generator.anext());
    }
  }

  private void failures() {
    failing = true;
    TRACE.set("a");
    loop.callSoon(() -> note("beside a failing one"));
    loop.createTask(() -> note("task beside it"));
    pause();
    failing = false;
  }
}
