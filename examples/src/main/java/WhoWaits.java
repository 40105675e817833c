// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;

/// Shows who waits for whom, when something hangs: `bin/asyncio WhoWaits`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        Future<String> answer = Asyncio.getRunningLoop().createFuture();
        var database = Asyncio.createTask(() -> queryDatabase(answer), "database");
        var request =
            Asyncio.createTask(
                () -> {
                  Asyncio.taskGroup(
                      group -> {
                        group.createTask(() -> IO.println(database.await()), "page");
                        group.createTask(() -> IO.println(database.await()), "log");
                      });
                },
                "request");
        Asyncio.sleep(Duration.ofMillis(1));
        Asyncio.printCallGraph(database);
        answer.setResult("answer");
        request.await();
      });
}

String queryDatabase(Future<String> answer) throws Exception {
  return answer.await();
}
