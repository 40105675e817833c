// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.sync.Condition;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/// What the scenarios of locks, events, conditions, semaphores, barriers and queues share: the
/// counterpart of `conformance/python/waiters.py`.
public final class Waiters {
  public static final Duration SHORT = Duration.ofMillis(10);
  public static final Duration LONG = Duration.ofHours(1);

  private Waiters() {}

  /// Creates a task for each letter, in this order.
  public static List<Task<Void>> createTasks(String names, Function<String, VoidCoroutine> body) {
    var tasks = new ArrayList<Task<Void>>();
    for (int i = 0; i < names.length(); i++) {
      tasks.add(Asyncio.createTask(body.apply(names.substring(i, i + 1))));
    }
    return tasks;
  }

  /// Starts a task for each letter and lets each run until it waits.
  public static List<Task<Void>> start(String names, Function<String, VoidCoroutine> body) {
    var tasks = createTasks(names, body);
    Stage.settle();
    return tasks;
  }

  /// Starts tasks in this order and lets each run until it waits.
  public static List<Task<Void>> start(VoidCoroutine... bodies) {
    var tasks = new ArrayList<Task<Void>>();
    for (VoidCoroutine body : bodies) {
      tasks.add(Asyncio.createTask(body));
    }
    Stage.settle();
    return tasks;
  }

  /// Waits for all.
  public static void gather(Collection<Task<Void>> tasks) throws Exception {
    Asyncio.gather(tasks).await();
  }

  /// Waits for both.
  public static void gather(Task<Void> one, Task<Void> other) throws Exception {
    gather(List.of(one, other));
  }

  /// Waits for all, however they end.
  public static void gatherOutcomes(Collection<Task<Void>> tasks) throws Exception {
    Asyncio.gatherOutcomes(tasks).await();
  }

  public static String done(Collection<Task<Void>> tasks) {
    return Words.show(tasks.stream().map(Task::done).toList());
  }

  public static void acquire(Stage stage, String name, Lock lock) {
    lock.acquire();
    stage.out(name + " acquired");
  }

  public static void acquire(Stage stage, String name, Condition condition) {
    condition.acquire();
    stage.out(name + " acquired");
  }

  public static void acquire(Stage stage, String name, Semaphore semaphore) {
    semaphore.acquire();
    stage.out(name + " acquired");
  }

  /// Acquires, prints it, and releases.
  public static void use(Stage stage, String name, Lock lock) {
    try (var _ = lock.hold()) {
      stage.out(name + " acquired");
    }
  }

  /// Acquires, prints it, and releases.
  public static void use(Stage stage, String name, Condition condition) {
    try (var _ = condition.hold()) {
      stage.out(name + " acquired");
    }
  }

  /// Acquires, prints it, and releases.
  public static void use(Stage stage, String name, Semaphore semaphore) {
    try (var _ = semaphore.hold()) {
      stage.out(name + " acquired");
    }
  }

  /// Puts an item into a queue and prints how that ended.
  public static <T> void put(Stage stage, String name, Queue<T> queue, T item) {
    stage.attempt(name, () -> queue.put(item));
  }

  /// Gets an item from a queue and prints it, or the word for what came instead.
  public static void get(Stage stage, String name, Queue<?> queue) {
    stage.attempt(name, () -> queue.get());
  }

  /// Puts items that a queue has room for.
  @SafeVarargs
  public static <T> void fill(Queue<? super T> queue, T... items) {
    for (T item : items) {
      queue.putNowait(item);
    }
  }

  public static void size(Stage stage, Queue<?> queue) {
    stage.out("size " + queue.qsize() + ", empty " + queue.empty() + ", full " + queue.full());
  }

  /// Gets and prints what there is.
  public static void drain(Stage stage, Queue<?> queue) {
    var items = new ArrayList<Object>();
    while (!queue.empty()) {
      items.add(queue.getNowait());
    }
    stage.out("left " + Words.show(items));
  }
}
