// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskOptions;

/// What a task sees of its cancellation: `bin/asyncio Cancellation`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        cleanup();
        ownedResource();
        swallowed();
      });
}

/// Cleanup runs, may suspend, and can be waited for.
void cleanup() throws Exception {
  Task<?> worker =
      Asyncio.createTask(
          () -> {
            try {
              Asyncio.sleep(Duration.ofHours(1));
            } finally {
              Asyncio.sleep(Duration.ofMillis(5));
              IO.println("the worker has cleaned up");
            }
          });
  Asyncio.sleep(Duration.ZERO);
  worker.cancel("not needed any more");
  try {
    worker.await();
  } catch (CancelledError e) {
    IO.println("cancelled: " + e.getMessage());
  }
}

/// A task that never runs has no cleanup, but it closes what it owns.
void ownedResource() throws Exception {
  AutoCloseable connection = () -> IO.println("the connection is closed");
  Task<?> task =
      Asyncio.createTask(() -> IO.println("never printed"), TaskOptions.DEFAULT.owns(connection));
  task.cancel();
  IO.println("outcome: " + Asyncio.gatherOutcomes(List.of(task)).await().getFirst());
}

/// A task that decides to live on takes the request back, so that its deadlines count right.
void swallowed() throws Exception {
  Task<String> stubborn =
      Asyncio.createTask(
          () -> {
            try {
              Asyncio.sleep(Duration.ofHours(1));
            } catch (CancelledError e) {
              Task.currentTask().uncancel();
            }
            return "lives on";
          });
  Asyncio.sleep(Duration.ZERO);
  stubborn.cancel();
  IO.println(stubborn.await() + ", requests left: " + stubborn.cancelling());
}
