// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Task;

/// Blocks of code with a time limit: `bin/asyncio Deadlines`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        deadline();
        movedDeadline();
        nestedDeadlines();
        limitedWait();
      });
}

/// The block is cancelled at the deadline, and its cleanup may take its time.
void deadline() throws Exception {
  try {
    Asyncio.timeout(
        Duration.ofMillis(20),
        () -> {
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } finally {
            Asyncio.sleep(Duration.ofMillis(5));
            IO.println("cleaned up");
          }
        });
  } catch (TimeoutException e) {
    IO.println("too slow");
  }
}

/// A block that makes progress gives itself more time.
void movedDeadline() throws Exception {
  EventLoop loop = Asyncio.getRunningLoop();
  int steps =
      Asyncio.timeout(
          Duration.ofMillis(200),
          limit -> {
            int done = 0;
            while (done < 3) {
              Asyncio.sleep(Duration.ofMillis(10));
              done++;
              limit.reschedule(loop.time() + Duration.ofMillis(200).toNanos());
            }
            return done;
          });
  IO.println("made " + steps + " steps");
}

/// The deadline that comes first wins, whichever it is.
void nestedDeadlines() throws Exception {
  try {
    Asyncio.timeout(
        Duration.ofMillis(10),
        () -> Asyncio.timeout(Duration.ofHours(1), () -> Asyncio.sleep(Duration.ofHours(2))));
  } catch (TimeoutException e) {
    IO.println("the outer deadline has passed");
  }
}

/// A shield keeps the work alive when the waiting ends.
void limitedWait() throws Exception {
  Task<String> saving =
      Asyncio.createTask(() -> Asyncio.sleep(Duration.ofMillis(40), "saved after all"));
  try {
    Asyncio.waitFor(Asyncio.shield(saving), Duration.ofMillis(10));
  } catch (TimeoutException e) {
    IO.println("not saved yet");
  }
  IO.println(saving.await());
}
