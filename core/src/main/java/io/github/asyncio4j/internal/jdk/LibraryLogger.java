// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/// The one logger of the library, which never throws: a logging back end that fails, or an
/// exception that cannot say what it is, must not end a loop. Any thread.
///
/// What cannot be logged is logged once more without the exception; if that fails as well, a line
/// on the standard error output says so.
public final class LibraryLogger implements System.Logger {
  /// The name under which the library logs.
  public static final String NAME = "io.github.asyncio4j";

  private static final LibraryLogger INSTANCE = new LibraryLogger(System.getLogger(NAME));

  private final System.Logger backEnd;

  LibraryLogger(System.Logger backEnd) {
    this.backEnd = backEnd;
  }

  /// Returns it.
  public static System.Logger get() {
    return INSTANCE;
  }

  @Override
  public String getName() {
    return NAME;
  }

  @Override
  public boolean isLoggable(Level level) {
    try {
      return backEnd.isLoggable(level);
    } catch (Throwable t) {
      return false;
    }
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String text,
      @Nullable Throwable thrown) {
    try {
      if (thrown != null) {
        // Back ends ask for it, and some of them drop the whole record when that fails.
        var _ = thrown.toString();
      }
      backEnd.log(level, bundle, text, thrown);
    } catch (Throwable t) {
      logWithoutException(level, withDescription(text, thrown), t);
    }
  }

  private static @Nullable String withDescription(
      @Nullable String text, @Nullable Throwable thrown) {
    try {
      return thrown == null ? text : text + describe(thrown);
    } catch (Throwable t) {
      // The heap is full.
      return text;
    }
  }

  // Without its text, which is a program's code.
  private static String describe(Throwable thrown) {
    var description = new StringBuilder("\nexception: ").append(nameOf(thrown));
    for (StackTraceElement frame : thrown.getStackTrace()) {
      description.append("\n\tat ").append(frame);
    }
    return description.toString();
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String format,
      @Nullable Object @Nullable ... params) {
    try {
      backEnd.log(level, bundle, format, params);
    } catch (Throwable t) {
      logWithoutException(level, format, t);
    }
  }

  private void logWithoutException(Level level, @Nullable String text, Throwable failure) {
    try {
      backEnd.log(level, text);
    } catch (Throwable t) {
      sayOnStandardError(level, text, failure);
    }
  }

  // There is no other place left to go to.
  private static void sayOnStandardError(Level level, @Nullable String text, Throwable failure) {
    try {
      System.err.println(NAME + ": cannot log (" + nameOf(failure) + "): " + level + " " + text);
    } catch (Throwable t) {
      // Nor this one: the heap may be full.
    }
  }

  // The class only: the text of an exception is a program's code.
  private static String nameOf(Throwable thrown) {
    return thrown.getClass().getName();
  }
}
