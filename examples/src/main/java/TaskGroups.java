// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;

/// Tasks that begin and end with a block of code: `bin/asyncio TaskGroups`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        together();
        oneFails();
        stopEarly();
        joined();
      });
}

/// The block ends when both tasks have ended.
void together() throws Exception {
  String page =
      Asyncio.taskGroup(
          group -> {
            Task<String> user = group.createTask(() -> fetch("user", 20));
            Task<String> cart = group.createTask(() -> fetch("cart", 10));
            return user.await() + " and " + cart.await();
          });
  IO.println("together: " + page);
}

/// The first failure cancels the others, and leaves the block.
void oneFails() throws Exception {
  try {
    Asyncio.taskGroup(
        group -> {
          group.createTask(() -> fetch("slow page", 60_000));
          fetch("missing page", 10);
        });
  } catch (ExceptionGroup failures) {
    failures.exceptions().forEach(e -> IO.println("failed: " + e.getMessage()));
  }
}

/// Who has found the answer stops the search.
void stopEarly() throws Exception {
  Asyncio.taskGroup(
      group -> {
        for (int number : List.of(1, 2, 3)) {
          group.createTask(
              () -> {
                IO.println("found by searcher " + fetch("searcher " + number, number * 20));
                group.cancel();
              });
        }
      });
}

/// A block of try, as with the JDK's StructuredTaskScope.
void joined() throws Exception {
  try (var group = TaskGroup.open()) {
    var pages = List.of(group.createTask(() -> fetch("a", 20)), group.createTask(() -> "b"));
    group.join();
    IO.println("joined: " + pages.getFirst().result() + pages.getLast().result());
  }
}

String fetch(String what, int millis) throws IOException {
  try {
    Asyncio.sleep(Duration.ofMillis(millis));
  } catch (CancelledError e) {
    IO.println("cancelled: " + what);
    throw e;
  }
  if (what.startsWith("missing")) {
    throw new FileNotFoundException(what);
  }
  return what;
}
