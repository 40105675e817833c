// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskOptions;

/// Tasks that start at once, for work that usually has its answer: `bin/asyncio EagerTasks`.
static final Map<String, String> CACHE = new HashMap<>();

void main() throws Exception {
  Asyncio.run(
      () -> {
        Task<String> miss = lookUp("a");
        IO.println("first look-up done at once: " + miss.done());
        IO.println(miss.await());

        Task<String> hit = lookUp("a");
        IO.println("second look-up done at once: " + hit.done());
        IO.println(hit.await());

        // All tasks of a loop, by default.
        Asyncio.getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
        Asyncio.createTask(() -> IO.println("printed inside createTask"));
        IO.println("printed after createTask");
      });
}

Task<String> lookUp(String key) {
  return Asyncio.createTask(() -> cached(key), TaskOptions.DEFAULT.eagerStart(true));
}

/// Suspends only when the cache does not have it.
String cached(String key) {
  if (!CACHE.containsKey(key)) {
    CACHE.put(key, Asyncio.sleep(Duration.ofMillis(10), "value of " + key));
  }
  return CACHE.get(key);
}
