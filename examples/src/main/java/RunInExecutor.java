// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExecutorOptions;
import io.github.asyncio4j.Future;

/// Calls that would block the loop, in other threads: `bin/asyncio RunInExecutor`.
void main(String[] args) throws Exception {
  if (args.length > 0) {
    System.err.println("usage: RunInExecutor");
    System.exit(2);
  }
  Asyncio.run(this::runCalls);
}

void runCalls() throws Exception {
  EventLoop loop = Asyncio.getRunningLoop();

  // In the loop's default executor.
  int read = loop.runInExecutor(null, this::blockingIo).await();
  IO.println("default executor: " + read + " bytes");

  // In a pool of one's own. What computes for long is best off with as many threads as processors.
  try (var pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
    long sum = loop.runInExecutor(pool, this::cpuBound).await();
    IO.println("pool of one's own: " + sum);
  }

  // On virtual threads: any number of calls may block at the same time.
  try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
    var calls = new ArrayList<Future<Integer>>();
    for (int i = 0; i < 1000; i++) {
      calls.add(loop.runInExecutor(threads, this::blockingIo));
    }
    int all = Asyncio.gather(calls).await().stream().mapToInt(Integer::intValue).sum();
    IO.println("virtual threads: " + all + " bytes");
  }

  // A call that takes too long. Left to itself it would go on; here it is interrupted.
  var interrupted = new CompletableFuture<String>();
  var options = ExecutorOptions.DEFAULT.interruptOnCancel(true);
  var call = loop.runInExecutor(null, () -> blockForLong(interrupted), options);
  try {
    Asyncio.waitFor(call, Duration.ofMillis(50));
  } catch (TimeoutException e) {
    IO.println("too late: " + Asyncio.toThread(() -> interrupted.get()));
  }
}

/// File operations block.
int blockingIo() throws IOException {
  try (var random = new FileInputStream("/dev/urandom")) {
    return random.readNBytes(100).length;
  }
}

long cpuBound() {
  return LongStream.range(0, 1_000_000).map(i -> i * i).sum();
}

void blockForLong(CompletableFuture<String> interrupted) {
  try {
    Thread.sleep(Duration.ofHours(1));
  } catch (InterruptedException e) {
    interrupted.complete("interrupted");
  }
}
