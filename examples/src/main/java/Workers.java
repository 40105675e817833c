// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.sync.PriorityQueue;
import io.github.asyncio4j.sync.Queue;

/// A producer and three workers with a queue between them: `bin/asyncio Workers`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        // The producer waits while ten jobs are in the queue.
        var jobs = new Queue<Integer>(10);
        var results = new TreeMap<Integer, Integer>();
        Asyncio.taskGroup(
            group -> {
              for (int i = 1; i <= 3; i++) {
                group.createTask(() -> work(jobs, results), "worker " + i);
              }
              for (int job = 1; job <= 30; job++) {
                jobs.put(job);
              }
              // Nothing more will come; the workers take what is there and end.
              jobs.shutdown();
              jobs.join();
              IO.println("every job is done");
            });
        IO.println(results.size() + " results, the last is " + results.lastEntry());
        mostUrgentFirst();
      });
}

void work(Queue<Integer> jobs, Map<Integer, Integer> results) {
  for (int job : jobs) {
    Asyncio.sleep(Duration.ofMillis(1));
    results.put(job, job * job);
    jobs.taskDone();
  }
}

void mostUrgentFirst() {
  record Alarm(int urgency, String text) {}
  var alarms = new PriorityQueue<Alarm>(Comparator.comparingInt(Alarm::urgency));
  alarms.putNowait(new Alarm(2, "disk nearly full"));
  alarms.putNowait(new Alarm(1, "fire"));
  alarms.putNowait(new Alarm(3, "coffee is ready"));
  while (!alarms.empty()) {
    IO.println(alarms.getNowait().text());
  }
}
