// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.TaskGroup;

static final int TASKS = 1000;
static int cleaned;

/// What `ctrl_c.py` sends signals to: `Interrupted cleanup|stubborn|busy|blocked`.
void main(String[] args) throws Exception {
  try {
    switch (args[0]) {
      case "cleanup" -> Asyncio.run(() -> cleanup());
      case "stubborn" -> Asyncio.run(() -> refuseToEnd());
      case "busy" -> Asyncio.run(() -> beside(() -> spin()));
      case "blocked" -> Asyncio.run(() -> beside(() -> block()));
      default -> throw new IllegalArgumentException(args[0]);
    }
  } finally {
    IO.println("cleaned " + cleaned);
  }
}

/// Half of the tasks are the main coroutine's, who waits for them; half are left to the runner.
void cleanup() throws Exception {
  var loop = Asyncio.getRunningLoop();
  for (int i = 0; i < TASKS / 2; i++) {
    loop.createTask(() -> sleepAndCleanUp(loop));
  }
  new TaskGroup()
      .run(
          group -> {
            for (int i = 0; i < TASKS / 2; i++) {
              group.createTask(() -> sleepAndCleanUp(loop));
            }
            Asyncio.sleep(Duration.ZERO);
            IO.println("ready");
          });
}

void sleepAndCleanUp(EventLoop loop) throws Exception {
  try {
    Asyncio.sleep(Duration.ofHours(1));
  } finally {
    Asyncio.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextInt(50)));
    Future<Void> answer = loop.createFuture();
    loop.callSoon(() -> answer.setResult(null));
    answer.await();
    cleaned++;
  }
}

void refuseToEnd() {
  IO.println("ready");
  while (true) {
    try {
      Asyncio.sleep(Duration.ofHours(1));
    } catch (CancelledError e) {
      IO.println("refused");
    }
  }
}

/// A main coroutine that would end, were it not for another task.
void beside(Runnable other) {
  Asyncio.createTask(() -> other.run());
  Asyncio.sleep(Duration.ofHours(1));
}

void spin() {
  IO.println("ready");
  while (true) {
    Thread.onSpinWait();
  }
}

/// Blocks the loop on an engine that has a thread for each task, and itself on the other one.
void block() {
  IO.println("ready");
  while (true) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      IO.println("refused");
    }
  }
}
