// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Semaphore;

/// Keeps tasks out of each other's way: `bin/asyncio Locks`.
static int balance = 100;

static int running;

void main() throws Exception {
  Asyncio.run(
      () -> {
        lock();
        semaphore();
      });
}

/// What must stay together across a suspension needs a lock; nothing else does.
void lock() throws Exception {
  var account = new Lock();
  inParallel(
      2,
      i -> {
        try (var _ = account.hold()) {
          int before = balance;
          Asyncio.sleep(Duration.ofMillis(5));
          balance = before - 10;
        }
      });
  IO.println("balance " + balance);
}

/// At most two at a time.
void semaphore() throws Exception {
  var slots = new Semaphore(2);
  var most = new AtomicInteger();
  inParallel(
      6,
      i -> {
        try (var _ = slots.hold()) {
          most.accumulateAndGet(++running, Math::max);
          Asyncio.sleep(Duration.ofMillis(5));
          running--;
        }
      });
  IO.println("at most " + most + " at a time");
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
