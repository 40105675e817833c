// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.VirtualThreads;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// How the tasks of a loop get their threads, and which thread runs the loop.
enum CoroutineEngine {
  /// The loop's thread, a platform one, carries the virtual threads of its tasks itself.
  LOOP_THREAD("loop-thread") {
    @Override
    TaskThread newTaskThread(Task<?> task) {
      return new CarriedTaskThread(task);
    }

    @Override
    boolean mayRunIn(Thread thread) {
      return !thread.isVirtual();
    }

    @Override
    Thread newThread(Runnable run) {
      return Thread.ofPlatform().name("asyncio4j-loop").unstarted(run);
    }

    @Override
    boolean looksBeforeItWaits(Selector selector) {
      return false;
    }

    @Override
    void select(Selector selector, long timeoutNanos, BlockingSelect elsewhere) throws IOException {
      selector.select(timeoutNanos);
    }
  },

  /// Loop and tasks are virtual threads of the JDK's scheduler that hand a baton to one another.
  BATON("baton") {
    @Override
    TaskThread newTaskThread(Task<?> task) {
      return new BatonTaskThread(task);
    }

    @Override
    boolean mayRunIn(Thread thread) {
      // A platform thread takes ten times as long to park and unpark.
      return thread.isVirtual();
    }

    @Override
    Thread newThread(Runnable run) {
      return Thread.ofVirtual().name("asyncio4j-loop").unstarted(run);
    }

    @Override
    boolean looksBeforeItWaits(Selector selector) {
      // To wait elsewhere costs two thread switches, which a look may spare.
      return !selector.waitsWithoutCarrier();
    }

    @Override
    void select(Selector selector, long timeoutNanos, BlockingSelect elsewhere) throws IOException {
      if (selector.waitsWithoutCarrier()) {
        selector.select(timeoutNanos);
      } else {
        elsewhere.waitElsewhere(selector, timeoutNanos);
      }
    }
  };

  /// The system property that forces one of them, by its label.
  static final String PROPERTY = "io.github.asyncio4j.engine";

  private final String label;

  CoroutineEngine(String label) {
    this.label = label;
  }

  /// Returns the engine that the property forces, or null when it is not set.
  ///
  /// @throws IllegalArgumentException when the property names none
  /// @throws UnsupportedOperationException when the property names one that cannot be had
  static @Nullable CoroutineEngine forced() {
    String label = System.getProperty(PROPERTY);
    if (label == null) {
      return null;
    }
    for (CoroutineEngine engine : values()) {
      if (engine.label.equals(label)) {
        if (engine == LOOP_THREAD && !VirtualThreads.available()) {
          throw new UnsupportedOperationException(
              "the loop-thread engine needs " + VirtualThreads.flag());
        }
        return engine;
      }
    }
    throw new IllegalArgumentException(PROPERTY + " is neither loop-thread nor baton: " + label);
  }

  /// Returns the better engine for a loop that is first used in this thread.
  static CoroutineEngine choose(Thread thread) {
    return VirtualThreads.available() && LOOP_THREAD.mayRunIn(thread) ? LOOP_THREAD : BATON;
  }

  /// Returns the task thread of a new task.
  abstract TaskThread newTaskThread(Task<?> task);

  /// Tells whether the loop may run in this thread.
  abstract boolean mayRunIn(Thread thread);

  /// Returns a thread, not started, that the loop may run in.
  abstract Thread newThread(Runnable run);

  /// Runs a loop, in this thread if it is of the right kind, else in a new one, and waits for its
  /// end.
  final void runLoop(Runnable loop) {
    try {
      runWhereItMay(loop);
    } catch (KeyboardInterrupt | SystemExit e) {
      AwaitTrace.addRunner(e);
      throw e;
    }
  }

  private void runWhereItMay(Runnable loop) {
    if (mayRunIn(Thread.currentThread())) {
      loop.run();
      return;
    }
    var failure = new AtomicReference<@Nullable Throwable>();
    Thread runner =
        newThread(
            () -> {
              try {
                loop.run();
              } catch (Throwable t) {
                failure.set(t);
              }
            });
    runner.start();
    joinUninterruptibly(runner);
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Tells whether the loop should poll without waiting before it waits.
  abstract boolean looksBeforeItWaits(Selector selector);

  /// Polls and waits. The loop's thread.
  ///
  /// @param elsewhere the loop's, for a wait that would hold a carrier thread
  abstract void select(Selector selector, long timeoutNanos, BlockingSelect elsewhere)
      throws IOException;

  @Override
  public String toString() {
    return label;
  }
}
