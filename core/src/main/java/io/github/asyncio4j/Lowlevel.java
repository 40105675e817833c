// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.selector.Pollable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What layers above a loop are built on: the library's own transports and streams use nothing
/// else, and whoever writes another protocol layer may use the same (as trio's `lowlevel`).
///
/// Programs need none of it. Threads as for [EventLoop].
public final class Lowlevel {
  private final BaseEventLoop loop;

  Lowlevel(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// Returns the door to a loop, always the same. Any thread.
  public static Lowlevel of(EventLoop loop) {
    return BaseEventLoop.require(loop).lowlevel;
  }

  /// Returns the loop. Any thread.
  public EventLoop loop() {
    return loop;
  }

  /// Suspends the calling task for exactly one iteration, as `Asyncio.sleep(Duration.ZERO)` does:
  /// others get their turn, and a cancellation is noticed.
  ///
  /// @throws CancelledError when the task is cancelled
  /// @throws IllegalStateException outside a task of this loop
  public void checkpoint() {
    Task.current(loop, "checkpoint()").yieldOnce();
  }

  /// Refuses a call that would suspend outside a task of this loop, before it has done anything.
  ///
  /// @param call the public method, for the exception's text
  /// @throws IllegalStateException outside a task of this loop
  /// @throws CancelledError when the loop is closed
  public void ensureInTask(String call) {
    loop.stack.ensure();
    Task<?> task = loop.currentTask;
    if (task == null || task.abandoned || !task.isThread(Thread.currentThread())) {
      String name = call + "()";
      Task.current(loop, name).ensureMaySuspend(name);
    }
  }

  /// Returns what a suspending call throws that was made outside a task: the text says what to do
  /// instead. Any thread.
  ///
  /// @param call the public method, for the exception's text
  /// @param argument what it was called with or on, for the exception's text
  public static IllegalStateException outsideTask(String call, @Nullable Object argument) {
    return OutsideTask.refusal(call, argument);
  }

  /// Returns what a call on this loop throws once the loop is closed. Any thread.
  public IllegalStateException closed() {
    return new IllegalStateException(Refusals.closed(loop));
  }

  /// Queues a callback, as [EventLoop#callSoonThreadsafe(Runnable)] does, and tells if it will
  /// never run. Any thread.
  ///
  /// @param ifClosed called in place of the callback when the loop is closed before its turn, by
  ///   `close()`. What it throws is logged
  /// @return false when the loop is closed already; nothing is called then
  public boolean post(Runnable callback, Runnable ifClosed) {
    return loop.tryPost(new ToldHandle(callback, ifClosed));
  }

  /// Returns a future of the JDK that is to be completed by what runs on the loop: to wait for it
  /// where that would stop the loop is refused. Any thread.
  public <T extends @Nullable Object> CompletableFuture<T> newCompletableFuture() {
    return CompletionStages.following(loop);
  }

  /// Tells whether the calling thread is the one that runs the loop now: its own, or a task's that
  /// runs in its stead. Any thread.
  public boolean holdsLoop() {
    return loop.holdsLoop();
  }

  /// Tells whether an exception that has left a piece of the calling task stands for a cancellation
  /// of that task: a [CancelledError], or what a blocking call of the JDK made of the interrupt.
  ///
  /// @throws IllegalStateException outside a task
  public static boolean isCancellation(Throwable thrown) {
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw OutsideTask.refusal("isCancellation()", thrown);
    }
    return task.isCancelledBy(thrown);
  }

  /// Logs a warning where the loop logs its own. Never throws. Any thread.
  public void warn(String text) {
    BaseEventLoop.LOGGER.log(WARNING, text);
  }

  /// Warns of what its owner has left open when the loop was closed. Never throws.
  ///
  /// @param left what it is; its text names it
  /// @param source where it was made, as [#sourceTraceback()] has told
  public void warnUnclosed(Object left, List<StackTraceElement> source) {
    warn(
        "unclosed when its loop was closed: "
            + Descriptions.textOf(left)
            + HandleTrace.linesOf(source));
  }

  /// Returns, in debug mode, which calls of the program have led here, innermost first: where
  /// something is made that may be left open. None in other modes, and in what the library does by
  /// itself. Loop thread only.
  public List<StackTraceElement> sourceTraceback() {
    return loop.getDebug() ? ProgramFrames.callers() : List.of();
  }

  /// Returns what adds the frames of its caller to the stack trace of an exception that is thrown
  /// again and again, as a future does whenever it throws its own: behind the frames that the
  /// exception has now, in place of those that were added last. Where there is no memory for it, it
  /// does nothing. Loop thread only.
  public Runnable frameJoiner(Throwable exception) {
    Objects.requireNonNull(exception, "exception");
    try {
      var trace = new AwaitTrace(exception);
      return () -> trace.join(loop.stack);
    } catch (OutOfMemoryError e) {
      return Handle::doNothing;
    }
  }

  /// Returns the task in whose stead another one runs, as the body of an async generator runs in
  /// that of its consumer, or of its consumer's consumer; any other task itself. Loop thread only.
  public static Task<?> driverOf(Task<?> task) {
    return task.driver();
  }

  /// Takes what runs tasks and callbacks out of the stack trace of an exception that a layer was
  /// told of and is about to hand to the program, and out of those of its causes. Never throws. Any
  /// thread.
  public static void stripFrames(Throwable exception) {
    ProgramFrames.strip(exception);
  }

  /// Returns a pending future that stands for several others, as that of `gather` does: to cancel
  /// it is to ask those to end. Who has made it gives it its outcome, when that is due.
  public <T extends @Nullable Object> Future<T> newGatheringFuture(Gathered gathered) {
    return new GatheringFuture<>(loop, Objects.requireNonNull(gathered, "gathered"));
  }

  /// What a future of [#newGatheringFuture] stands for. Loop thread only.
  public interface Gathered {
    /// Returns the futures that a request to cancel is passed on to, those that are done included.
    Iterator<? extends Future<?>> children();

    /// Called when a request to cancel has reached one of them at least. When all are done, the
    /// future is to fail with a [CancelledError].
    void cancelRequested();
  }

  /// Opens a watch over a descriptor, watching for nothing yet. It is the caller's, who closes it
  /// before the descriptor.
  ///
  /// The callbacks run in a copy of the context that is current now, or see [IoWatch#runIn].
  ///
  /// @param pollable what to watch
  /// @param owner who holds it: told when the loop is closed, and named in the error of `addReader`
  ///   on the same descriptor
  /// @param onReadable called in each iteration in which it is readable or broken, while that is
  ///   watched
  /// @param onWritable called in each iteration in which it is writable or broken, while that is
  ///   watched
  /// @throws IllegalStateException when another owner watches it, or the loop is closed
  /// @throws IOException when the selector cannot watch it
  public IoWatch watch(
      Pollable pollable, IoWatch.Owner owner, Runnable onReadable, Runnable onWritable)
      throws IOException {
    Objects.requireNonNull(owner, "owner");
    return loop.watch(pollable, owner, onReadable, onWritable);
  }

  /// Refuses a descriptor that somebody has by [#watch].
  ///
  /// @throws IllegalStateException when that is so; the text names the owner
  /// @throws IllegalArgumentException when the descriptor is closed
  public void ensureNotOwned(Pollable pollable) {
    loop.kernel.watches.ensureNotOwned(pollable);
  }

  /// Tells whether `addReader` or `addWriter` watches a descriptor.
  ///
  /// @throws IllegalArgumentException when the descriptor is closed
  public boolean isWatched(Pollable pollable) {
    return loop.kernel.watches.isOfUser(pollable);
  }

  /// Queues the callback that `addSignalHandler` has set for a signal, as if the process had got
  /// that.
  ///
  /// @param signal its name, `SIGTERM` or `TERM`
  /// @return false when there is no callback
  /// @throws IllegalArgumentException when the platform has no signal of this name
  public boolean signalArrived(String signal) {
    return loop.signals.arrived(signal);
  }

  /// Tells whether Ctrl-C has cancelled the main task of the [Runner] that runs this loop, or ran
  /// it last: another one ends the process. What waits for others then may say so.
  public boolean isInterrupted() {
    return loop.signals.interrupted;
  }

  /// Returns a handle that can be queued again and again; to queue it allocates nothing.
  ///
  /// @param context what the callback runs in, that object and not a copy
  public ReusableHandle newHandle(Runnable callback, Context context) {
    return new ReusableHandle(
        loop, Objects.requireNonNull(callback, "callback"), Objects.requireNonNull(context));
  }

  /// Returns a callback that any thread can have called again and again, for what must not be lost
  /// when there is no memory. One that throws an [OutOfMemoryError] is called once more, so it must
  /// be one that can be.
  ///
  /// @param context what the callback runs in, that object and not a copy
  public ReusablePost newPost(Runnable callback, Context context) {
    return new ReusablePost(
        loop, Objects.requireNonNull(callback, "callback"), Objects.requireNonNull(context));
  }

  /// A callback, of whatever kind, that must not be lost where there is no memory, as somebody
  /// waits for what it does. One that throws an [OutOfMemoryError] is not reported but called once
  /// more, in the next iteration; so what it does before it throws must be such as can be done
  /// again.
  public interface Repeatable {}

  /// Gives the outcome of a future of this loop to one of the JDK, and a cancellation of that to
  /// the other. Neither is lost where there is no memory. Loop thread only.
  ///
  /// @param result of [#newCompletableFuture()]
  public <T extends @Nullable Object> void tie(Future<T> future, CompletableFuture<T> result) {
    CompletionStages.tie(future, result);
  }

  /// Sets who is told what the loop does, or nobody for null. Not while the loop is running.
  public void observe(@Nullable LoopObserver observer) {
    loop.observe(observer);
  }

  /// Has something called when an iteration of the loop has found no memory: it gives up what it
  /// keeps in reserve for such a case, and must not allocate. What it throws is ignored.
  public void onOutOfMemory(Runnable giveUp) {
    loop.kernel.reserves.add(Objects.requireNonNull(giveUp, "giveUp"));
  }

  /// Tells whether a callback waits for its turn: one that is queued or posted, or a timer that is
  /// due, or the end of the run. While nothing does, a callback that goes on cannot be told from
  /// one that is called again in the next iteration. Loop thread only.
  public boolean anyReady() {
    return loop.kernel.anyReady();
  }

  /// Tells whether another thread will post something, as far as the loop knows: a call runs in an
  /// executor, or the JDK has suspended a task.
  public boolean awaitsThreads() {
    return loop.awaitedThreads > 0;
  }

  /// A posted callback that is told if it will never run.
  private static final class ToldHandle extends PostedHandle {
    private final Runnable ifClosed;

    ToldHandle(Runnable callback, Runnable ifClosed) {
      super(Objects.requireNonNull(callback, "callback"), CurrentContext.snapshot());
      this.ifClosed = Objects.requireNonNull(ifClosed, "ifClosed");
    }

    @Override
    void dropped() {
      try {
        ifClosed.run();
      } catch (RuntimeException | Error e) {
        BaseEventLoop.LOGGER.log(
            System.Logger.Level.ERROR, "Exception in what is called for a closed loop", e);
      }
    }
  }
}
