// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Finds and replaces the context that code is running in: its task's, its callback's, or its
/// thread's. Any thread.
final class CurrentContext {
  private static final ThreadLocal<Context> OF_THREAD = ThreadLocal.withInitial(Context::new);

  private CurrentContext() {}

  static Context get() {
    Task<?> task = Task.ofThisThread();
    if (task != null) {
      return task.currentContext;
    }
    BaseEventLoop loop = RunningLoop.ofThisThread();
    return loop != null ? loop.callbackContext : OF_THREAD.get();
  }

  /// Returns the values of the current context for something that is to run later, with what the
  /// thread has for the [ContextPropagator]s.
  static ContextMap snapshot() {
    return Propagation.capture(get().vars);
  }

  /// Makes a context the current one.
  ///
  /// @return the one that was current before, to be put back by the same thread
  static Context replace(Context context) {
    Context before = get();
    Task<?> task = Task.ofThisThread();
    BaseEventLoop loop = RunningLoop.ofThisThread();
    if (task != null) {
      task.currentContext = context;
    } else if (loop != null) {
      loop.callbackContext = context;
    } else {
      OF_THREAD.set(context);
    }
    return before;
  }
}
