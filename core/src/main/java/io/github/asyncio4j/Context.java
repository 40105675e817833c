// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// The values that the [ContextVar]s have for a callback or task (contextvars, PEP 567).
///
/// A callback runs in a copy of the context in which it was scheduled, a task in one of its own, so
/// what one of them sets the others do not see. Copying costs one small object whatever it
/// holds.
///
/// A context is confined to whoever runs in it; [#copy()] may be called by anyone who is not racing
/// with that.
public final class Context {
  // Whoever runs in this context.
  ContextMap vars;
  private boolean entered;
  // A token refers to this context, so it must not be reused for another callback.
  boolean referenced;

  /// Makes a context in which no variable has a value.
  public Context() {
    this(ContextMap.EMPTY);
  }

  Context(ContextMap vars) {
    this.vars = vars;
  }

  /// Returns a copy of the current context: the task's, the callback's, else the thread's. Any
  /// thread.
  public static Context copyContext() {
    return new Context(CurrentContext.snapshot());
  }

  /// Returns a copy with the same values. The two are independent from now on.
  public Context copy() {
    return new Context(vars);
  }

  /// Returns the value of a variable in this context, or null when it has none here.
  public <T> @Nullable T get(ContextVar<T> var) {
    return vars.get(var);
  }

  /// Runs a call in this context: what it sets stays here. Any thread.
  ///
  /// @throws IllegalStateException when something runs in this context already
  /// @throws Exception whatever the call throws
  public <T extends @Nullable Object> T call(Callable<T> callable) throws Exception {
    Context before = enter();
    try (var _ = Propagation.restore(vars)) {
      return callable.call();
    } finally {
      leave(before);
    }
  }

  /// Runs an action in this context; as [#call(Callable)].
  ///
  /// @throws IllegalStateException when something runs in this context already
  public void run(Runnable action) {
    Context before = enter();
    try (var _ = Propagation.restore(vars)) {
      action.run();
    } finally {
      leave(before);
    }
  }

  private Context enter() {
    if (entered) {
      throw new IllegalStateException("cannot enter context: it is entered already: " + this);
    }
    entered = true;
    return CurrentContext.replace(this);
  }

  private void leave(Context before) {
    CurrentContext.replace(before);
    entered = false;
  }

  @Override
  public String toString() {
    return "<Context " + vars + ">";
  }
}
