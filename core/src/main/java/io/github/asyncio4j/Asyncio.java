// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.tasks.AsCompleted;
import io.github.asyncio4j.internal.tasks.Futures;
import io.github.asyncio4j.internal.tasks.Gather;
import io.github.asyncio4j.internal.tasks.RunCoroutineThreadsafe;
import io.github.asyncio4j.internal.tasks.Shield;
import io.github.asyncio4j.internal.tasks.Sleep;
import io.github.asyncio4j.internal.tasks.StaggeredRace;
import io.github.asyncio4j.internal.tasks.ToThread;
import io.github.asyncio4j.internal.tasks.Wait;
import io.github.asyncio4j.internal.tasks.WaitFor;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.stream.ClientConnected;
import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.stream.Streams;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The functions of Python's `asyncio` module, by their names: start reading here.
///
/// Unless a method says otherwise it is for code that runs in a loop. *Suspending* methods suspend
/// the task that calls them and nothing else. They throw [CancelledError] when the task is
/// cancelled and [IllegalStateException] outside a task.
public final class Asyncio {
  private Asyncio() {}

  // Running programs.

  /// Runs a coroutine in a new loop and returns its result (TC-11). Any thread without a running
  /// loop.
  ///
  /// Tasks that are left at the end are cancelled and waited for. An interrupt of this thread does
  /// not end the run; see [Runner#run(Coroutine)] for what does.
  ///
  /// @throws IllegalStateException when a loop runs in this thread
  /// @throws CancelledError when the coroutine was cancelled
  /// @throws KeyboardInterrupt when Ctrl-C has cancelled it, or a callback throws one
  /// @throws SystemExit when the coroutine or a callback throws it
  /// @throws Exception the exception of the coroutine, as it is
  public static <T extends @Nullable Object> T run(Coroutine<T> main) throws Exception {
    return run(main, RunnerOptions.DEFAULT);
  }

  /// Runs a coroutine in a new loop; as [#run(Coroutine)].
  public static void run(TaskBody main) throws Exception {
    run(main, RunnerOptions.DEFAULT);
  }

  /// Runs a coroutine in a new loop, made and set up by the options; as [#run(Coroutine)].
  public static <T extends @Nullable Object> T run(Coroutine<T> main, RunnerOptions options)
      throws Exception {
    Runner.ensureNoRunningLoop("Asyncio.run()");
    try (var runner = Runner.ofRun(options)) {
      return runner.run(main);
    }
  }

  /// Runs a coroutine in a new loop, made and set up by the options; as [#run(Coroutine)].
  public static void run(TaskBody main, RunnerOptions options) throws Exception {
    run(Objects.requireNonNull(main, "main").asCoroutine(), options);
  }

  // Loops.

  /// Returns the loop that runs in this thread or whose task this is (EL-01). Any thread.
  ///
  /// @throws IllegalStateException when there is none
  public static EventLoop getRunningLoop() {
    return EventLoop.getRunningLoop();
  }

  /// Returns the running loop, else the one that the policy has for this thread (EL-02). Any
  /// thread.
  ///
  /// @throws IllegalStateException when there is none
  public static EventLoop getEventLoop() {
    EventLoop loop = RunningLoop.get();
    return loop != null ? loop : Policies.get().getEventLoop();
  }

  /// Sets this thread's loop, or clears it with null (EL-03). Any thread.
  public static void setEventLoop(@Nullable EventLoop loop) {
    Policies.get().setEventLoop(loop);
  }

  /// Returns a new loop and sets it nowhere (EL-04). Any thread.
  public static EventLoop newEventLoop() {
    return Policies.get().newEventLoop();
  }

  /// Returns the policy of the process (EL-05). Any thread.
  public static EventLoopPolicy getEventLoopPolicy() {
    return Policies.get();
  }

  /// Sets the policy of the process, or restores the standard one with null (EL-05). Any thread.
  public static void setEventLoopPolicy(@Nullable EventLoopPolicy policy) {
    Policies.set(policy);
  }

  // Tasks.

  /// Starts a task on the running loop (TK-11).
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body) {
    return getRunningLoop().createTask(body);
  }

  /// Starts a task with a name on the running loop (TK-11).
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static <T extends @Nullable Object> Task<T> createTask(
      Coroutine<T> body, @Nullable String name) {
    return getRunningLoop().createTask(body, name);
  }

  /// Starts a task that returns nothing on the running loop (TK-11).
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static Task<@Nullable Void> createTask(TaskBody body) {
    return getRunningLoop().createTask(body);
  }

  /// Starts a task that returns nothing, with a name, on the running loop (TK-11).
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static Task<@Nullable Void> createTask(TaskBody body, @Nullable String name) {
    return getRunningLoop().createTask(body, name);
  }

  /// Starts a task with options on the running loop (TK-11).
  ///
  /// @throws IllegalStateException when no loop runs in this thread; what the options own is closed
  public static <T extends @Nullable Object> Task<T> createTask(
      Coroutine<T> body, TaskOptions options) {
    return options.runningLoop().createTask(body, options);
  }

  /// Starts a task with options that returns nothing on the running loop; as
  /// [#createTask(Coroutine, TaskOptions)].
  public static Task<@Nullable Void> createTask(TaskBody body, TaskOptions options) {
    return createTask(options.coroutine(body), options);
  }

  /// Returns a task factory that makes the first step of each task inside `createTask` (TK-10).
  ///
  /// A task that never suspends is done when `createTask` returns, and costs no iteration. Order
  /// differs from that of ordinary tasks. Where a loop is not running, or the creating task cannot
  /// be suspended, or eager tasks start one another hundreds deep, the step is queued as usual.
  public static TaskFactory eagerTaskFactory() {
    return EagerTaskFactory.STANDARD;
  }

  /// Returns a task factory as [#eagerTaskFactory()] whose tasks another one makes (TK-10).
  ///
  /// @param constructor gets options that ask for an eager start
  public static TaskFactory createEagerTaskFactory(TaskFactory constructor) {
    return new EagerTaskFactory(Objects.requireNonNull(constructor, "constructor"));
  }

  /// Returns the task that is running, or null in a callback (TK-09).
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static @Nullable Task<?> currentTask() {
    getRunningLoop();
    return Task.ofThisThread();
  }

  /// Returns the task that a loop is running, or null when it is in a callback or not running
  /// (TK-09). Its thread, or any while it is not running.
  public static @Nullable Task<?> currentTask(EventLoop loop) {
    return BaseEventLoop.require(loop).currentTask;
  }

  /// Returns the tasks of the running loop that are not done, oldest first (TK-09).
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static Set<Task<?>> allTasks() {
    return allTasks(getRunningLoop());
  }

  /// Returns the tasks of a loop that are not done, oldest first (TK-09). Its thread, or any while
  /// it is not running.
  public static Set<Task<?>> allTasks(EventLoop loop) {
    return BaseEventLoop.require(loop).tasks.toSet();
  }

  /// Suspends the current task for a time (TC-08).
  ///
  /// Zero and less lets exactly one iteration pass.
  ///
  /// @throws CancelledError when the task is cancelled; the timer is cancelled too
  public static void sleep(Duration delay) {
    Sleep.sleep(delay);
  }

  /// Suspends the current task for a time and returns the given result (TC-08).
  public static <T extends @Nullable Object> T sleep(Duration delay, T result) {
    Sleep.sleep(delay);
    return result;
  }

  // Waiting for several.

  /// Returns a future for the results of several, in the order given (TC-04). Does not suspend.
  ///
  /// The first exception becomes the future's at once, while the others run on; what goes wrong in
  /// those is dropped and nobody is told. One that was cancelled counts as failed, with a
  /// [CancelledError].
  ///
  /// Cancelling the future cancels what it waits for; it fails with a [CancelledError] when that
  /// has ended, but [Future#cancelled()] stays false.
  ///
  /// @throws IllegalArgumentException when they belong to different loops
  /// @throws IllegalStateException when there are none, no loop runs in this thread and the policy
  ///   has none for it
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<T>> gather(
      Collection<? extends Future<? extends T>> futures) {
    return Gather.results(loopOf(futures), futures);
  }

  /// Returns a future for the results of several, in the order given; as [#gather(Collection)].
  @SafeVarargs
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<T>> gather(
      Future<? extends T>... futures) {
    var list = new ArrayList<Future<? extends T>>(futures.length);
    for (Future<? extends T> future : futures) {
      list.add(future);
    }
    return gather(list);
  }

  /// Starts a task for each body and returns a future for their results; as [#gather(Collection)].
  @SafeVarargs
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<T>> gather(
      Coroutine<? extends T>... bodies) {
    var list = new ArrayList<Coroutine<? extends T>>(bodies.length);
    for (Coroutine<? extends T> body : bodies) {
      list.add(body);
    }
    return gather(Gather.<T>start(list));
  }

  /// Starts a task for each body and returns a future for their results; as [#gather(Collection)].
  ///
  /// Lambdas, and an empty list, need a variable of the type `List<Coroutine<T>>`: the compiler
  /// cannot tell whether `gather(List.of(() -> 1, () -> 2))` or `gather(List.of())` is of bodies or
  /// of futures.
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<T>> gather(
      List<? extends Coroutine<? extends T>> bodies) {
    return gather(Gather.<T>start(bodies));
  }

  /// Starts a task for each body and returns a future for their ends; as [#gather(Collection)].
  @CheckReturnValue
  public static Future<List<@Nullable Void>> gather(TaskBody... bodies) {
    List<TaskBody> list = Arrays.asList(bodies);
    Futures.requireElements(list, "bodies");
    return gather(Gather.start(list.stream().map(TaskBody::asCoroutine).toList()));
  }

  /// Returns a future for the outcomes of several, in the order given: `gather` with
  /// `return_exceptions=True` (TC-04). Does not suspend.
  ///
  /// An exception is an outcome as any other. Cancelling the future cancels what it waits for, and
  /// it ends with a [CancelledError] all the same.
  ///
  /// @throws IllegalArgumentException when they belong to different loops
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<Outcome<T>>> gatherOutcomes(
      Collection<? extends Future<? extends T>> futures) {
    return Gather.outcomes(loopOf(futures), futures);
  }

  /// Returns a future for the outcomes of several; as [#gatherOutcomes(Collection)].
  @SafeVarargs
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<Outcome<T>>> gatherOutcomes(
      Future<? extends T>... futures) {
    var list = new ArrayList<Future<? extends T>>(futures.length);
    for (Future<? extends T> future : futures) {
      list.add(future);
    }
    return gatherOutcomes(list);
  }

  /// Starts a task for each body and returns a future for their outcomes; as
  /// [#gatherOutcomes(Collection)].
  @SafeVarargs
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<Outcome<T>>> gatherOutcomes(
      Coroutine<? extends T>... bodies) {
    var list = new ArrayList<Coroutine<? extends T>>(bodies.length);
    for (Coroutine<? extends T> body : bodies) {
      list.add(body);
    }
    return gatherOutcomes(Gather.<T>start(list));
  }

  /// Starts a task for each body and returns a future for their outcomes; as
  /// [#gatherOutcomes(Collection)].
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<List<Outcome<T>>> gatherOutcomes(
      List<? extends Coroutine<? extends T>> bodies) {
    return gatherOutcomes(Gather.<T>start(bodies));
  }

  private static EventLoop loopOf(Collection<? extends Future<?>> futures) {
    Futures.requireElements(futures, "futures");
    return futures.isEmpty() ? getEventLoop() : futures.iterator().next().getLoop();
  }

  /// Returns a future that follows another and can be cancelled without cancelling it (TC-07).
  ///
  /// A future that is done is returned itself. Does not suspend. Cancelling the inner future
  /// cancels this one. What goes wrong in the inner one after this one was cancelled is reported to
  /// the exception handler.
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<T> shield(Future<T> inner) {
    return Shield.of(Objects.requireNonNull(inner, "inner"));
  }

  /// Starts a task for a body and returns a future that can be cancelled without cancelling it; as
  /// [#shield(Future)].
  @CheckReturnValue
  public static <T extends @Nullable Object> Future<T> shield(Coroutine<T> body) {
    return shield(createTask(body));
  }

  /// Starts a task for a body that returns nothing; as [#shield(Coroutine)].
  @CheckReturnValue
  public static Future<@Nullable Void> shield(TaskBody body) {
    return shield(createTask(body));
  }

  /// Waits until all futures are done (TC-05). Suspending.
  ///
  /// Does not look at their outcomes and cancels none of them, also when it is cancelled itself.
  ///
  /// @throws IllegalArgumentException when there are none, or they belong to another loop
  public static <T extends @Nullable Object> DoneAndPending<T> wait(
      Collection<? extends Future<? extends T>> futures) {
    return Wait.wait(futures, null, ReturnWhen.ALL_COMPLETED);
  }

  /// Waits until enough are done; as [#wait(Collection)].
  public static <T extends @Nullable Object> DoneAndPending<T> wait(
      Collection<? extends Future<? extends T>> futures, ReturnWhen returnWhen) {
    return Wait.wait(futures, null, returnWhen);
  }

  /// Waits until all are done or the time is over, null for no limit; as [#wait(Collection)].
  public static <T extends @Nullable Object> DoneAndPending<T> wait(
      Collection<? extends Future<? extends T>> futures, @Nullable Duration timeout) {
    return Wait.wait(futures, timeout, ReturnWhen.ALL_COMPLETED);
  }

  /// Waits until enough are done or the time is over; as [#wait(Collection, Duration)].
  public static <T extends @Nullable Object> DoneAndPending<T> wait(
      Collection<? extends Future<? extends T>> futures,
      @Nullable Duration timeout,
      ReturnWhen returnWhen) {
    return Wait.wait(futures, timeout, returnWhen);
  }

  /// Returns futures in the order in which they are done, for a for-each in a task (TC-06).
  ///
  /// `next()` suspends until another one is done and returns that. All iterators are one. Left
  /// before its end it stays a callback of those that are pending, until they are done.
  ///
  /// @throws IllegalArgumentException when they belong to different loops
  public static <T extends @Nullable Object> Iterable<Future<T>> asCompleted(
      Collection<? extends Future<? extends T>> futures) {
    return AsCompleted.of(futures, null);
  }

  /// Returns futures in the order in which they are done; as [#asCompleted(Collection)].
  ///
  /// @param timeout from now, null for no limit. When it is over a future that has failed with a
  ///   [java.util.concurrent.TimeoutException] comes in place of each that is not done
  public static <T extends @Nullable Object> Iterable<Future<T>> asCompleted(
      Collection<? extends Future<? extends T>> futures, @Nullable Duration timeout) {
    return AsCompleted.of(futures, timeout);
  }

  /// Runs bodies that start one after the other until one of them returns (TC-13). Suspending.
  ///
  /// The first to return wins. The others are cancelled and waited for, also when the calling task
  /// is cancelled; a value that one of them returns all the same is dropped.
  ///
  /// @param delay after which the next one starts though the one before has not failed; null: never
  public static <T extends @Nullable Object> RaceResult<T> staggeredRace(
      Collection<? extends Coroutine<? extends T>> bodies, @Nullable Duration delay) {
    return StaggeredRace.run(bodies, delay);
  }

  // Groups of tasks.

  /// Runs a piece of the current task with a group of tasks and waits for them (TC-01): the `async
  /// with TaskGroup()` of asyncio. Suspending.
  ///
  /// A body that is a call without a result needs braces: `group -> { call(group); }`.
  ///
  /// @return what the body returns, or null when [TaskGroup#cancel()] has ended it
  /// @throws ExceptionGroup when tasks of the group or the body have failed
  /// @throws Exception as [TaskGroup#run(TaskGroup.Body)]
  public static <T extends @Nullable Object> @Nullable T taskGroup(TaskGroup.Body<T> body)
      throws Exception {
    return new TaskGroup().run(body);
  }

  /// Runs a piece that has no result; as [#taskGroup(TaskGroup.Body)].
  @SuppressWarnings("overloads") // as TaskGroup.run
  public static void taskGroup(TaskGroup.VoidBody body) throws Exception {
    new TaskGroup().run(body);
  }

  // Threads.

  /// Makes a call that may block in a thread of the default executor (TC-09). Suspending.
  ///
  /// It runs in a copy of the current context. When the task is cancelled the call is not started
  /// any more, or its thread is interrupted; the task does not wait for its end.
  ///
  /// @throws IllegalStateException when the default executor is shut down
  /// @throws Exception the exception of the call, as it is
  public static <T extends @Nullable Object> T toThread(Callable<T> call) throws Exception {
    return ToThread.run(Objects.requireNonNull(call, "call"));
  }

  /// Makes a call that returns nothing in a thread; as [#toThread(Callable)].
  public static void toThread(VoidCallable call) throws Exception {
    ToThread.run(Objects.requireNonNull(call, "call").asCallable());
  }

  /// Starts a task on a loop from another thread (TC-10). Any thread.
  ///
  /// To wait for the result where that would stop the loop is refused with an
  /// [IllegalStateException]; a task waits for it by [Future#await(CompletionStage)].
  ///
  /// @return completed on the loop thread; cancelling it cancels the task; cancelled itself when
  ///   the loop is closed before the task has ended
  /// @throws IllegalStateException when the loop is closed
  public static <T extends @Nullable Object> CompletableFuture<T> runCoroutineThreadsafe(
      Coroutine<T> body, EventLoop loop) {
    Objects.requireNonNull(body, "body");
    return RunCoroutineThreadsafe.run(body, loop);
  }

  /// Starts a task that returns nothing on a loop; as [#runCoroutineThreadsafe(Coroutine,
  /// EventLoop)].
  public static CompletableFuture<@Nullable Void> runCoroutineThreadsafe(
      TaskBody body, EventLoop loop) {
    return runCoroutineThreadsafe(Objects.requireNonNull(body, "body").asCoroutine(), loop);
  }

  // Who waits for whom.

  /// Returns where the current task is and who waits for it, or null in a callback (TC-14).
  public static @Nullable FutureCallGraph captureCallGraph() {
    return FutureCallGraph.capture(null, 1, null);
  }

  /// Returns where a task is and who waits for it; as [FutureCallGraph#capture].
  public static @Nullable FutureCallGraph captureCallGraph(
      @Nullable Future<?> future, int depth, @Nullable Integer limit) {
    return FutureCallGraph.capture(future, depth, limit);
  }

  /// Returns the text of [#captureCallGraph()], empty in a callback (TC-14).
  public static String formatCallGraph() {
    return formatCallGraph(null, 1, null);
  }

  /// Returns the text of a call graph; as [FutureCallGraph#capture] and [FutureCallGraph#format()].
  public static String formatCallGraph(
      @Nullable Future<?> future, int depth, @Nullable Integer limit) {
    return CallGraphs.format(future, depth, limit);
  }

  /// Prints the text of [#captureCallGraph()] to the standard output (TC-14).
  public static void printCallGraph() {
    printCallGraph(null, System.out, 1, null);
  }

  /// Prints where a task is and who waits for it to the standard output (TC-14).
  public static void printCallGraph(Future<?> future) {
    printCallGraph(future, System.out, 1, null);
  }

  /// Prints a call graph; as [#formatCallGraph(Future, int, Integer)].
  public static void printCallGraph(
      @Nullable Future<?> future, PrintStream out, int depth, @Nullable Integer limit) {
    out.println(formatCallGraph(future, depth, limit));
  }

  /// Has call graphs show who waits for a future without awaiting it (TC-14). For combinators.
  public static void futureAddToAwaitedBy(Future<?> future, Future<?> waiter) {
    CallGraphs.add(future, waiter);
  }

  /// Takes [#futureAddToAwaitedBy] back; a future that is done needs none.
  public static void futureDiscardFromAwaitedBy(Future<?> future, Future<?> waiter) {
    CallGraphs.discard(future, waiter);
  }

  // Time limits.

  /// Awaits a future, for a limited time (TC-03). Suspending.
  ///
  /// When the time is over the future is cancelled, and its end is waited for.
  ///
  /// @throws IllegalStateException outside a task, or when the future is pending and belongs to
  ///   another loop
  /// @param timeout null for no limit; zero and less gives a future that is done its chance
  /// @throws java.util.concurrent.TimeoutException when the time is over
  /// @throws Exception the exception of the future, as it is
  public static <T extends @Nullable Object> T waitFor(Future<T> future, @Nullable Duration timeout)
      throws Exception {
    return WaitFor.waitFor(Objects.requireNonNull(future, "future"), timeout);
  }

  /// Runs a body in the current task, for a limited time (TC-03). Suspending.
  ///
  /// @param timeout null for no limit; with zero and less the body is not started
  /// @throws java.util.concurrent.TimeoutException when the time is over
  /// @throws Exception the exception of the body, as it is
  public static <T extends @Nullable Object> T waitFor(
      Coroutine<T> body, @Nullable Duration timeout) throws Exception {
    return WaitFor.waitFor(Objects.requireNonNull(body, "body"), timeout);
  }

  /// Runs a body that returns nothing, for a limited time; as [#waitFor(Coroutine, Duration)].
  public static void waitFor(TaskBody body, @Nullable Duration timeout) throws Exception {
    WaitFor.waitFor(Objects.requireNonNull(body, "body").asCoroutine(), timeout);
  }

  /// Runs a piece of the current task under a deadline (TC-02). Suspending.
  ///
  /// @param delay from now, null for no deadline; see [Timeout] for what happens at it
  /// @throws java.util.concurrent.TimeoutException when the deadline has passed
  /// @throws Exception the exception of the piece, as it is
  public static <T extends @Nullable Object> T timeout(@Nullable Duration delay, Coroutine<T> body)
      throws Exception {
    Objects.requireNonNull(body, "body");
    return Timeout.after("timeout()", delay).run(t -> body.run());
  }

  /// Runs a piece that returns nothing under a deadline; as [#timeout(Duration, Coroutine)].
  public static void timeout(@Nullable Duration delay, TaskBody body) throws Exception {
    timeout(delay, Objects.requireNonNull(body, "body").asCoroutine());
  }

  /// Runs a piece that may move its deadline; as [#timeout(Duration, Coroutine)].
  ///
  /// A body that is a call without a result needs braces, as for [#taskGroup(TaskGroup.Body)].
  @SuppressWarnings("overloads") // as TaskGroup.run
  public static <T extends @Nullable Object> T timeout(
      @Nullable Duration delay, Timeout.Body<T> body) throws Exception {
    return Timeout.after("timeout()", delay).run(body);
  }

  /// Runs a piece that may move its deadline and returns nothing; as [#timeout(Duration,
  /// Timeout.Body)].
  @SuppressWarnings("overloads") // as TaskGroup.run
  public static void timeout(@Nullable Duration delay, Timeout.VoidBody body) throws Exception {
    Timeout.after("timeout()", delay).runVoid(body);
  }

  /// Runs a piece under a deadline at an instant (TC-02); as [#timeout(Duration, Coroutine)].
  ///
  /// @param when nanoseconds of [EventLoop#time()], or null for no deadline
  public static <T extends @Nullable Object> T timeoutAt(@Nullable Long when, Coroutine<T> body)
      throws Exception {
    Objects.requireNonNull(body, "body");
    return Timeout.at(when).run(t -> body.run());
  }

  /// Runs a piece that returns nothing under a deadline; as [#timeoutAt(Long, Coroutine)].
  public static void timeoutAt(@Nullable Long when, TaskBody body) throws Exception {
    timeoutAt(when, Objects.requireNonNull(body, "body").asCoroutine());
  }

  /// Runs a piece that may move its deadline; as [#timeoutAt(Long, Coroutine)] and
  /// [#timeout(Duration, Timeout.Body)].
  @SuppressWarnings("overloads") // as TaskGroup.run
  public static <T extends @Nullable Object> T timeoutAt(@Nullable Long when, Timeout.Body<T> body)
      throws Exception {
    return Timeout.at(when).run(body);
  }

  /// Runs a piece that may move its deadline and returns nothing; as [#timeoutAt(Long,
  /// Timeout.Body)].
  @SuppressWarnings("overloads") // as TaskGroup.run
  public static void timeoutAt(@Nullable Long when, Timeout.VoidBody body) throws Exception {
    Timeout.at(when).runVoid(body);
  }

  // Futures.

  /// Returns the future itself, made sure to be one of the loop's (FT-08).
  ///
  /// @throws IllegalArgumentException when it belongs to another loop
  public static <T extends @Nullable Object> Future<T> ensureFuture(
      Future<T> future, EventLoop loop) {
    if (future.loop != loop) {
      throw Refusals.ofAnotherLoop(future, future.loop);
    }
    return future;
  }

  /// Starts a task on the running loop; as [#ensureFuture(Coroutine, EventLoop)].
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static <T extends @Nullable Object> Task<T> ensureFuture(Coroutine<T> body) {
    return getRunningLoop().createTask(body);
  }

  /// Starts a task that returns nothing on the running loop; as [#ensureFuture(Coroutine)].
  public static Task<@Nullable Void> ensureFuture(TaskBody body) {
    return getRunningLoop().createTask(body);
  }

  /// Starts a task on the loop: what is not a future yet becomes one (FT-08).
  public static <T extends @Nullable Object> Task<T> ensureFuture(
      Coroutine<T> body, EventLoop loop) {
    return loop.createTask(body);
  }

  /// Starts a task that returns nothing on the loop; as [#ensureFuture(Coroutine, EventLoop)].
  public static Task<@Nullable Void> ensureFuture(TaskBody body, EventLoop loop) {
    return loop.createTask(body);
  }

  /// Returns a future of the running loop that follows a stage of the JDK (FT-08).
  ///
  /// Cancelling it cancels the stage's [CompletableFuture]. To wait for the stage right away there
  /// is [Future#await(CompletionStage)].
  ///
  /// @throws IllegalStateException when no loop runs in this thread
  public static <T extends @Nullable Object> Future<T> wrapFuture(CompletionStage<T> stage) {
    return wrapFuture(stage, getRunningLoop());
  }

  /// Returns a future of a loop that follows a stage of the JDK; as [#wrapFuture(CompletionStage)].
  ///
  /// @throws IllegalArgumentException when the loop is not one of this library's
  public static <T extends @Nullable Object> Future<T> wrapFuture(
      CompletionStage<T> stage, EventLoop loop) {
    return CompletionStages.wrap(stage, BaseEventLoop.require(loop));
  }

  // Streams.

  /// Connects to a host and port and returns a reader and a writer (ST-01). Suspending.
  ///
  /// @throws IOException as [EventLoop#createConnection]
  public static StreamConnection openConnection(String host, int port) throws IOException {
    return openConnection(host, port, ConnectionOptions.DEFAULT);
  }

  /// Connects to a host and port; as [#openConnection(String, int)].
  public static StreamConnection openConnection(String host, int port, ConnectionOptions options)
      throws IOException {
    return openConnection(host, port, options, StreamReader.DEFAULT_LIMIT);
  }

  /// Connects to a host and port, with a limit for lines; as [#openConnection(String, int)].
  ///
  /// @param limit in bytes, of what a read by separator may take; 64 KiB unless given
  /// @throws IllegalArgumentException when the limit is not positive
  public static StreamConnection openConnection(
      String host, int port, ConnectionOptions options, int limit) throws IOException {
    return Streams.openConnection(getRunningLoop(), host, port, options, limit);
  }

  /// Returns a reader and a writer for a connected socket, `options.sock()` (ST-01). Suspending.
  ///
  /// @throws IOException as [EventLoop#createConnection]
  public static StreamConnection openConnection(ConnectionOptions options) throws IOException {
    return Streams.openConnection(getRunningLoop(), options, StreamReader.DEFAULT_LIMIT);
  }

  /// Starts a server that runs a task with a reader and a writer per connection (ST-01).
  /// Suspending.
  ///
  /// @param host name or literal; null or empty for all interfaces
  /// @param port 0 for a free one
  /// @throws IOException as [EventLoop#createServer]
  public static Server startServer(ClientConnected clientConnected, @Nullable String host, int port)
      throws IOException {
    return startServer(clientConnected, host, port, ServerOptions.DEFAULT);
  }

  /// Starts a server of streams on **all interfaces**; as [#startServer(ClientConnected, String,
  /// int)].
  ///
  /// So anybody who reaches this machine reaches the server, as with asyncio's `start_server(cb,
  /// port=...)`, which names no host either. For clients on the same machine name `"127.0.0.1"`.
  ///
  /// @param port 0 for a free one, the same on all interfaces: [Server#port()] tells it
  public static Server startServer(ClientConnected clientConnected, int port) throws IOException {
    return startServer(clientConnected, null, port);
  }

  /// Starts a server of streams; as [#startServer(ClientConnected, String, int)].
  public static Server startServer(
      ClientConnected clientConnected, @Nullable String host, int port, ServerOptions options)
      throws IOException {
    return startServer(clientConnected, host, port, options, StreamReader.DEFAULT_LIMIT);
  }

  /// Starts a server of streams, with a limit for lines; as [#startServer(ClientConnected, String,
  /// int)].
  ///
  /// @param limit in bytes, of what a read by separator may take; 64 KiB unless given
  /// @throws IllegalArgumentException when the limit is not positive
  public static Server startServer(
      ClientConnected clientConnected,
      @Nullable String host,
      int port,
      ServerOptions options,
      int limit)
      throws IOException {
    return Streams.startServer(getRunningLoop(), clientConnected, host, port, options, limit);
  }

  /// Starts a server of streams on a bound socket, `options.sock()` (ST-01). Suspending.
  ///
  /// @throws IOException as [EventLoop#createServer]
  public static Server startServer(ClientConnected clientConnected, ServerOptions options)
      throws IOException {
    return Streams.startServer(
        getRunningLoop(), clientConnected, options, StreamReader.DEFAULT_LIMIT);
  }

  /// Returns a reader of the end of a pipe, which it owns; as [EventLoop#connectReadPipe].
  public static StreamReader openReadPipe(ReadPipe pipe) throws IOException {
    return Streams.openReadPipe(getRunningLoop(), pipe, StreamReader.DEFAULT_LIMIT);
  }

  /// Returns a writer to the end of a pipe, which it owns; as [EventLoop#connectWritePipe].
  public static StreamWriter openWritePipe(WritePipe pipe) throws IOException {
    return Streams.openWritePipe(getRunningLoop(), pipe);
  }

  /// Returns the reader of standard input, the loop's one. Suspending.
  ///
  /// @throws IOException when standard input is closed
  public static StreamReader stdin() throws IOException {
    return Streams.stdin(getRunningLoop());
  }

  /// Returns the writer to standard output, the loop's one; as [Streams#stdout(EventLoop)] says, a
  /// program that ends with much output closes it and waits. Suspending.
  ///
  /// @throws IOException when standard output is closed
  public static StreamWriter stdout() throws IOException {
    return Streams.stdout(getRunningLoop());
  }

  /// Returns the writer to standard error; as [#stdout()].
  public static StreamWriter stderr() throws IOException {
    return Streams.stderr(getRunningLoop());
  }

  /// Connects to a unix socket and returns a reader and a writer (ST-01). Suspending.
  ///
  /// @param path an abstract name when it begins with a zero character, as in asyncio
  /// @throws IOException as [EventLoop#createUnixConnection]
  public static StreamConnection openUnixConnection(String path) throws IOException {
    return Streams.openUnixConnection(getRunningLoop(), path);
  }

  /// Connects to a unix socket; as [#openUnixConnection(String)].
  public static StreamConnection openUnixConnection(Path path) throws IOException {
    return Streams.openUnixConnection(getRunningLoop(), path);
  }

  /// Connects to a unix socket; as [#openUnixConnection(String)].
  ///
  /// @param path a [java.net.UnixDomainSocketAddress], or an abstract name
  /// @param limit in bytes, of what a read by separator may take; 64 KiB unless given
  /// @throws IllegalArgumentException when the limit is not positive
  public static StreamConnection openUnixConnection(
      SocketAddress path, ConnectionOptions options, int limit) throws IOException {
    return Streams.openUnixConnection(getRunningLoop(), path, options, limit);
  }

  /// Returns a reader and a writer for a connected unix socket, `options.sock()` (ST-01).
  /// Suspending.
  ///
  /// @throws IOException as [EventLoop#createUnixConnection]
  public static StreamConnection openUnixConnection(ConnectionOptions options) throws IOException {
    return Streams.openUnixConnection(getRunningLoop(), options, StreamReader.DEFAULT_LIMIT);
  }

  /// Starts a server on a unix socket that runs a task with a reader and a writer per connection
  /// (ST-01). Suspending.
  ///
  /// @param path an abstract name when it begins with a zero character, as in asyncio
  /// @throws IOException as [EventLoop#createUnixServer]
  public static Server startUnixServer(ClientConnected clientConnected, String path)
      throws IOException {
    return Streams.startUnixServer(getRunningLoop(), clientConnected, path);
  }

  /// Starts a server of streams on a unix socket; as [#startUnixServer(ClientConnected, String)].
  public static Server startUnixServer(ClientConnected clientConnected, Path path)
      throws IOException {
    return Streams.startUnixServer(getRunningLoop(), clientConnected, path);
  }

  /// Starts a server of streams on a unix socket; as [#startUnixServer(ClientConnected, String)].
  ///
  /// @param path a [java.net.UnixDomainSocketAddress], or an abstract name
  /// @param limit in bytes, of what a read by separator may take; 64 KiB unless given
  /// @throws IllegalArgumentException when the limit is not positive
  public static Server startUnixServer(
      ClientConnected clientConnected, SocketAddress path, ServerOptions options, int limit)
      throws IOException {
    return Streams.startUnixServer(getRunningLoop(), clientConnected, path, options, limit);
  }

  /// Starts a server of streams on a bound unix socket, `options.sock()` (ST-01). Suspending.
  ///
  /// @throws IOException as [EventLoop#createUnixServer]
  public static Server startUnixServer(ClientConnected clientConnected, ServerOptions options)
      throws IOException {
    return Streams.startUnixServer(
        getRunningLoop(), clientConnected, options, StreamReader.DEFAULT_LIMIT);
  }

  // Child processes.

  /// Starts a program in a child process that has the standard streams of this one (SP-01).
  /// Suspending.
  ///
  /// @param args as they are: no shell sees them
  /// @throws IOException as [EventLoop#subprocessExec]
  public static Process createSubprocessExec(String program, String... args) throws IOException {
    return createSubprocessExec(SubprocessOptions.DEFAULT, program, args);
  }

  /// Starts a program in a child process; as [#createSubprocessExec(String, String...)].
  ///
  /// @param options among others which of the standard streams are pipes
  public static Process createSubprocessExec(
      SubprocessOptions options, String program, String... args) throws IOException {
    var command = new ArrayList<>(List.of(program));
    command.addAll(Arrays.asList(args));
    return createSubprocessExec(options, command);
  }

  /// Starts a program in a child process; as [#createSubprocessExec(String, String...)].
  ///
  /// @param command the program and its arguments
  public static Process createSubprocessExec(SubprocessOptions options, List<String> command)
      throws IOException {
    return createSubprocessExec(options, StreamReader.DEFAULT_LIMIT, command);
  }

  /// Starts a program in a child process; as [#createSubprocessExec(String, String...)].
  ///
  /// @param limit in bytes, of what a read by separator may take; 64 KiB unless given
  /// @throws IllegalArgumentException when the limit is not positive
  public static Process createSubprocessExec(
      SubprocessOptions options, int limit, List<String> command) throws IOException {
    return Process.exec(getRunningLoop(), options, limit, command);
  }

  /// Starts a command line in a shell, with the standard streams of this process (SP-01).
  /// Suspending.
  ///
  /// @param cmd what is put into it must be quoted as the shell wants it
  /// @throws IOException as [EventLoop#subprocessExec]
  public static Process createSubprocessShell(String cmd) throws IOException {
    return createSubprocessShell(SubprocessOptions.DEFAULT, cmd);
  }

  /// Starts a command line in a shell; as [#createSubprocessShell(String)].
  ///
  /// @param options among others which of the standard streams are pipes
  public static Process createSubprocessShell(SubprocessOptions options, String cmd)
      throws IOException {
    return createSubprocessExec(options, List.of("/bin/sh", "-c", cmd));
  }
}
