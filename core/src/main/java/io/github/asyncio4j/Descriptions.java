// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Texts for `toString` and log messages, and what they are made of.
final class Descriptions {
  private static final int VALUE_LENGTH = 80;
  private static final String PACKAGE = Descriptions.class.getPackageName();
  private static final String TASKS_PACKAGE = PACKAGE + ".internal.tasks";

  private Descriptions() {}

  /// Returns the name of a lambda's class as a reader knows it, without the part that differs from
  /// run to run, or the text of an object that has one of its own.
  static String ofCallback(Object callback) {
    String text = callback instanceof OnBehalf layer ? layer.describe() : null;
    return text == null ? ofClass(classOf(callback)) : text;
  }

  /// Returns the class of a lambda, or of the one that it stands for.
  static Class<?> classOf(Object callback) {
    return switch (callback) {
      case VoidBody(TaskBody body) -> classOf(body);
      case OnBehalf layer -> classOf(layer.original());
      default -> callback.getClass();
    };
  }

  /// As [#ofCallback(Object)], of the lambda's class.
  static String ofClass(Class<?> type) {
    if (!type.isHidden() && !type.isSynthetic()) {
      String name = type.getName();
      return name.substring(name.lastIndexOf('.') + 1) + "()";
    }
    String name = type.getName();
    int end = name.indexOf("$$Lambda");
    name = end < 0 ? name : name.substring(0, end);
    return name.substring(name.lastIndexOf('.') + 1) + ".lambda()";
  }

  static String ofFrame(StackTraceElement frame) {
    return frame.getFileName() + ":" + frame.getLineNumber();
  }

  /// Returns a frame as a stack trace has it, without its module.
  static String placeOf(StackTraceElement frame) {
    String file = frame.getFileName();
    String place =
        file == null
            ? "Unknown Source"
            : frame.getLineNumber() < 0 ? file : file + ":" + frame.getLineNumber();
    return frame.getClassName() + "." + frame.getMethodName() + "(" + place + ")";
  }

  /// Returns what an object of a program says of itself; a `toString` that fails is told by the
  /// class.
  static String textOf(@Nullable Object value) {
    try {
      return String.valueOf(value);
    } catch (Throwable t) {
      // Also when the text goes round in a circle until the stack ends.
      String name = Objects.requireNonNull(value).getClass().getName();
      return name + ": <no text: " + t.getClass().getName() + ">";
    }
  }

  /// Returns the cause of an exception, or null when a program's own throws instead of telling it.
  static @Nullable Throwable causeOf(Throwable t) {
    try {
      return t.getCause();
    } catch (Throwable failure) {
      return null;
    }
  }

  /// Returns a value's text, shortened.
  static String ofValue(@Nullable Object value) {
    String text = textOf(value);
    return text.length() <= VALUE_LENGTH ? text : text.substring(0, VALUE_LENGTH - 3) + "...";
  }

  /// Tells whether a class is one of this package, or of that which the facade's functions are in.
  static boolean isInPackage(String className) {
    String name = packageOf(className);
    return name.equals(PACKAGE) || name.equals(TASKS_PACKAGE);
  }

  static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "" : className.substring(0, dot);
  }
}
