// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.sync.Barrier;
import io.github.asyncio4j.sync.Condition;
import io.github.asyncio4j.sync.Event;

/// Tasks that wait for one another: `bin/asyncio Meetings`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        event();
        condition();
        barrier();
      });
}

/// Everybody waits until something has happened.
void event() throws Exception {
  var started = new Event();
  Asyncio.getRunningLoop().callLater(Duration.ofMillis(5), started::set);
  inParallel(2, i -> started.await());
  IO.println("started " + started.isSet());
}

/// Waits until a state has been reached.
void condition() throws Exception {
  var changed = new Condition();
  var stock = new AtomicInteger();
  Asyncio.taskGroup(
      group -> {
        group.createTask(
            () -> {
              try (var _ = changed.hold()) {
                changed.waitFor(() -> stock.get() >= 3);
                IO.println("enough in stock: " + stock);
              }
            });
        while (stock.get() < 3) {
          Asyncio.sleep(Duration.ofMillis(1));
          try (var _ = changed.hold()) {
            stock.incrementAndGet();
            changed.signalAll();
          }
        }
      });
}

/// Nobody goes on before the last has come.
void barrier() throws Exception {
  var barrier = new Barrier(3);
  var arrived = new ArrayList<Integer>();
  inParallel(3, i -> arrived.add(barrier.await()));
  IO.println("all have come: " + arrived.size());
}

interface Numbered {
  void run(int number) throws Exception;
}

void inParallel(int n, Numbered body) throws Exception {
  Asyncio.taskGroup(
      group -> {
        for (int i = 0; i < n; i++) {
          int number = i;
          group.createTask(() -> body.run(number));
        }
      });
}
