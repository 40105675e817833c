// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The iteration of a loop: what is ready, what is due, what was posted, and the poll between.
///
/// Loop thread only, save for [#post(PostedHandle)]. "The loop thread" is here, as everywhere in
/// this package, whoever holds the loop: its own thread, or a task's thread that runs in its stead.
final class Kernel {
  // The poll is never longer than a day, whatever the first timer says.
  private static final long MAX_POLL_NANOS = TimeUnit.HOURS.toNanos(24);
  // When the loop looks again whether there is memory.
  private static final long NEXT_TRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long COMPLAINT_NANOS = TimeUnit.SECONDS.toNanos(1);
  // How often a loop that closes carries tasks on before it leaves them to themselves.
  private static final int MAX_CONTINUED = 100_000;
  // How many handles of other threads an iteration takes: threads that post faster than the loop
  // runs must not keep it from its timers and descriptors, in iterations that grow and grow.
  private static final int MAX_POSTED = 1 << 16;
  private static final VarHandle SLEEPING;
  private static final VarHandle ELSEWHERE;

  static {
    try {
      ELSEWHERE = MethodHandles.lookup().findVarHandle(Kernel.class, "elsewhere", int.class);
      SLEEPING = MethodHandles.lookup().findVarHandle(Kernel.class, "sleeping", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final BaseEventLoop loop;
  private final Selector selector;
  final ReadyQueue ready = new ReadyQueue();
  final TimerQueue timers = new TimerQueue();
  final Watches watches;
  private final PostedQueue posted = new PostedQueue();

  // The loop's thread while it waits for tasks that the JDK lets go on, and for nothing else.
  private volatile @Nullable Thread carrier;

  // True while the loop may be blocked in the selector. Who posts and turns it false wakes it up.
  private volatile boolean sleeping;

  // See beforeStartInCallback(). Written by the loop's thread.
  private volatile boolean callbackMayWait;

  // Whether tasks that the JDK lets go on are carried by this loop: it runs.
  private volatile boolean carrying;
  // How many tasks go on elsewhere until they use the loop again.
  private volatile int elsewhere;

  // Loop thread.
  private boolean stopping;
  // How many posted handles may still be taken in this iteration.
  private int room = MAX_POSTED;
  private @Nullable Throwable endOfRun;
  private Runnable[] reserves = {};
  // When it is said again that there is no memory.
  private long nextComplaint = System.nanoTime();
  final CallbackThread callbacks;
  // How many tasks are inside blocking calls of the JDK, which have suspended them.
  int blockedTasks;
  // A callback has started a task that was then inside such a call: the next one may come while the
  // callback that starts it goes on.
  private boolean callbacksStartBlockingTasks;
  private long slowCallbackNanos = TimeUnit.MILLISECONDS.toNanos(100);

  Kernel(BaseEventLoop loop, Selector selector) {
    this.loop = loop;
    this.selector = selector;
    this.watches = new Watches(loop, selector, this);
    this.callbacks = new CallbackThread(loop);
  }

  /// Makes iterations until the loop is stopped.
  void run(CoroutineEngine engine) throws IOException {
    boolean interrupted = false;
    carrying = true;
    try {
      do {
        try {
          interrupted |= runOnce(engine);
        } catch (OutOfMemoryError e) {
          outOfMemory(e);
        }
      } while (!stopping);
    } finally {
      stopping = false;
      stopCarrying();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Makes one iteration.
  ///
  /// @return whether the thread was interrupted meanwhile
  private boolean runOnce(CoroutineEngine engine) throws IOException {
    timers.purge();
    poll(pollTimeout(), engine);
    if (watches.self.anyReady()) {
      watches.self.poll();
    }
    // An interrupt has no meaning for a loop, and would keep the JDK's selector from ever waiting.
    boolean interrupted = Thread.interrupted();
    if (!loop.unsettled.isEmpty()) {
      loop.unsettled.settleAll();
    }
    room = MAX_POSTED;
    takePosted();
    if (timers.size() > 0) {
      LoopObserver observer = loop.observer;
      timers.moveDueTo(ready, loop.time(), observer == null ? null : observer::chooseTimer);
    }
    runReady();
    loop.failures.reportCollected();
    return interrupted;
  }

  /// Has something called when there is no memory for an iteration.
  void onOutOfMemory(Runnable giveUp) {
    reserves = Arrays.copyOf(reserves, reserves.length + 1);
    reserves[reserves.length - 1] = giveUp;
  }

  // Each step of an iteration can be made again: nothing is taken out of one queue before it is in
  // the next, and descriptors that are ready are told again. For that there must be memory: those
  // who keep some give it up.
  private void outOfMemory(OutOfMemoryError e) {
    for (Runnable giveUp : reserves) {
      try {
        giveUp.run();
      } catch (Throwable t) {
        // The others may have more to give.
      }
    }
    try {
      long now = System.nanoTime();
      if (now - nextComplaint < 0) {
        return;
      }
      nextComplaint = now + COMPLAINT_NANOS;
      runAside(
          () ->
              BaseEventLoop.LOGGER.log(
                  System.Logger.Level.ERROR, "Out of memory in an iteration of the loop", e));
    } catch (Throwable t) {
      // Not even enough to say so.
    }
  }

  // As R-04: at once if there is work, else until the first timer, else for ever.
  private long pollTimeout() {
    if (!ready.isEmpty() || stopping || watches.self.anyReady()) {
      return 0;
    }
    long longest = loop.unsettled.isEmpty() ? MAX_POLL_NANOS : NEXT_TRY_NANOS;
    if (timers.size() == 0) {
      return longest == MAX_POLL_NANOS ? -1 : longest;
    }
    long now = loop.time();
    long first = timers.firstInstant();
    // The difference of two instants may overflow only when the first is at the end of time.
    return first <= now ? 0 : Math.min(Math.max(first - now, 1), longest);
  }

  private void poll(long timeoutNanos, CoroutineEngine engine) throws IOException {
    if (timeoutNanos == 0 || engine.looksBeforeItWaits(selector)) {
      // With nothing watched there is nothing a poll could find: what other threads post is seen
      // without it. That spares a system call an iteration while only tasks and callbacks run.
      if (watches.anyInterest()) {
        selector.select(0);
      }
      if (timeoutNanos == 0 || !ready.isEmpty()) {
        return;
      }
    }
    // The order matters: announce the sleep, then look. A thread that posts looks the other way
    // round, so one of the two always sees the other.
    sleeping = true;
    if (posted.isEmpty()) {
      engine.select(selector, timeoutNanos);
    }
    sleeping = false;
  }

  // Exactly the handles that are ready now: what they queue waits for the next iteration.
  private void runReady() {
    if (loop.isWatched()) {
      runReadyWatched();
      return;
    }
    for (int n = ready.size(); n > 0; n--) {
      if (runsCallbacksAside() && !ready.peek().carriesThread()) {
        n -= runCallbacksAside(n) - 1;
      } else {
        ready.take().run(loop);
        if (callbackMayWait) {
          callbackMayWait = false;
        }
      }
      if (endOfRun != null) {
        throwEndOfRun();
      }
    }
  }

  /// Runs callbacks, while a task is inside a blocking call of the JDK, until a task's turn comes
  /// or one ends the run.
  ///
  /// @param most how many
  /// @return how many
  private int runCallbacksAside(int most) {
    // Allocated for a batch, and only while a task blocks in the JDK.
    var left = new int[] {most};
    callbacks.run(
        () -> {
          do {
            ready.take().run(loop);
            left[0]--;
          } while (left[0] > 0 && endOfRun == null && !ready.peek().carriesThread());
        },
        this);
    return most - left[0];
  }

  /// Runs something that may wait for a lock: what a program gave us, or a logger. Not from inside
  /// a callback.
  void runAside(Runnable callback) {
    if (runsCallbacksAside()) {
      callbacks.run(callback, this);
    } else {
      callback.run();
    }
  }

  private boolean runsCallbacksAside() {
    return blockedTasks > 0 || callbacksStartBlockingTasks;
  }

  /// Notes that a callback, in the loop's own thread, makes the first step of a task.
  void beforeStartInCallback() {
    // Before the step: the JDK may let the task go on at any moment after it.
    callbackMayWait = true;
  }

  /// Notes that the step is made. When the task is inside a blocking call of the JDK, it may have a
  /// lock that the rest of the callback wants.
  void afterStartInCallback() {
    // Or one that it has started in turn; before this there was none, or the callback would not run
    // in this thread.
    if (blockedTasks > 0) {
      callbacksStartBlockingTasks = true;
    } else {
      callbackMayWait = false;
    }
  }

  /// Tells whether the loop's own thread is in a callback that may wait for a task which this
  /// thread would have to carry. Any thread.
  boolean isCallbackThatMayWait() {
    return callbackMayWait;
  }

  /// Carries on tasks that the JDK lets go on, and the callback thread, before their turn; what
  /// else there is waits in the ready queue. The loop's own thread.
  void carryWhile(BooleanSupplier waiting) {
    // Nothing is taken out of the queue meanwhile.
    int next = 0;
    while (waiting.getAsBoolean()) {
      if (next == ready.size()) {
        waitForPosted();
      } else if (ready.get(next++) instanceof ContinueHandle handle) {
        handle.run(loop);
      }
    }
  }

  private void waitForPosted() {
    boolean interrupted = false;
    carrier = Thread.currentThread();
    // The order matters, as in poll().
    while (posted.isEmpty()) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    carrier = null;
    if (interrupted) {
      // For the end of the iteration.
      Thread.currentThread().interrupt();
    }
    posted.drainTo(ready, Integer.MAX_VALUE);
  }

  private void runReadyWatched() {
    LoopObserver observer = loop.observer;
    if (observer != null) {
      observer.iterationStarted(loop.time());
    }
    for (int n = ready.size(); n > 0; n--) {
      Handle handle = ready.take();
      Task<?> task = handle instanceof Strand strand ? strand.task : null;
      if (observer != null) {
        observer.handleStarted(handle, task);
      }
      long start = System.nanoTime();
      if (handle.carriesThread()) {
        handle.run(loop);
      } else {
        runAside(() -> handle.run(loop));
        callbackMayWait = false;
      }
      long took = System.nanoTime() - start;
      if (observer != null) {
        observer.handleDone(handle, task);
      }
      if (took >= slowCallbackNanos && loop.getDebug()) {
        runAside(() -> logSlow(task != null ? task : handle, took));
      }
      if (endOfRun != null) {
        throwEndOfRun();
      }
    }
  }

  private static void logSlow(Object what, long nanos) {
    BaseEventLoop.LOGGER.log(
        WARNING, String.format(Locale.ROOT, "Executing %s took %.3f seconds", what, nanos / 1e9));
  }

  private void throwEndOfRun() {
    Throwable t = endOfRun;
    endOfRun = null;
    throw (Error) Objects.requireNonNull(t);
  }

  /// Ends the run after the current iteration.
  void stop() {
    stopping = true;
  }

  /// Ends the run with an error, as soon as the current handle returns.
  void endRun(Throwable t) {
    endOfRun = t;
  }

  /// Queues a handle and wakes the loop. Any thread.
  ///
  /// @return false when the loop is closed and the handle was not queued
  boolean post(PostedHandle handle) {
    if (!posted.add(handle)) {
      return false;
    }
    // The volatile read spares all but the first of a batch the compare-and-set and the wake-up.
    if (sleeping && SLEEPING.compareAndSet(this, true, false)) {
      selector.wakeup();
    }
    Thread waiting = carrier;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
    return true;
  }

  /// Queues a handle for the next iteration, behind what other threads have posted before.
  /// Whoever holds the loop.
  void queue(Handle handle) {
    if (room > 0 && !posted.isEmpty()) {
      takePosted();
    }
    ready.add(handle);
  }

  /// Makes sure that so many handles can be queued by [#queueReserved(Handle)], behind what other
  /// threads have posted before. Whoever holds the loop.
  ///
  /// @throws OutOfMemoryError when they cannot; then nothing has changed
  void reserve(int count) {
    if (room > 0 && !posted.isEmpty()) {
      takePosted();
    }
    ready.reserve(count);
  }

  /// Queues a handle for which there is room. Whoever holds the loop.
  void queueReserved(Handle handle) {
    ready.add(handle);
  }

  private void takePosted() {
    room -= posted.drainTo(ready, room);
  }

  // From now on tasks that the JDK lets go on go on elsewhere: others may stand behind them in the
  // queue of a lock, and nobody knows when the loop runs again.
  private void stopCarrying() {
    carrying = false;
    room = MAX_POSTED;
    posted.drainTo(ready, Integer.MAX_VALUE);
    for (int i = 0; i < ready.size(); i++) {
      if (ready.get(i) instanceof ContinueHandle handle) {
        handle.goOnElsewhere();
      }
    }
  }

  /// Tells whether the loop carries tasks that the JDK lets go on. Any thread.
  boolean isCarrying() {
    return carrying;
  }

  /// Returns how many tasks go on elsewhere until they use the loop again. Any thread.
  int elsewhere() {
    return elsewhere;
  }

  /// Counts a task that goes on elsewhere, or one that comes back. Any thread.
  void countElsewhere(int change) {
    ELSEWHERE.getAndAdd(this, change);
  }

  /// Drops what is queued, save for tasks that can go on after a blocking call of the JDK: those
  /// run. The loop is closed.
  void runContinuations() {
    int continued = 0;
    for (posted.drainTo(ready, Integer.MAX_VALUE);
        !ready.isEmpty();
        posted.drainTo(ready, Integer.MAX_VALUE)) {
      switch (ready.take()) {
        case ContinueHandle handle -> {
          if (++continued == MAX_CONTINUED) {
            // One that blocks and goes on again and again must not keep the loop from its end.
            posted.close();
          }
          handle.runAfterClose();
        }
        case PostedHandle handle -> handle.dropped();
        case Handle _ -> {}
      }
    }
    callbacks.end();
  }

  /// Refuses what is posted from now on and drops what was.
  void refusePosted() {
    posted.close();
  }

  /// Drops what is queued and releases every descriptor. The loop is closed.
  void close(Closing closing) {
    while (!ready.isEmpty()) {
      ready.take();
    }
    timers.clear();
    watches.closeAll(closing);
  }

  long slowCallbackNanos() {
    return slowCallbackNanos;
  }

  void setSlowCallbackNanos(long nanos) {
    slowCallbackNanos = nanos;
  }
}
