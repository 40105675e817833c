// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.LoopConnections;
import io.github.asyncio4j.LoopFiles;
import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.LoopPipes;
import io.github.asyncio4j.LoopSockets;
import io.github.asyncio4j.LoopSubprocesses;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.socket.MemoryNetwork;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// A loop on a virtual clock, for tests: it never sleeps, it notices a deadlock, and one number
/// decides everything that a real loop leaves to chance.
///
/// ```java
/// try (var loop = new TestLoop()) {
///   loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofHours(1))); // takes no time
///   assertThat(loop.time()).isEqualTo(Duration.ofHours(1).toNanos());
/// }
/// ```
///
/// **Time.** The clock starts at 0 and stands still while anything is ready. When nothing is, it
/// jumps to the next timer: a test of a time-out of an hour takes no time. What other threads do
/// takes no virtual time either: while a call runs in an executor the loop waits for it, really,
/// and the clock stands still. [#outsideWork()] makes it wait for other threads as well.
///
/// **Deadlock.** When nothing is ready, no timer is set and no other thread is awaited, the run
/// ends with a [DeadlockError] that lists the pending tasks and where each is suspended.
///
/// **Seed.** With seed 0 nothing is left to chance: timers of one instant run in the order of
/// scheduling, connections deliver at once and in whole pieces. Any other seed picks one of the
/// many orders, latencies and segmentations that a program must be able to live with, always the
/// same for the same seed. `callSoon` stays first in, first out whatever the seed.
///
/// **Network.** `createServer` and `createConnection` work in memory, see [LinkConditions], and so
/// do datagrams and unix sockets, whose paths are no files of the system. A server is reached under
/// the names and addresses that it was given, and `getaddrinfo` knows those, `localhost`, literals,
/// and what a test adds ([#hosts()]). Transports, servers and errors are those of every loop: only
/// the sockets are not the system's. Descriptors cannot be watched; `Pipe.open(SocketTier.MEMORY)`
/// is a pipe for this loop. [#links()] lie between hosts: they have latencies, lose datagrams, and
/// break.
///
/// **Left open.** [#leftOpen()] names the servers, connections and endpoints that are open, or were
/// when the loop was closed; then they are in the log, in debug mode as a warning. Tasks that are
/// pending when the loop is closed go to the exception handler, as on every loop.
///
/// **Signals.** [#raiseSignal(String)] sends one to this loop alone.
///
/// Threads as for [io.github.asyncio4j.EventLoop].
public final class TestLoop extends BaseEventLoop {
  /// How long a call in another thread may keep the loop waiting, in real time.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long NO_HORIZON = Long.MAX_VALUE;

  private final long seed;
  private final VirtualSelector selector;
  private final LoopEvents events;
  private final RandomGenerator random;
  private final MemoryLink link;
  private final AtomicInteger outsideWork = new AtomicInteger();

  // Written by the loop thread, read by any.
  private volatile long now;
  // What was there when the loop was closed.
  private List<String> leftAtEnd = List.of();
  // How far the clock may jump; then the run ends. Loop thread.
  private long horizon = NO_HORIZON;

  /// Makes a loop with the seed that the system property [Seeds#PROPERTY] gives, else 0.
  public TestLoop() {
    this(Seeds.propertyOr(0));
  }

  /// Makes a loop.
  ///
  /// @param seed decides what is left to chance; 0 for nothing
  public TestLoop(long seed) {
    this(seed, seed == 0 ? LinkConditions.PLAIN : LinkConditions.VARIED);
  }

  /// Makes a loop with a network of its own kind.
  ///
  /// @param seed decides what is left to chance; 0 for nothing but what the conditions allow
  /// @param conditions how connections of this loop behave
  public TestLoop(long seed, LinkConditions conditions) {
    this(seed, conditions, new VirtualSelector());
  }

  private TestLoop(long seed, LinkConditions conditions, VirtualSelector selector) {
    super(selector);
    this.seed = seed;
    this.selector = selector;
    this.events = new LoopEvents(seed);
    // A generator for each purpose: a test that draws a number more has the same network.
    this.random = Seeds.generator(seed, "test");
    this.link = new MemoryLink(this, conditions, Seeds.generator(seed, "links"), new MemoryHosts());
    // Its time is not that of the program.
    setFrozenLoopDuration(Duration.ZERO);
    selector.whenIdle(this::idle);
    Lowlevel.of(this).observe(events);
  }

  /// Returns the number that decides what is left to chance.
  public long seed() {
    return seed;
  }

  /// Returns a generator for the test's own choices; it depends on the seed and on nothing else.
  public RandomGenerator random() {
    return random;
  }

  /// Adds somebody who is told what the loop does, such as an [EventRecorder].
  public void addObserver(LoopObserver observer) {
    events.add(Objects.requireNonNull(observer, "observer"));
  }

  /// Returns the tasks that are neither done nor abandoned, oldest first, as a copy. Bodies of
  /// asynchronous generators count.
  public Set<Task<?>> pendingTasks() {
    return events.pendingTasks();
  }

  // Time.

  /// Returns the virtual clock: nanoseconds since the loop was made. Any thread.
  @Override
  public long time() {
    return now;
  }

  /// Runs what is ready now, and what that makes ready, until only timers of later are left or
  /// nothing. The clock stands still. For tests that are written with callbacks.
  ///
  /// @throws IllegalStateException as [#runForever()]
  /// @throws DeadlockError when a call in another thread takes too long
  public void runUntilIdle() {
    runTo(now);
  }

  /// Runs as long as the virtual clock has not moved on by a duration: every timer that is due by
  /// then fires at its instant.
  ///
  /// @throws IllegalArgumentException when the duration is negative
  /// @throws IllegalStateException as [#runForever()]
  /// @throws DeadlockError when a call in another thread takes too long
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("duration < 0: " + duration);
    }
    long left = NO_HORIZON - 1 - now;
    runTo(duration.compareTo(Duration.ofNanos(left)) < 0 ? now + duration.toNanos() : now + left);
  }

  private void runTo(long end) {
    horizon = end;
    try {
      runForever();
    } finally {
      horizon = NO_HORIZON;
    }
  }

  /// Announces that a thread which the loop does not know of will post something: until the
  /// returned work is closed the loop waits for it instead of moving its clock. Any thread.
  ///
  /// Calls of `runInExecutor` and `toThread` are announced already.
  public OutsideWork outsideWork() {
    return new OutsideWork(this);
  }

  void outsideWork(int change) {
    outsideWork.addAndGet(change);
    selector.wakeup();
  }

  // Nothing is ready. Loop thread.
  void idle(long timeoutNanos) {
    long before = now;
    if (Lowlevel.of(this).awaitsThreads() || outsideWork.get() > 0) {
      if (!selector.awaitWakeup(PATIENCE.toNanos())) {
        throw new DeadlockError(
            describe("another thread has posted nothing for " + PATIENCE.toSeconds() + " s"));
      }
    } else if (selector.takeWakeup()) {
      // The last thread has posted, and closed its work, after the selector looked and before the
      // count was read. The order matters: only a look after the count can tell.
      return;
    } else if (timeoutNanos >= 0 && timeoutNanos <= horizon - before) {
      now = before + timeoutNanos;
    } else if (horizon != NO_HORIZON) {
      now = horizon;
      stop();
    } else {
      throw new DeadlockError(
          describe(
              "deadlock: nothing is ready, no timer is set, no other thread is awaited"
                  + " (one that the loop cannot know of is announced by outsideWork())"));
    }
  }

  private String describe(String what) {
    var text = new StringBuilder(what).append("\n  ").append(this);
    TaskStacks.append(text, pendingTasks());
    return text.toString();
  }

  // Signals.

  /// Has the loop told of a signal, as if the process had got it: the callback of
  /// `addSignalHandler` is queued. Signals of the process itself do not come to this loop.
  ///
  /// ```java
  /// loop.callLater(Duration.ofHours(1), () -> loop.raiseSignal("SIGTERM"));
  /// ```
  ///
  /// @param signal its name, `SIGTERM` or `TERM`
  /// @throws IllegalArgumentException when the platform has no signal of this name
  /// @throws IllegalStateException when the loop has no callback for it
  public void raiseSignal(String signal) {
    if (!Lowlevel.of(this).signalArrived(signal)) {
      throw new IllegalStateException("the loop handles no " + signal + ": " + this);
    }
  }

  @Override
  protected boolean hasSignalsOfProcess() {
    return false;
  }

  // The network.

  /// Returns the network in memory of which `createServer` and `createConnection` take their
  /// sockets. What it opens can be given to them, watched, and used by itself.
  public MemoryNetwork network() {
    return link.sockets();
  }

  /// Returns the names that the loop knows, to which a test adds its own. They are asked as long as
  /// `setResolver` sets no other.
  public MemoryHosts hosts() {
    return link.hosts();
  }

  /// Returns the links between the hosts of the network: a test changes their conditions, breaks
  /// and repairs them.
  public MemoryLinks links() {
    return link.links();
  }

  // What is left.

  /// Returns what of the network is open, a line for each: listening sockets, connections (one line
  /// for each end that is open) and datagram sockets, by their addresses and the names of their
  /// hosts. Empty for a test that has put everything away.
  ///
  /// Once the loop is closed it is what was there then. What is being closed is there until it is:
  /// a moment later, in virtual time, see [#advance]. Pairs are not of the network.
  public List<String> leftOpen() {
    return isClosed() ? leftAtEnd : openNow();
  }

  private List<String> openNow() {
    return network().describeOpenSockets().stream().map(hosts()::named).toList();
  }

  /// Fails when something is left: a task that is pending, or something of the network that is
  /// open.
  ///
  /// @throws AssertionError that names each of them
  public void ensureNothingLeft() {
    var left = new ArrayList<String>();
    pendingTasks().forEach(task -> left.add("task " + task.getName() + " is pending"));
    left.addAll(leftOpen());
    if (!left.isEmpty()) {
      throw new AssertionError("left open on " + this + ":\n  " + String.join("\n  ", left));
    }
  }

  @Override
  protected LoopConnections connections() {
    return link.network();
  }

  @Override
  protected LoopFiles files() {
    return link.network().files();
  }

  @Override
  protected LoopSockets sockets() {
    return link.network().sockets();
  }

  @Override
  protected void onClosing() {
    leftAtEnd = openNow();
    if (!leftAtEnd.isEmpty()) {
      LibraryLogger.get()
          .log(
              getDebug() ? Level.WARNING : Level.DEBUG,
              () -> "left open on " + this + ": " + String.join(", ", leftAtEnd));
    }
  }

  @Override
  protected LoopPipes pipes() {
    return link.network().pipes();
  }

  @Override
  protected LoopSubprocesses subprocesses() {
    return new NoSubprocesses();
  }

  @Override
  protected void onClose() {
    link.network().close();
  }

  MemoryLink link() {
    return link;
  }

  @Override
  public String toString() {
    return "<TestLoop seed=" + seed + " time=" + Duration.ofNanos(now) + ">";
  }
}
