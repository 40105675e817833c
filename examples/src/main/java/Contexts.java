// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.TaskOptions;

/// Values that follow a request through tasks, callbacks and threads: `bin/asyncio Contexts`.
static final ContextVar<String> REQUEST = ContextVar.of("request", "none");

void main() throws Exception {
  Asyncio.run(
      () -> {
        Asyncio.taskGroup(
            group -> {
              group.createTask(() -> serve("r1"));
              group.createTask(() -> serve("r2"));
            });
        IO.println("outside: " + REQUEST.get());

        // A context can be kept, and entered again.
        Context kept = Context.copyContext();
        Asyncio.createTask(() -> REQUEST.set("kept"), TaskOptions.DEFAULT.context(kept)).await();
        IO.println("kept: " + kept.get(REQUEST) + ", outside: " + REQUEST.get());
      });
}

void serve(String id) throws Exception {
  var token = REQUEST.set(id);
  log("task");
  Asyncio.toThread(() -> log("thread"));
  Asyncio.createTask(() -> log("inner task")).await();
  REQUEST.reset(token);
  log("after reset");
}

void log(String where) {
  IO.println(REQUEST.get() + ": " + where);
}
