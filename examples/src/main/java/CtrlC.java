// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.TaskGroup;

/// Works until Ctrl-C and then puts everything away: `bin/asyncio CtrlC [WORKERS]`.
///
/// The first Ctrl-C cancels the main coroutine, and the group its workers. Each of them can still
/// await while it cleans up, all at the same time. A second Ctrl-C ends the process at once.
void main(String[] args) throws Exception {
  if (args.length > 1 || !String.join("", args).matches("[0-9]{0,6}")) {
    System.err.println("usage: CtrlC [WORKERS]");
    System.exit(2);
  }
  int workers = args.length == 0 ? 3 : Integer.parseInt(args[0]);
  var saved = new HashMap<Integer, Integer>();

  try {
    Asyncio.run(() -> work(workers, saved));
  } catch (KeyboardInterrupt e) {
    IO.println(saved.size() + " of " + workers + " workers have saved their work");
    throw e; // uncaught, it ends the process with status 130 and without a stack trace
  }
}

void work(int workers, Map<Integer, Integer> saved) throws Exception {
  new TaskGroup()
      .run(
          group -> {
            for (int i = 0; i < workers; i++) {
              int number = i;
              group.createTask(() -> count(number, saved));
            }
            Asyncio.sleep(Duration.ZERO); // now they have all begun
            IO.println(workers + " workers, press Ctrl-C");
          });
}

void count(int worker, Map<Integer, Integer> saved) {
  int counted = 0;
  try {
    while (true) {
      Asyncio.sleep(Duration.ofMillis(100));
      counted++;
    }
  } finally {
    Asyncio.sleep(Duration.ofMillis(100)); // as if it took a server to save it
    saved.put(worker, counted);
  }
}
