// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// What [CtrlCProcessTest] runs in JVMs of their own: one case, named by the argument.
final class CtrlCProgram {
  private static final Duration HOUR = Duration.ofHours(1);

  private CtrlCProgram() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "uncaught" -> Asyncio.run(() -> interruptedOnce());
      case "uncaughtInAThread" -> inThread(() -> interruptedOnce());
      case "caught" -> caught();
      case "stubborn" -> Asyncio.run(() -> stubborn());
      case "busy" -> Asyncio.run(() -> busy());
      case "blocked" -> Asyncio.run(() -> blocked());
      case "closing" -> Asyncio.run(() -> closing());
      case "between" -> between();
      case "off" -> Asyncio.run(() -> interruptedOnce(), RunnerOptions.DEFAULT.handleSigint(false));
      case "inAThread" -> Thread.ofPlatform().start(() -> quietly(() -> interruptedOnce())).join();
      case "chain" -> chain();
      case "systemExit" -> Asyncio.run(() -> systemExit());
      case "systemExitInAThread" ->
          Thread.ofPlatform().start(() -> quietly(() -> systemExit())).join();
      case "failure" -> failure();
      case "ownHandler" -> ownHandler();
      case "nothing" -> Asyncio.run(() -> Asyncio.sleep(Duration.ofMillis(1)));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.println("end");
  }

  private static void quietly(VoidCoroutine body) {
    try {
      Asyncio.run(body);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void inThread(VoidCoroutine body) throws InterruptedException {
    var options = RunnerOptions.DEFAULT.handleSigint(true);
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                Asyncio.run(body, options);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    new CountDownLatch(1).await();
  }

  private static void interruptedOnce() {
    try {
      Interrupts.raise();
      Asyncio.sleep(HOUR);
    } finally {
      Asyncio.sleep(Duration.ofMillis(1));
      System.out.println("cleaned up");
    }
  }

  private static void caught() throws Exception {
    try {
      Asyncio.run(() -> interruptedOnce());
    } catch (KeyboardInterrupt e) {
      System.out.println("caught");
    }
  }

  private static void stubborn() {
    Interrupts.raise();
    while (true) {
      try {
        Asyncio.sleep(HOUR);
      } catch (CancelledError e) {
        System.out.println("refused");
        Interrupts.raise();
      }
    }
  }

  private static void busy() {
    Interrupts.raise();
    Interrupts.raise();
    while (true) {
      Thread.onSpinWait();
    }
  }

  private static void blocked() {
    Interrupts.raise();
    Interrupts.raise();
    while (true) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        // This is what it is about.
      }
    }
  }

  private static void closing() {
    Asyncio.createTask(
        () -> {
          try {
            Asyncio.sleep(HOUR);
          } finally {
            System.out.println("closing");
            Interrupts.raise();
            Asyncio.sleep(HOUR);
          }
        });
    Asyncio.sleep(Duration.ZERO);
  }

  private static void between() throws Exception {
    try (var runner = new Runner()) {
      runner.run(() -> System.out.println("first run"));
      Interrupts.raise();
      new CountDownLatch(1).await();
    }
  }

  /// A handler that was set during a run and calls the one before it also does so afterwards.
  private static void chain() throws Exception {
    Object before = Asyncio.run(() -> Interrupts.set(Interrupts.newHandler(() -> {})));
    Interrupts.set(Interrupts.newHandler(() -> passOn(before)));
    Asyncio.run(() -> Asyncio.sleep(Duration.ofMillis(1)));
    Interrupts.raise();
    new CountDownLatch(1).await();
  }

  private static void passOn(Object before) {
    System.out.println("passed on");
    Interrupts.set(before);
    Interrupts.raise();
  }

  private static void systemExit() {
    throw new SystemExit(7);
  }

  private static void failure() throws Exception {
    caught();
    throw new IllegalStateException("on purpose");
  }

  private static void ownHandler() throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(
        (_, e) -> System.out.println(e.getClass().getSimpleName()));
    Asyncio.run(() -> interruptedOnce());
  }
}
