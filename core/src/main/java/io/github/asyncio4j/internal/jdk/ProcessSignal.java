// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A signal of this process, by way of `sun.misc.Signal`. Any thread.
///
/// Handlers are set through [SignalOwner] only, save by tests.
public final class ProcessSignal {
  /*
   * Some facts about signals in the JDK (8 to 26).
   *
   * Signal.handle sets a handler and returns the one before; there is no other way to see which
   * is in force. It throws IllegalArgumentException when the JVM was started with -Xrs. A signal
   * that the JVM found ignored when it started stays ignored: then the call returns SIG_IGN and
   * sets nothing. That is so for what a shell without job control starts in the background.
   *
   * Each signal gets a thread of its own, which runs the handler that was in force when the
   * signal came; so a handler may run after it has been replaced.
   *
   * The JVM's own handler exits with 128 + 2, shutdown hooks included. It is shown as an object
   * of a class nested in Signal, as SIG_DFL and SIG_IGN are; a user's handler is shown as it is.
   *
   * The module jdk.unsupported may be missing, and javac warns of every mention of it, which no
   * option prevents together with --release. Therefore reflection.
   */

  private static final AtomicBoolean LOGGED = new AtomicBoolean();

  private final Class<?> handlerType;
  private final Object signal;
  private final Object defaultAction;
  private final Object ignore;
  private final Method handle;
  private final Method raise;
  private final Method callHandler;
  private final int number;

  private ProcessSignal(String name) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    handlerType = Class.forName("sun.misc.SignalHandler");
    signal = signalType.getConstructor(String.class).newInstance(name);
    defaultAction = handlerType.getField("SIG_DFL").get(null);
    ignore = handlerType.getField("SIG_IGN").get(null);
    handle = signalType.getMethod("handle", signalType, handlerType);
    raise = signalType.getMethod("raise", signalType);
    callHandler = handlerType.getMethod("handle", signalType);
    number = (int) signalType.getMethod("getNumber").invoke(signal);
  }

  /// Returns a signal, or null when the JDK does not let us at it.
  ///
  /// @param name without `SIG`, such as `INT`
  /// @throws IllegalArgumentException when the system has no signal of this name
  public static @Nullable ProcessSignal of(String name) {
    try {
      return new ProcessSignal(name);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException cause) {
        throw cause;
      }
      return logged(e);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return logged(e);
    }
  }

  private static @Nullable ProcessSignal logged(Exception e) {
    // Once: it is the same for each signal.
    if (LOGGED.compareAndSet(false, true)) {
      LibraryLogger.get().log(System.Logger.Level.DEBUG, "no access to signals: " + e);
    }
    return null;
  }

  /// Returns the number of the signal on this platform.
  public int number() {
    return number;
  }

  /// Returns an object that [#set(Object)] takes.
  public Object newHandler(Runnable action) {
    try {
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      return MethodHandleProxies.asInterfaceInstance(
          handlerType, MethodHandles.dropArguments(run, 0, signal.getClass()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Sets the handler and returns the one that was set before. When the process ignores the signal
  /// since its start, the JVM may leave it so.
  ///
  /// @throws IllegalArgumentException when the JVM leaves the signal to others
  public Object set(Object handler) {
    return Objects.requireNonNull(call(handle, null, signal, handler));
  }

  /// Tells whether a handler that [#set(Object)] has returned is the one of the JVM.
  public boolean isOfJvm(Object handler) {
    return handler != defaultAction
        && handler != ignore
        && handler.getClass().getNestHost() == signal.getClass();
  }

  /// Calls a handler in this thread; no effect if it is one of the system, which cannot be called.
  /// The one of the JVM that ends the process does not return.
  public void callHandler(Object handler) {
    if (handler == defaultAction || handler == ignore) {
      return;
    }
    try {
      call(callHandler, handler, signal);
    } catch (UnsupportedOperationException e) {
      // Handlers in C, as the JVM has for SIGPIPE, are shown as objects that throw this.
      if (!isOfJvm(handler)) {
        throw e;
      }
    }
  }

  /// Sends the signal to this process.
  public void raise() {
    call(raise, null, signal);
  }

  private static @Nullable Object call(
      Method method, @Nullable Object target, @Nullable Object... arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return signal.toString();
  }
}
