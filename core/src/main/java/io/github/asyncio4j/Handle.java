// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A callback that is queued, to cancel it (EL-140, EL-141).
///
/// Loop thread only, save for handles of [EventLoop#callSoonThreadsafe(Runnable)], which any thread
/// may cancel.
public class Handle {
  private static final Runnable CANCELLED = Handle::doNothing;
  private static final Runnable RELEASED = Handle::doNothing;

  // All fields: loop thread only, unless a subclass says otherwise.
  private Runnable callback;
  // What to run in: a Context that was given or asked for, else the values captured at scheduling.
  // A Context of its own is made only when somebody wants to see it: most callbacks touch none.
  private Object scope;
  // In debug mode, where the handle was made and, once cancelled, what it was.
  private @Nullable HandleTrace trace;

  Handle(Runnable callback, Object scope) {
    this.callback = callback;
    this.scope = scope;
  }

  /// Stands where a handle needs a callback but has its own way to run.
  static void doNothing() {}

  /// Cancels the callback: it will not run, and what it refers to is released. Idempotent; without
  /// effect once it has started (EL-140).
  public void cancel() {
    if (!cancelled()) {
      if (trace != null) {
        trace.rememberText(toString());
      }
      callback = CANCELLED;
      scope = ContextMap.EMPTY;
    }
  }

  /// Lets go of the callback, which has run and will not again, and returns it.
  final Runnable release() {
    Runnable released = callback;
    callback = RELEASED;
    return released;
  }

  /// Tells whether the callback was cancelled (EL-141).
  public boolean cancelled() {
    return callback == CANCELLED;
  }

  /// Returns the context that the callback runs in, or null once it is cancelled (EL-141).
  ///
  /// What a running callback sets there is to be seen at its end, save in a context that was given.
  public @Nullable Context getContext() {
    if (cancelled()) {
      return null;
    }
    if (scope instanceof ContextMap vars) {
      scope = new Context(vars);
    }
    return (Context) scope;
  }

  /// Has the callback run in another context from now on.
  void runIn(Context context) {
    scope = context;
  }

  /// Runs the callback in its context; what it throws goes to the loop's exception handler.
  void run(BaseEventLoop loop) {
    if (callback == CANCELLED) {
      return;
    }
    try {
      loop.enterContext(scope);
    } catch (OutOfMemoryError e) {
      putBack(loop);
      throw e;
    }
    Throwable failure = null;
    try (var _ = Propagation.restore(loop.callbackContext.vars)) {
      invoke();
    } catch (Throwable t) {
      failure = t;
    }
    keepValues(loop.callbackContext);
    if (failure instanceof OutOfMemoryError e && isRepeatable()) {
      putBack(loop);
      throw e;
    }
    if (failure != null) {
      loop.callbackFailed(this, failure);
    }
  }

  /// Tells whether the callback is called once more when it has found no memory.
  boolean isRepeatable() {
    return callback instanceof Lowlevel.Repeatable;
  }

  /// Has this run once more, in the next iteration.
  void putBack(BaseEventLoop loop) {
    loop.kernel.putBack(this);
  }

  // What the callback has set is there when the handle runs again, as a reader's does, and for the
  // exception handler.
  private void keepValues(Context entered) {
    if (scope == entered.vars || callback == CANCELLED) {
      return;
    }
    if (scope instanceof Context own) {
      // The one that it ran in, or one that somebody has asked for meanwhile.
      own.vars = entered.vars;
    } else {
      scope = entered.vars;
    }
  }

  /// Tells whether this carries a virtual thread, which only the loop's own thread may do.
  boolean carriesThread() {
    return false;
  }

  /// Calls the callback and nothing else.
  void invoke() {
    callback.run();
  }

  void trace(HandleTrace trace) {
    this.trace = trace;
  }

  @Nullable HandleTrace trace() {
    return trace;
  }

  /// Returns what stands for the callback in texts.
  String describeCallback() {
    return Descriptions.ofCallback(callback);
  }

  /// Returns the same for the report of a failure, which also tells what it was called for.
  String describeCall() {
    return describeCallback();
  }

  String describeKind() {
    return "Handle";
  }

  @Override
  public String toString() {
    if (!cancelled()) {
      String created = trace == null ? "" : trace.createdAt();
      return "<" + describeKind() + " " + describeCallback() + created + ">";
    }
    String was = trace == null ? "" : trace.text();
    return "<" + describeKind() + " cancelled" + (was.isEmpty() ? "" : " " + was) + ">";
  }
}
