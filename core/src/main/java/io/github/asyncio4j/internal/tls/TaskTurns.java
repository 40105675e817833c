// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.LoopLocal;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Which of one loop's engines compute, and which wait for that. Loop thread only.
///
/// The threads are those of all loops. So that none of these waits for another one's thousand
/// clients, each gives the threads a few tasks at a time, and the rest wait here, where the end of
/// their connection takes them out at once. Handshakes that were begun come first: under more than
/// can be done some are in time, and not all too late.
final class TaskTurns {
  static final LoopLocal<TaskTurns> OF_LOOP = new LoopLocal<>(_ -> new TaskTurns());

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /// For each thread one task that it runs and one that it finds when that has ended.
  static final int AT_A_TIME = 2 * PROCESSORS;

  // A signature keeps a processor busy: more threads than those would only wait for each other.
  // They are apart from the loop's executor, in which calls of the program may block.
  static final ExecutorService THREADS = newPool();

  private static ExecutorService newPool() {
    var pool =
        new ThreadPoolExecutor(
            PROCESSORS,
            PROCESSORS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon(true).name("asyncio4j-tls-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private int atWork;
  private final SequencedSet<DelegatedTasks> begun = new LinkedHashSet<>();
  private final SequencedSet<DelegatedTasks> fresh = new LinkedHashSet<>();

  /// Has the tasks of an engine run, now or when it is their turn.
  void ask(DelegatedTasks tasks) {
    if (atWork < AT_A_TIME) {
      atWork++;
      tasks.submit();
    } else {
      (tasks.hasBegun() ? begun : fresh).add(tasks);
    }
  }

  /// Takes out one that waits; others are not there.
  void forget(DelegatedTasks tasks) {
    if (!begun.remove(tasks)) {
      fresh.remove(tasks);
    }
  }

  /// One has ended: the turn is another one's.
  void ended() {
    atWork--;
    while (atWork < AT_A_TIME && waiting() > 0) {
      ask((begun.isEmpty() ? fresh : begun).removeFirst());
    }
  }

  /// One could not be submitted.
  void notTaken() {
    atWork--;
  }

  /// Returns how many wait.
  int waiting() {
    return begun.size() + fresh.size();
  }
}
