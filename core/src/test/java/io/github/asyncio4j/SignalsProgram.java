// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.ProcessSignal;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/// What [SignalsProcessTest] runs in JVMs of their own: one case, named by the argument.
final class SignalsProgram {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int TASKS = 1000;

  // Loop thread.
  private static int ended;

  private SignalsProgram() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "handled" -> Asyncio.run(() -> handled("TERM"));
      case "hangUp" -> Asyncio.run(() -> handled("HUP"));
      case "afterwards" -> afterwards();
      case "refused" -> Asyncio.run(() -> refused("SIGTERM"));
      case "ignored" -> Asyncio.run(() -> ignored());
      case "manyInt" -> many(args[0], () -> Interrupts.raise());
      case "manyTerm" -> many(args[0], () -> raise("TERM"));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.println("end");
  }

  private static void raise(String name) {
    Objects.requireNonNull(ProcessSignal.of(name)).raise();
  }

  private static void handled(String name) throws Exception {
    EventLoop loop = Asyncio.getRunningLoop();
    Future<?> told = loop.createFuture();
    loop.addSignalHandler(name, () -> told.setResult(null));
    raise(name);
    told.await();
    System.out.println("handled");
  }

  private static void afterwards() throws Exception {
    Asyncio.run(() -> handled("TERM"));
    raise("TERM");
    new CountDownLatch(1).await();
  }

  private static void refused(String name) {
    try {
      Asyncio.getRunningLoop().addSignalHandler(name, () -> {});
    } catch (IllegalStateException | UnsupportedOperationException e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
    System.out.println("removed " + Asyncio.getRunningLoop().removeSignalHandler(name));
  }

  private static void ignored() {
    EventLoop loop = Asyncio.getRunningLoop();
    loop.addSignalHandler("SIGINT", () -> System.out.println("not ignored"));
    raise("INT");
    System.out.println("removed " + loop.removeSignalHandler("SIGINT"));
  }

  /// E11
  private static void many(String testCase, Runnable raise) throws Exception {
    try {
      Asyncio.run(
          () -> {
            Task<?> main = Objects.requireNonNull(Asyncio.currentTask());
            if (testCase.equals("manyTerm")) {
              Asyncio.getRunningLoop().addSignalHandler("SIGTERM", () -> main.cancel());
            }
            for (int i = 0; i < TASKS; i++) {
              Asyncio.createTask(SignalsProgram::work);
            }
            Asyncio.sleep(Duration.ZERO);
            raise.run();
            Asyncio.sleep(HOUR);
          });
    } catch (CancelledError | KeyboardInterrupt e) {
      System.out.println(e.getClass().getSimpleName());
    }
    System.out.println(ended + " have cleaned up");
  }

  private static void work() {
    try {
      Asyncio.sleep(HOUR);
    } finally {
      Asyncio.sleep(Duration.ofMillis(1));
      ended++;
    }
  }
}
