// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.sync.Waiters.Waiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Items that tasks of one loop put in and others get out, first in, first out (asyncio's `Queue`,
/// QU-01 to QU-03).
///
/// Loop thread only, tasks of the loop included. An item is never null.
///
/// ```java
/// for (Job job : jobs) { // the consumer, until everything is taken out
///   handle(job);
/// }
///
/// jobs.put(job); // the producer
/// jobs.shutdown();
/// ```
///
/// A task that is cancelled in [#put(Object)] has put nothing, one that is cancelled in [#get()]
/// has taken nothing; if it had been woken the next one is woken instead. Tasks that wait are woken
/// in the order in which they came. One that calls between the wake-up and the moment at which the
/// woken task runs may be faster: then the woken one waits again, behind the others.
///
/// The queue belongs to the loop in which a task first had to wait for it (SY-01).
///
/// @param <T> what it holds
public sealed class Queue<T> implements Iterable<T> permits PriorityQueue, LifoQueue {
  private final int maxsize;
  private final java.util.Queue<T> items;
  private final LoopBinding binding = new LoopBinding();
  private final Waiters getters = new Waiters(binding);
  private final Waiters putters = new Waiters(binding);
  private final Event finished = new Event();

  // Loop thread. Items put and not yet reported as done.
  private long unfinished;
  private boolean shutDown;

  /// Makes a queue that is never full.
  public Queue() {
    this(0);
  }

  /// Makes a queue.
  ///
  /// @param maxsize how many items it holds at most; any number if it is not positive
  public Queue(int maxsize) {
    this(maxsize, new ArrayDeque<>());
  }

  /// Makes a queue that keeps its items in the given order.
  Queue(int maxsize, java.util.Queue<T> items) {
    this.maxsize = maxsize;
    this.items = items;
    finished.set();
  }

  /// Puts an item in; suspends while the queue is full. With room it does not suspend and may be
  /// called outside a task.
  ///
  /// @throws QueueShutDown when the queue is shut down, or is while this task waits
  /// @throws ClassCastException when a [PriorityQueue] cannot compare it; it is not in the queue
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits; the item
  ///   is not in the queue
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the queue is bound to
  public void put(T item) {
    Objects.requireNonNull(item, "item");
    while (full()) {
      ensureOpenToPut();
      Waiter putter = putters.add(this, "put()");
      boolean mayPut = false;
      try {
        putter.await();
        mayPut = true;
      } finally {
        if (!mayPut) {
          putters.remove(putter);
          if (putter.woken() && !full()) {
            putters.wakeNext();
          }
        }
      }
    }
    boolean put = false;
    try {
      putNowait(item);
      put = true;
    } finally {
      if (!put && !full()) {
        // It could not be compared: the place is another's.
        putters.wakeNext();
      }
    }
  }

  /// Puts an item in, for a limited time; as [#put(Object)]. At the limit it is not in the queue.
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void put(T item, @Nullable Duration timeout) throws TimeoutException {
    TimeLimit.on(this, "put", timeout, () -> put(item));
  }

  /// Puts an item in. Never suspends.
  ///
  /// @throws QueueFull when there is no room
  /// @throws QueueShutDown when the queue is shut down
  /// @throws ClassCastException when a [PriorityQueue] cannot compare it; it is not in the queue
  public void putNowait(T item) {
    Objects.requireNonNull(item, "item");
    checkThread();
    ensureOpenToPut();
    if (full()) {
      throw new QueueFull("queue is full: maxsize=" + maxsize + "; put() waits for room");
    }
    items.add(item);
    unfinished++;
    finished.clear();
    getters.wakeNext();
  }

  // Those who get and put have one loop, those who join may have another.
  private void checkThread() {
    binding.checkThread(this);
    finished.checkThread();
  }

  private void ensureOpenToPut() {
    if (shutDown) {
      throw new QueueShutDown("put() on a queue that is shut down");
    }
  }

  /// Takes the next item out; suspends while the queue is empty. With an item there it does not
  /// suspend and may be called outside a task.
  ///
  /// @throws QueueShutDown when the queue is empty and shut down, or is while this task waits
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits; it has
  ///   taken nothing
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the queue is bound to
  public T get() {
    while (items.isEmpty()) {
      ensureOpenToGet();
      Waiter getter = getters.add(this, "get()");
      boolean mayGet = false;
      try {
        getter.await();
        mayGet = true;
      } finally {
        if (!mayGet) {
          getters.remove(getter);
          if (getter.woken() && !items.isEmpty()) {
            getters.wakeNext();
          }
        }
      }
    }
    return getNowait();
  }

  /// Takes the next item out, for a limited time; as [#get()]. At the limit it has taken nothing.
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public T get(@Nullable Duration timeout) throws TimeoutException {
    return TimeLimit.on(this, "get", timeout, () -> get());
  }

  /// Returns the items as [#get()] takes them out, for a for-each in a task. It ends when the queue
  /// is shut down and empty; each item belongs to one iterator only, and is still to be reported by
  /// [#taskDone()].
  ///
  /// `hasNext()` takes the next item out and keeps it for `next()`, and so suspends while the queue
  /// is empty; it throws as [#get()] does, save [QueueShutDown].
  @Override
  public Iterator<T> iterator() {
    return new QueueIterator<>(this);
  }

  /// Takes the next item out. Never suspends.
  ///
  /// @throws QueueEmpty when there is none
  /// @throws QueueShutDown when there is none and the queue is shut down
  public T getNowait() {
    checkThread();
    T item = items.poll();
    if (item == null) {
      ensureOpenToGet();
      throw new QueueEmpty("queue is empty; get() waits for an item");
    }
    putters.wakeNext();
    return item;
  }

  private void ensureOpenToGet() {
    if (shutDown) {
      throw new QueueShutDown("get() on a queue that is shut down and empty");
    }
  }

  /// Tells the queue that the work for one item that was taken out is done. Never suspends.
  ///
  /// @throws IllegalArgumentException when this was called for every item already (QU-02; asyncio's
  ///   `ValueError`)
  public void taskDone() {
    checkThread();
    if (unfinished <= 0) {
      throw new IllegalArgumentException("taskDone() called too many times: " + this);
    }
    finish(1);
  }

  private void finish(int count) {
    unfinished -= count;
    if (unfinished == 0) {
      finished.set();
    }
  }

  /// Suspends until every item that was put in is reported as done by [#taskDone()]. When none is
  /// open it returns at once, outside a task too.
  ///
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one in which a task first joined the queue
  public void join() {
    finished.await(this, "join()");
  }

  /// Waits until every item is reported as done, for a limited time; as [#join()].
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void join(@Nullable Duration timeout) throws TimeoutException {
    TimeLimit.on(this, "join", timeout, () -> join());
  }

  /// Shuts the queue down: nothing can be put in any more, and [#get()] throws once the queue is
  /// empty. As [#shutdown(boolean)] with false.
  public void shutdown() {
    shutdown(false);
  }

  /// Shuts the queue down (QU-03). Idempotent; never suspends.
  ///
  /// Tasks that wait in [#put(Object)] get a [QueueShutDown]; those that wait in [#get()] too,
  /// since they wait only when the queue is empty.
  ///
  /// @param immediate drops the items that are in the queue and counts them as done, so that
  ///   [#join()] returns when no other is open
  public void shutdown(boolean immediate) {
    checkThread();
    shutDown = true;
    if (immediate) {
      int dropped = (int) Math.min(items.size(), unfinished);
      items.clear();
      finish(dropped);
    }
    getters.wakeAndRemoveAll();
    putters.wakeAndRemoveAll();
  }

  /// Returns how many items are in the queue.
  public int qsize() {
    return items.size();
  }

  /// Returns how many items the queue holds at most; zero or less stands for any number.
  public int maxsize() {
    return maxsize;
  }

  /// Tells whether there is no item.
  public boolean empty() {
    return items.isEmpty();
  }

  /// Tells whether there is no room.
  public boolean full() {
    return maxsize > 0 && items.size() >= maxsize;
  }

  /// Returns the items for `toString`.
  Collection<T> itemsInOrder() {
    return items;
  }

  @Override
  public String toString() {
    var text = new StringBuilder("<").append(getClass().getSimpleName());
    text.append(" maxsize=").append(maxsize);
    if (!items.isEmpty()) {
      text.append(" _queue=").append(itemsInOrder());
    }
    if (!getters.isEmpty()) {
      text.append(" _getters[").append(getters.size()).append(']');
    }
    if (!putters.isEmpty()) {
      text.append(" _putters[").append(putters.size()).append(']');
    }
    if (unfinished > 0) {
      text.append(" tasks=").append(unfinished);
    }
    return text.append(shutDown ? " shutdown>" : ">").toString();
  }
}
