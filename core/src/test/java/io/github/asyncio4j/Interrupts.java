// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.ProcessSignal;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Objects;

/// The interrupt signal of the JVM that the tests run in.
final class Interrupts {
  private static final int SIGINT = 2;
  private static final ProcessSignal SIGNAL = Objects.requireNonNull(ProcessSignal.of("INT"));

  private Interrupts() {}

  /// Sends the signal to this process.
  static void raise() {
    SIGNAL.raise();
  }

  /// Sets a handler and returns the one before.
  static Object set(Object handler) {
    return SIGNAL.set(handler);
  }

  static Object newHandler(Runnable action) {
    return SIGNAL.newHandler(action);
  }

  /// Returns the handler that is in force.
  static Object current() {
    Object current = SIGNAL.set(SIGNAL.newHandler(() -> {}));
    SIGNAL.set(current);
    return current;
  }

  /// Tells whether the handler in force is the one that the JVM has by itself.
  static boolean isOfJvm() {
    return SIGNAL.isOfJvm(current());
  }

  /// Makes the JVM handle the signal, for itself and for its children, where it was started
  /// ignoring it: as a shell does with what it runs in the background.
  @SuppressWarnings("restricted")
  static void heed() throws Throwable {
    if (isOfJvm()) {
      return;
    }
    var linker = Linker.nativeLinker();
    var signature =
        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    var signal =
        linker.downcallHandle(linker.defaultLookup().find("signal").orElseThrow(), signature);
    var _ = (MemorySegment) signal.invokeExact(SIGINT, MemorySegment.NULL);
    // What the JVM does when it starts.
    Class<?> terminator = Class.forName("java.lang.Terminator");
    Field handler = terminator.getDeclaredField("handler");
    handler.setAccessible(true);
    handler.set(null, null);
    Method setup = terminator.getDeclaredMethod("setup");
    setup.setAccessible(true);
    setup.invoke(null);
    if (!isOfJvm()) {
      throw new IllegalStateException("SIGINT is not the JVM's: " + current());
    }
  }
}
