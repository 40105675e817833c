// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Stands in for an exception that must not be held: it has its text, its stack trace, and copies
/// of what is behind it, and refers to nothing of the program's.
final class ExceptionCopy extends Exception {
  private static final long serialVersionUID = 1;

  // More of a chain of causes is of no use to a reader.
  private static final int MAX_DEPTH = 20;

  private static final ClassValue<Boolean> REFERS =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return hasReferences(type);
        }
      };

  private final String text;

  private ExceptionCopy(String text, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.text = text;
  }

  /// Tells whether an exception, or one behind it, may refer to objects of the program.
  static boolean isNeededOf(Throwable exception) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    try {
      return mayRefer(exception, seen);
    } catch (Throwable t) {
      // What it overrides has failed.
      return true;
    }
  }

  private static boolean mayRefer(Throwable exception, Set<Throwable> seen) {
    for (Throwable next = exception; next != null && seen.add(next); next = next.getCause()) {
      if (seen.size() > MAX_DEPTH || REFERS.get(next.getClass())) {
        return true;
      }
      for (Throwable suppressed : next.getSuppressed()) {
        if (mayRefer(suppressed, seen)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean hasReferences(Class<?> type) {
    for (Class<?> c = type; c != Throwable.class && c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && isReference(field.getType())) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isReference(Class<?> type) {
    return !type.isPrimitive() && type != String.class && !type.isEnum();
  }

  /// Returns a copy. What the exception itself does for it may take locks, and may fail.
  static ExceptionCopy of(Throwable exception) {
    return of(exception, 0);
  }

  private static ExceptionCopy of(Throwable exception, int depth) {
    String name = exception.getClass().getName();
    try {
      Throwable cause = exception.getCause();
      var copy =
          new ExceptionCopy(
              String.valueOf(exception),
              exception.getMessage(),
              cause == null || depth == MAX_DEPTH ? null : of(cause, depth + 1));
      copy.setStackTrace(exception.getStackTrace());
      if (depth < MAX_DEPTH) {
        for (Throwable suppressed : exception.getSuppressed()) {
          copy.addSuppressed(of(suppressed, depth + 1));
        }
      }
      return copy;
    } catch (Throwable t) {
      return new ExceptionCopy(name, null, null);
    }
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it never has a trace of its own
  public Throwable fillInStackTrace() {
    return this;
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // the text begins with the original's class
  public String toString() {
    return text;
  }
}
