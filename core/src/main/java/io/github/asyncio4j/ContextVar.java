// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A variable whose value belongs to the current [Context] (contextvars, PEP 567). Any thread.
///
/// Make it a static constant. Two variables with the same name are different variables.
public final class ContextVar<T> {
  private final String name;
  private final @Nullable T defaultValue;

  private ContextVar(String name, @Nullable T defaultValue) {
    this.name = Objects.requireNonNull(name, "name");
    this.defaultValue = defaultValue;
  }

  /// Makes a variable that has no value until one is set.
  public static <T> ContextVar<T> of(String name) {
    return new ContextVar<>(name, null);
  }

  /// Makes a variable with a default for contexts in which none is set.
  public static <T> ContextVar<T> of(String name, T defaultValue) {
    return new ContextVar<>(name, Objects.requireNonNull(defaultValue, "defaultValue"));
  }

  /// Returns the name, for messages.
  public String name() {
    return name;
  }

  /// Returns the value in the current context, else the default.
  ///
  /// @throws NoSuchElementException when there is neither
  public T get() {
    T value = CurrentContext.get().vars.get(this);
    if (value == null) {
      value = defaultValue;
    }
    if (value == null) {
      throw new NoSuchElementException("no value in this context: " + this);
    }
    return value;
  }

  /// Returns the value in the current context, else the given one.
  public T get(T other) {
    T value = CurrentContext.get().vars.get(this);
    return value != null ? value : Objects.requireNonNull(other, "other");
  }

  /// Sets the value in the current context.
  ///
  /// @return what undoes it, for [#reset(Token)]
  public Token<T> set(T value) {
    Objects.requireNonNull(value, "value");
    Context context = CurrentContext.get();
    T old = context.vars.get(this);
    context.vars = context.vars.with(this, value);
    context.referenced = true;
    return new Token<>(this, context, old);
  }

  /// Gives the variable the value back that it had before a [#set(Object)].
  ///
  /// @throws IllegalArgumentException when the token is of another variable or another context
  /// @throws IllegalStateException when the token has been used
  public void reset(Token<T> token) {
    token.undo(this, CurrentContext.get());
  }

  @Override
  public String toString() {
    return "<ContextVar " + name + ">";
  }

  /// What [ContextVar#set(Object)] returns, to undo it once.
  public static final class Token<T> {
    private final ContextVar<T> var;
    private final Context context;
    private final @Nullable T old;
    private boolean used;

    private Token(ContextVar<T> var, Context context, @Nullable T old) {
      this.var = var;
      this.context = context;
      this.old = old;
    }

    private void undo(ContextVar<T> var, Context current) {
      if (used) {
        throw new IllegalStateException("token has been used: " + this);
      }
      if (var != this.var) {
        throw new IllegalArgumentException("token is of another variable: " + this + ", " + var);
      }
      if (current != context) {
        throw new IllegalArgumentException("token was made in another context: " + this);
      }
      used = true;
      context.vars = old != null ? context.vars.with(var, old) : context.vars.without(var);
    }

    @Override
    public String toString() {
      return "<Token of " + var + ">";
    }
  }
}
