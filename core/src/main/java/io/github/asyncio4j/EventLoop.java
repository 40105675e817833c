// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One thread that runs callbacks, tasks and I/O, a piece at a time (asyncio's
/// `AbstractEventLoop`).
///
/// Unless a method says otherwise it may be called on the loop thread only: from a callback, from a
/// protocol, from a task of this loop, or from any thread while the loop is not running.
/// *Suspending* methods suspend the task that calls them and nothing else. They throw
/// [CancelledError] when that task is cancelled, and close what they have opened by then; called
/// outside a task of this loop they throw [IllegalStateException].
///
/// After [#close()] every method that would schedule or open something throws
/// [IllegalStateException] with the text `Event loop is closed` (EL-15).
public interface EventLoop extends Executor, AutoCloseable {

  /// Returns the loop that runs in this thread or whose task this is (EL-01). Any thread.
  ///
  /// @throws IllegalStateException when there is none
  static EventLoop getRunningLoop() {
    EventLoop loop = RunningLoop.get();
    if (loop == null) {
      throw new IllegalStateException("no running event loop");
    }
    return loop;
  }

  // Running and stopping.

  /// Runs until [#stop()] is called (EL-11).
  ///
  /// @throws IllegalStateException when closed, running already, or another loop runs in this
  ///   thread
  /// @throws java.io.UncheckedIOException when the selector fails
  /// @throws KeyboardInterrupt when a callback or task throws it; so [SystemExit]. The loop
  ///   can be run again
  void runForever();

  /// Runs until a future is done and returns its result (EL-10).
  ///
  /// @throws IllegalStateException as [#runForever()], or when `stop()` ended the run first
  /// @throws IllegalArgumentException when the future belongs to another loop
  /// @throws CancelledError when the future is cancelled
  /// @throws Exception the exception of the future, as it is
  <T extends @Nullable Object> T runUntilComplete(Future<T> future) throws Exception;

  /// Runs until a new task with this body is done and returns its result (EL-10).
  ///
  /// @throws IllegalStateException as [#runForever()], or when `stop()` ended the run first
  /// @throws CancelledError when the task is cancelled
  /// @throws Exception the exception of the body, as it is
  <T extends @Nullable Object> T runUntilComplete(Coroutine<T> body) throws Exception;

  /// Runs until a new task with this body is done; as [#runUntilComplete(Coroutine)].
  default void runUntilComplete(TaskBody body) throws Exception {
    runUntilComplete(Objects.requireNonNull(body, "body").asCoroutine());
  }

  /// Makes the loop return once the callbacks that are ready now have run (EL-12, R-14).
  ///
  /// Not thread-safe; from another thread post it with [#callSoonThreadsafe(Runnable)]. Before a
  /// run it makes that run last one iteration. Legal on a closed loop.
  void stop();

  /// Tells whether the loop is running (EL-13). Any thread.
  boolean isRunning();

  /// Tells whether the loop is closed (EL-14). Any thread.
  boolean isClosed();

  /// Closes the loop: drops what is queued without running it, shuts the default executor down
  /// without waiting, closes the selector (EL-15, R-19). Idempotent.
  ///
  /// Tasks that are pending are reported to the exception handler and their threads are ended: each
  /// gets a [CancelledError] at the point where it is suspended, and `finally` blocks run but can
  /// suspend no more.
  ///
  /// @throws IllegalStateException when the loop is running
  @Override
  void close();

  /// Closes every generator of this loop that has been iterated and has not ended, all at once, and
  /// waits for their ends (EL-16). Suspending.
  ///
  /// What goes wrong is reported to the exception handler, with the generator as `asyncgen`. A
  /// generator that is first iterated later is no error, but a warning is logged.
  ///
  /// @throws CancelledError when the calling task is cancelled; so are the closing calls then
  void shutdownAsyncgens();

  /// Shuts the default executor down and suspends until its threads have ended (EL-17).
  ///
  /// From now on [#runInExecutor(Executor, Callable)] with null throws [IllegalStateException].
  ///
  /// @param timeout how long to wait, or null for ever; when it is over a warning is logged and the
  ///   threads are left alone
  /// @throws CancelledError when the calling task is cancelled; the executor stays shut down
  void shutdownDefaultExecutor(@Nullable Duration timeout);

  /// Shuts the default executor down and suspends until its threads have ended, however long; as
  /// [#shutdownDefaultExecutor(Duration)].
  default void shutdownDefaultExecutor() {
    shutdownDefaultExecutor(null);
  }

  // Callbacks, timers, clock.

  /// Queues a callback for the next iteration, in a copy of the current context (EL-20).
  ///
  /// Callbacks run in the order in which they were queued, each exactly once.
  default Handle callSoon(Runnable callback) {
    return callSoon(callback, null);
  }

  /// Queues a callback for the next iteration, in the given context (EL-20, R-24).
  Handle callSoon(Runnable callback, @Nullable Context context);

  /// Queues a callback from any thread and wakes the loop (EL-21). Any thread.
  ///
  /// The callbacks of one thread run in the order in which it posted them.
  default Handle callSoonThreadsafe(Runnable callback) {
    return callSoonThreadsafe(callback, null);
  }

  /// Queues a callback from any thread, in the given context. Any thread.
  Handle callSoonThreadsafe(Runnable callback, @Nullable Context context);

  /// Runs a callback on the loop: [#callSoonThreadsafe(Runnable)] as an [Executor] (EL-21). Any
  /// thread.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException when the loop is closed
  @Override
  void execute(Runnable command);

  /// Runs a callback after a delay (EL-22).
  ///
  /// Zero and negative delays are legal: the callback runs in the next iteration, after what is
  /// ready by then. Callbacks due at the same instant run in the order of their scheduling.
  default TimerHandle callLater(Duration delay, Runnable callback) {
    return callLater(delay, callback, null);
  }

  /// Runs a callback after a delay, in the given context (EL-22).
  TimerHandle callLater(Duration delay, Runnable callback, @Nullable Context context);

  /// Runs a callback when [#time()] has reached an instant (EL-23).
  ///
  /// @param when nanoseconds on the clock of [#time()]
  default TimerHandle callAt(long when, Runnable callback) {
    return callAt(when, callback, null);
  }

  /// Runs a callback at an instant, in the given context (EL-23).
  TimerHandle callAt(long when, Runnable callback, @Nullable Context context);

  /// Returns the loop's clock: nanoseconds, monotonic, from an arbitrary origin (EL-24). Any
  /// thread.
  long time();

  // Futures and tasks.

  /// Returns a new pending future of this loop (EL-30). Legal on a closed loop.
  <T extends @Nullable Object> Future<T> createFuture();

  /// Starts a task; its first step runs in the next iteration (EL-31).
  default <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body) {
    return createTask(body, TaskOptions.DEFAULT);
  }

  /// Starts a task with a name; its first step runs in the next iteration (EL-31).
  ///
  /// @param name for messages and dumps, or null for the next `Task-N`
  default <T extends @Nullable Object> Task<T> createTask(
      Coroutine<T> body, @Nullable String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Starts a task with a name, a context, resources of its own, at once or in the next iteration
  /// (EL-31, TK-10).
  ///
  /// When the call is refused the resources that the task would own are closed.
  ///
  /// @throws IllegalStateException when the loop is closed
  <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body, TaskOptions options);

  /// Starts a task that returns nothing (EL-31).
  default Task<@Nullable Void> createTask(TaskBody body) {
    return createTask(Objects.requireNonNull(body, "body").asCoroutine(), TaskOptions.DEFAULT);
  }

  /// Starts a task that returns nothing, with a name (EL-31).
  default Task<@Nullable Void> createTask(TaskBody body, @Nullable String name) {
    return createTask(Objects.requireNonNull(body, "body").asCoroutine(), TaskOptions.named(name));
  }

  /// Starts a task that returns nothing; as [#createTask(Coroutine, TaskOptions)].
  default Task<@Nullable Void> createTask(TaskBody body, TaskOptions options) {
    return createTask(options.coroutine(body), options);
  }

  /// Sets what makes tasks, or null for the built-in way (EL-32).
  void setTaskFactory(@Nullable TaskFactory factory);

  /// Returns what makes tasks, or null for the built-in way (EL-32).
  @Nullable TaskFactory getTaskFactory();

  // Connections and servers.

  /// Connects to a host and port over TCP (EL-40 to EL-50). Suspending.
  ///
  /// The host's addresses are tried in the resolver's order until one works. When the call fails or
  /// is cancelled nothing stays open.
  ///
  /// @param protocolFactory called once the socket is connected
  /// @param host name or literal
  /// @param port 1 to 65535
  /// @throws IllegalArgumentException when the port is out of range, or `options.sock()` is given
  ///   too
  /// @throws java.net.UnknownHostException when the name cannot be resolved
  /// @throws IOException the only error, the first when all are alike, or one that lists them all
  /// @throws ExceptionGroup with `allErrors`, the failure of each address, also if there is just
  ///   one
  <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException;

  /// Connects to a host and port with default options.
  default <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port) throws IOException {
    return createConnection(protocolFactory, host, port, ConnectionOptions.DEFAULT);
  }

  /// Makes a transport of a connected socket, `options.sock()` (EL-42). Suspending.
  ///
  /// The transport owns the socket from the call on; when the call fails the socket is closed.
  ///
  /// @throws IllegalArgumentException when no socket is given, or it is not a stream socket; it is
  ///   then still the caller's
  <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException;

  /// Starts a server on one host, or on all interfaces (EL-70). Suspending.
  ///
  /// @param protocolFactory called for each accepted connection
  /// @param host name or literal; null or empty for all interfaces
  /// @param port 0 for a free one: for all interfaces one that is free on each, otherwise chosen
  ///   for each address by itself
  /// @throws IllegalArgumentException when the port is out of range, or `options.sock()` is given
  ///   too
  /// @throws IOException when an address cannot be bound, naming it; all others are closed again
  default Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      @Nullable String host,
      int port,
      ServerOptions options)
      throws IOException {
    return createServer(protocolFactory, List.of(host == null ? "" : host), port, options);
  }

  /// Starts a server on one host with default options.
  default Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory, @Nullable String host, int port)
      throws IOException {
    return createServer(protocolFactory, host, port, ServerOptions.DEFAULT);
  }

  /// Starts a server on **all interfaces** with default options. With port 0 they share a free one,
  /// see [Server#port()].
  default Server createServer(Supplier<? extends BaseProtocol> protocolFactory, int port)
      throws IOException {
    return createServer(protocolFactory, null, port);
  }

  /// Starts a server on several hosts (EL-70). Suspending.
  ///
  /// Addresses that several names resolve to are bound once.
  ///
  /// @param hosts names or literals; an empty one stands for all interfaces
  /// @param port 0 for a free one, chosen for each address by itself, unless all interfaces
  ///   are all that is asked for
  /// @throws IOException when nothing can be bound, also for an empty list
  Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException;

  /// Starts a server on a bound socket, `options.sock()` (EL-71). Suspending.
  ///
  /// The server owns the socket from the call on.
  ///
  /// @throws IllegalArgumentException when no socket is given, or it is not a stream socket; it is
  ///   then still the caller's
  Server createServer(Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options)
      throws IOException;

  /// Makes a transport of a socket that was accepted outside the loop (EL-81). Suspending.
  ///
  /// @throws IllegalArgumentException when it is not a stream socket; it is then still the caller's
  <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock) throws IOException;

  /// Resolves a host name (EL-110, getaddrinfo(3)). Suspending.
  ///
  /// Literals are answered without a thread. The blocking lookup runs apart from the default
  /// executor, so that user work cannot stall it; when the task is cancelled it runs on there and
  /// its answer is dropped.
  ///
  /// @param host name or literal; empty for the wildcard addresses
  /// @param port 0 to 65535, copied to each answer
  /// @param family only addresses of this family, or null for any
  /// @throws java.net.UnknownHostException when there is no address
  List<AddressInfo> getaddrinfo(String host, int port, @Nullable StandardProtocolFamily family)
      throws IOException;

  // Watching descriptors.

  /// Calls back in every iteration in which a descriptor is readable (EL-100, R-12, R-13).
  ///
  /// Level-triggered. A second call for the same descriptor replaces the first callback.
  ///
  /// @throws IllegalStateException when a transport of this loop owns the descriptor
  /// @throws IllegalArgumentException when it cannot be watched, or is a blocking channel
  /// @throws UnsupportedOperationException when this loop's selector cannot watch its kind; the
  ///   text names the flag that helps
  void addReader(Pollable fd, Runnable callback);

  /// Stops watching for readability (EL-101, R-11).
  ///
  /// @return whether it was watched; false on a closed loop
  boolean removeReader(Pollable fd);

  /// Calls back in every iteration in which a descriptor is writable; as [#addReader(Pollable,
  /// Runnable)].
  void addWriter(Pollable fd, Runnable callback);

  /// Stops watching for writability; as [#removeReader(Pollable)].
  boolean removeWriter(Pollable fd);

  /// Calls back in every iteration in which a channel is readable; as [#addReader(Pollable,
  /// Runnable)] of [Pollable#of(SelectableChannel)].
  ///
  /// @param channel non-blocking; it stays the caller's
  /// @throws IllegalArgumentException when the channel is blocking
  default void addReader(SelectableChannel channel, Runnable callback) {
    addReader(Pollable.of(channel), callback);
  }

  /// Stops watching a channel for readability; as [#removeReader(Pollable)].
  default boolean removeReader(SelectableChannel channel) {
    return removeReader(Pollable.of(channel));
  }

  /// Calls back in every iteration in which a channel is writable; as
  /// [#addReader(SelectableChannel, Runnable)].
  ///
  /// @throws IllegalArgumentException when the channel is blocking
  default void addWriter(SelectableChannel channel, Runnable callback) {
    addWriter(Pollable.of(channel), callback);
  }

  /// Stops watching a channel for writability; as [#removeReader(Pollable)].
  default boolean removeWriter(SelectableChannel channel) {
    return removeWriter(Pollable.of(channel));
  }

  // Threads.

  /// Runs a call in an executor and returns a future of this loop for its outcome (EL-115).
  ///
  /// Cancelling the future leaves a call that is running alone. The context is not copied.
  ///
  /// @param executor where to run it, or null for the loop's default executor
  /// @throws IllegalStateException when the loop is closed, or its default executor shut down
  <T extends @Nullable Object> Future<T> runInExecutor(
      @Nullable Executor executor, Callable<T> call);

  /// Runs a call that returns nothing in an executor; as [#runInExecutor(Executor, Callable)].
  default Future<@Nullable Void> runInExecutor(@Nullable Executor executor, VoidCallable call) {
    return runInExecutor(executor, call.asCallable());
  }

  /// Sets the default executor; the loop shuts it down when it closes (EL-116).
  void setDefaultExecutor(ExecutorService executor);

  // Failures and debugging.

  /// Sets what is called with failures that no caller can receive, or null for
  /// [#defaultExceptionHandler(ExceptionContext)] (EL-120).
  void setExceptionHandler(@Nullable ExceptionHandler handler);

  /// Returns the handler set, or null (EL-121).
  @Nullable ExceptionHandler getExceptionHandler();

  /// Logs a failure with everything that is known of it (EL-122).
  void defaultExceptionHandler(ExceptionContext context);

  /// Reports a failure to the handler set, or to the default one (EL-123, R-31).
  void callExceptionHandler(ExceptionContext context);

  /// Tells whether debug mode is on (EL-124).
  boolean getDebug();

  /// Turns debug mode on or off; it may be done while running (EL-124).
  ///
  /// It is on from the start with the system property `io.github.asyncio4j.debug=true` or when the
  /// environment variable `ASYNCIO4J_DEBUG` is not empty.
  ///
  /// In debug mode callbacks from the wrong thread throw, slow callbacks are logged, handles and
  /// futures remember where they were made.
  void setDebug(boolean enabled);

  /// Returns from which duration on a callback is logged as slow in debug mode; 100 ms at first
  /// (EL-125).
  Duration slowCallbackDuration();

  /// Sets from which duration on a callback is logged as slow in debug mode (EL-125).
  ///
  /// @throws IllegalArgumentException when it is negative
  void setSlowCallbackDuration(Duration duration);
}
