// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/// Access to what `java.lang` keeps to itself: virtual threads with a scheduler of our own.
///
/// Probed once. It is there when the JVM runs with `--add-opens java.base/java.lang=M`, M being the
/// module of this class or `ALL-UNNAMED`, and when the members are what they have been from JDK 21
/// on. Nothing here prints or throws at initialisation. Any thread.
public final class VirtualThreads {
  private static final @Nullable VirtualThreads ACCESS = probe();

  // (Executor scheduler, String name, int characteristics, Runnable task) -> Thread
  private final MethodHandle newThread;
  // (Thread) -> Executor
  private final MethodHandle scheduler;
  // (Thread) -> void, or null
  private final @Nullable MethodHandle unpin;
  // (Thread) -> void, or null
  private final @Nullable MethodHandle afterYield;
  private final Executor defaultScheduler;

  private VirtualThreads(
      MethodHandle newThread,
      MethodHandle scheduler,
      @Nullable MethodHandle unpin,
      @Nullable MethodHandle afterYield,
      Executor defaultScheduler) {
    this.newThread = newThread;
    this.scheduler = scheduler;
    this.unpin = unpin;
    this.afterYield = afterYield;
    this.defaultScheduler = defaultScheduler;
  }

  /// Tells whether the access is there.
  public static boolean available() {
    return ACCESS != null;
  }

  /// Returns the flag that makes [#available()] true.
  public static String flag() {
    Module module = VirtualThreads.class.getModule();
    return "--add-opens java.base/java.lang="
        + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  /// Returns a virtual thread, not started, whose continuation is run by the given scheduler.
  public static Thread newThread(Executor scheduler, String name, Runnable task) {
    try {
      return (Thread) require().newThread.invokeExact(scheduler, name, 0, task);
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  /// Returns the scheduler of a virtual thread, or null when there is no access.
  public static @Nullable Object schedulerOf(Thread virtualThread) {
    if (ACCESS == null) {
      return null;
    }
    try {
      return (Executor) ACCESS.scheduler.invokeExact(virtualThread);
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  /// Ends one critical section of the current virtual thread, in which it cannot be suspended.
  ///
  /// The JDK enters such sections for some lines of its own: to interrupt a thread, to clear an
  /// interrupt, to poll a queue of references, as linking does. Where the stack ends within those
  /// lines it ends within their `finally` too, and the thread stays pinned for good (JDK 25).
  ///
  /// @return false when it is in none, or that cannot be known
  public static boolean unpin() {
    if (ACCESS == null || ACCESS.unpin == null) {
      return false;
    }
    try {
      ACCESS.unpin.invokeExact(Thread.currentThread());
      return true;
    } catch (IllegalStateException e) {
      // One more end than beginnings.
      return false;
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  /// Tells whether [#finishYield] can be called.
  public static boolean canFinishYield() {
    return ACCESS != null && ACCESS.afterYield != null;
  }

  /// Does once more what comes after a virtual thread has unmounted, as far as it is not done. No
  /// effect on one that is suspended already, or has ended. The carrier.
  ///
  /// That schedules the end of a timed wait (JDK 24 to 26, VirtualThread.afterYield). Where there
  /// is no memory for it, the thread stays in the state TIMED_PARKING or TIMED_WAITING though
  /// nothing carries it: unpark only leaves it a permit, and to run its continuation does nothing.
  ///
  /// @throws OutOfMemoryError when there is still no memory
  public static void finishYield(Thread virtualThread) {
    if (ACCESS == null || ACCESS.afterYield == null) {
      return;
    }
    try {
      ACCESS.afterYield.invokeExact(virtualThread);
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  /// Returns what runs virtual threads that belong to no loop.
  public static Executor defaultScheduler() {
    return require().defaultScheduler;
  }

  private static VirtualThreads require() {
    if (ACCESS == null) {
      throw new UnsupportedOperationException("the loop-thread engine needs " + flag());
    }
    return ACCESS;
  }

  private static RuntimeException unchecked(Throwable t) {
    switch (t) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(t);
    }
  }

  /// Looks for what the engine needs; null, and a line in the log, where that is missing.
  static @Nullable VirtualThreads probe() {
    try {
      Method factory =
          Class.forName("java.lang.ThreadBuilders")
              .getDeclaredMethod(
                  "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
      factory.setAccessible(true);
      Class<?> virtualThread = Class.forName("java.lang.VirtualThread");
      Field scheduler = virtualThread.getDeclaredField("scheduler");
      scheduler.setAccessible(true);
      var lookup = MethodHandles.lookup();
      return new VirtualThreads(
          lookup.unreflect(factory),
          lookup
              .unreflectGetter(scheduler)
              .asType(MethodType.methodType(Executor.class, Thread.class)),
          methodOf(virtualThread, "enableSuspendAndPreempt"),
          methodOf(virtualThread, "afterYield"),
          defaultSchedulerOf(virtualThread));
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Not opened, or another JDK: the baton engine serves.
      // Without its trace, which is long and the same everywhere.
      LibraryLogger.get()
          .log(System.Logger.Level.DEBUG, "No loop-thread engine; it needs " + flag() + ": " + e);
      return null;
    }
  }

  private static @Nullable MethodHandle methodOf(Class<?> virtualThread, String name) {
    try {
      Method method = virtualThread.getDeclaredMethod(name);
      method.setAccessible(true);
      return MethodHandles.lookup()
          .unreflect(method)
          .asType(MethodType.methodType(void.class, Thread.class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LibraryLogger.get().log(System.Logger.Level.DEBUG, "No access to VirtualThread." + name, e);
      return null;
    }
  }

  private static Executor defaultSchedulerOf(Class<?> virtualThread) {
    try {
      Field field = virtualThread.getDeclaredField("DEFAULT_SCHEDULER");
      field.setAccessible(true);
      if (field.get(null) instanceof Executor executor) {
        return executor;
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LibraryLogger.get()
          .log(System.Logger.Level.DEBUG, "No access to the default scheduler: " + e);
    }
    // Any platform thread may run a continuation.
    return ForkJoinPool.commonPool();
  }
}
