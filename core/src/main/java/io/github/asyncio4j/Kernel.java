// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.internal.jdk.MemoryPause;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The iteration of a loop: what is ready, what is due, what was posted, and the poll between.
///
/// Loop thread only, save for [#post(PostedHandle)]. "The loop thread" is here, as everywhere in
/// this package, whoever holds the loop: its own thread, or a task's thread that runs in its stead.
final class Kernel implements FreezeWatch.Watched {
  // The poll is never longer than a day, whatever the first timer says.
  private static final long MAX_POLL_NANOS = TimeUnit.HOURS.toNanos(24);
  // When the loop looks again whether there is memory.
  private static final long NEXT_TRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  // How many handles of other threads an iteration takes: threads that post faster than the loop
  // runs must not keep it from its timers and descriptors, in iterations that grow and grow.
  private static final int MAX_POSTED = 1 << 16;
  private static final VarHandle SLEEPING;

  static {
    try {
      SLEEPING = MethodHandles.lookup().findVarHandle(Kernel.class, "sleeping", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final BaseEventLoop loop;
  private final Selector selector;
  private final BlockingSelect elsewhere = new BlockingSelect();
  final ReadyQueue ready = new ReadyQueue();
  final TimerQueue timers = new TimerQueue();
  final Watches watches;
  private final PostedQueue posted = new PostedQueue();

  final TaskCarrier carrier;
  final CallbackRunner callbacks;
  final MemoryReserves reserves;
  final FreezeWatch freezes;

  // True while the loop may be blocked in the selector. Who posts and turns it false wakes it up.
  private volatile boolean sleeping;

  // Loop thread.
  private boolean stopping;
  // How many posted handles may still be taken in this iteration.
  private int room = MAX_POSTED;
  private @Nullable Throwable endOfRun;
  // In debug mode or with an observer, what it runs; the watchdog reads.
  private @Nullable Handle running;

  Kernel(BaseEventLoop loop, Selector selector) {
    this.loop = loop;
    this.selector = selector;
    this.watches = new Watches(loop, selector, this);
    this.carrier = new TaskCarrier(loop, ready, posted);
    this.callbacks = new CallbackRunner(loop, carrier);
    this.reserves = new MemoryReserves(callbacks);
    this.freezes = new FreezeWatch(this, loop.durations);
  }

  /// Makes iterations until the loop is stopped.
  void run(CoroutineEngine engine) throws IOException {
    boolean interrupted = false;
    carrier.start();
    freezes.started();
    try {
      do {
        try {
          interrupted |= runOnce(engine);
        } catch (OutOfMemoryError e) {
          reserves.giveUp(e);
        }
      } while (!stopping);
    } finally {
      stopping = false;
      room = MAX_POSTED;
      carrier.stop();
      freezes.stopped();
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
    // An interrupt has no meaning for a loop, and would keep the JDK's selector from ever waiting.
    boolean interrupted = Thread.interrupted();
    loop.unsettled.settleAll();
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

  /// As [Lowlevel#anyReady()].
  boolean anyReady() {
    return !ready.isEmpty()
        || stopping
        || !posted.isEmpty()
        || (timers.size() > 0 && timers.firstInstant() <= loop.time());
  }

  private void poll(long timeoutNanos, CoroutineEngine engine) throws IOException {
    pollSelector(timeoutNanos, engine);
    if (watches.self.anyReady()) {
      watches.self.poll();
    }
  }

  private void pollSelector(long timeoutNanos, CoroutineEngine engine) throws IOException {
    if (timeoutNanos == 0 || engine.looksBeforeItWaits(selector)) {
      // With nothing watched there is nothing a poll could find: what other threads post is seen
      // without it. That spares a system call an iteration while only tasks and callbacks run.
      if (selector.anyInterest()) {
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
      engine.select(selector, timeoutNanos, elsewhere);
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
      if (callbacks.areAside() && !ready.peek().carriesThread()) {
        n -= runCallbacksAside(n) - 1;
      } else {
        ready.take().run(loop);
        callbacks.over();
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
    callbacks.runAside(
        () -> {
          do {
            ready.take().run(loop);
            left[0]--;
          } while (left[0] > 0 && endOfRun == null && !ready.peek().carriesThread());
        });
    return most - left[0];
  }

  private void runReadyWatched() {
    LoopObserver observer = loop.observer;
    if (observer != null) {
      observer.iterationStarted(loop.time());
    }
    for (int n = ready.size(); n > 0; n--) {
      Handle handle = ready.take();
      Task<?> task = handle instanceof TaskThread taskThread ? taskThread.task : null;
      Runnable step;
      try {
        if (observer != null) {
          observer.handleStarted(handle, task);
        }
        step = watchedStep(handle);
      } catch (OutOfMemoryError e) {
        ready.putBack(handle);
        throw e;
      }
      long start = System.nanoTime();
      running = handle;
      step.run();
      running = null;
      long took = System.nanoTime() - start;
      if (observer != null) {
        observer.handleDone(handle, task);
      }
      if (took >= loop.durations.callbackNanos() && loop.getDebug()) {
        callbacks.run(() -> logSlow(task != null ? task : handle, took));
      }
      if (endOfRun != null) {
        throwEndOfRun();
      }
    }
  }

  // Made before the step: where there is no memory for it, the handle is still to be put back.
  private Runnable watchedStep(Handle handle) {
    Runnable run = () -> handle.run(loop);
    return handle.carriesThread()
        ? run
        : () -> {
          callbacks.run(run);
          callbacks.over();
        };
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
      wakeSelector();
    }
    carrier.wakeUp();
    return true;
  }

  /// Wakes the loop, which has to learn of what is queued by now, so however long it takes to have
  /// the memory for it: the call needs none, but the JVM may for the call.
  private void wakeSelector() {
    while (true) {
      try {
        selector.wakeup();
        return;
      } catch (OutOfMemoryError e) {
        MemoryPause.take();
      }
    }
  }

  /// Queues a handle for the next iteration, behind what other threads have posted before.
  /// Whoever holds the loop.
  ///
  /// @throws OutOfMemoryError when it cannot be queued; never for a task's step
  void queue(Handle handle) {
    try {
      if (room > 0 && !posted.isEmpty()) {
        takePosted();
      }
    } catch (OutOfMemoryError e) {
      if (!(handle instanceof TaskThread)) {
        throw e;
      }
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

  /// Has what other threads have posted before queued, if there is memory for it, before a task's
  /// step is queued by [#queueReserved(Handle)]. Whoever holds the loop.
  void reserveStep() {
    try {
      reserve(1);
    } catch (OutOfMemoryError e) {
      // That waits, and the step is queued all the same.
    }
  }

  /// Queues a task's step, or a handle for which there is room. Whoever holds the loop.
  void queueReserved(Handle handle) {
    ready.add(handle);
  }

  /// Queues the handle that runs once more: it has found no memory, and there is room for it.
  void putBack(Handle handle) {
    ready.putBack(handle);
  }

  private void takePosted() {
    room -= posted.drainTo(ready, room);
  }

  /// Refuses what is posted from now on and drops what was.
  void refusePosted() {
    posted.close();
  }

  /// Drops what is queued and releases every descriptor. The loop is closed.
  void close(FailureCollector closing) {
    while (!ready.isEmpty()) {
      ready.take();
    }
    timers.clear();
    elsewhere.close();
    watches.closeAll(closing);
  }

  @Override
  public boolean getDebug() {
    return loop.getDebug();
  }

  @Override
  public boolean isAsleep() {
    return sleeping;
  }

  @Override
  public int place() {
    return ready.place();
  }

  @Override
  public FreezeWatch.Running running() {
    Task<?> task = loop.currentTask;
    if (task != null) {
      return new FreezeWatch.Running(task, task.taskThread.thread, true);
    }
    Thread aside = callbacks.busyThread();
    return new FreezeWatch.Running(running, aside != null ? aside : loop.thread(), false);
  }

  @Override
  public boolean carriesTasks() {
    return loop.carriesTasks();
  }

  /// Returns the text of the loop.
  @Override
  public String toString() {
    return loop.toString();
  }
}
