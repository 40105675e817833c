// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.memory;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Has the memory end at each place of each of the [Scarcities] in turn, and prints each time that
/// somebody was left waiting, or got what nobody had sent. What [ScarceMemoryTest] runs; names of
/// some of them may follow the number of places without memory.
public final class ScarceMemory {
  // Of what is left waiting for ever; the JDK looks for memory ten times a second.
  private static final int PATIENCE_SECONDS = 20;
  private static final int WARM_UP = 3;
  private static final int MOST_FRAMES = 12;

  private final Method run;
  private final int times;

  private ScarceMemory(Method run, int times) {
    this.run = run;
    this.times = times;
  }

  public static void main(String[] args) throws Exception {
    Class<?> scarcities =
        new StarvedClasses(ScarceMemory.class.getClassLoader())
            .loadClass(ScarceMemory.class.getPackageName() + ".Scarcities");
    var memory =
        new ScarceMemory(scarcities.getMethod("run", String.class), Integer.parseInt(args[0]));
    if (args.length > 1) {
      for (int i = 1; i < args.length; i++) {
        memory.search(args[i]);
      }
    } else {
      for (Object scarcity : scarcities.getEnumConstants()) {
        memory.search(((Enum<?>) scarcity).name());
      }
    }
    IO.println("searched");
  }

  private void search(String name) throws Exception {
    // What happens for the first time is another matter: classes are loaded.
    for (int i = 0; i < WARM_UP; i++) {
      Memory.endsAt(Integer.MAX_VALUE, 0);
      Object got = run.invoke(null, name);
      if (!got.equals("ok")) {
        IO.println(name + " with memory: " + got);
      }
    }
    int place = 0;
    StackTraceElement @Nullable [] found;
    do {
      Memory.endsAt(++place, times);
      Object got = outcome(name);
      Memory.ignore();
      found = Memory.found();
      if (found != null && !got.equals("ok") && !got.equals("told")) {
        tell(name + " at place " + place + ": " + got, found);
      }
    } while (found != null);
  }

  private Object outcome(String name) throws InterruptedException {
    var task = new FutureTask<Object>(() -> run.invoke(null, name));
    Thread.ofPlatform().daemon().start(task);
    try {
      return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return "left waiting";
    } catch (ExecutionException e) {
      return causeOf(e);
    }
  }

  // Thrown by a method that is called by reflection in a task.
  private static Object causeOf(Throwable thrown) {
    @Nullable Throwable cause = thrown.getCause();
    return cause == null ? thrown : cause.getCause() == null ? cause : cause.getCause();
  }

  private static void tell(String what, StackTraceElement[] frames) {
    IO.println(what);
    for (int i = 1; i < Math.min(frames.length, MOST_FRAMES); i++) {
      IO.println("  at " + frames[i]);
    }
  }
}
