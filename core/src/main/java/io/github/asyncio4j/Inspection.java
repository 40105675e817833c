// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells what the loops of this JVM do, which tasks they have, where each is and who waits for
/// whom, to an operator who looks from outside (ADR 19). Called by `internal.inspect.Agent` only,
/// which finds it by its name.
///
/// A thread that belongs to no loop, while the loops go on or stand still. So it reads what others
/// write, without their help: what it finds may be of different moments, and each value may be an
/// old one. It takes no lock, calls nothing that a program has written, and changes nothing.
///
/// A line is a record and its fields have tabs between them. What is 0, or empty, is not known or
/// not there.
///
/// ```text
/// version 1
/// loop    number id class engine selector thread does still current frame tasks-left-out
/// task    number id loop name state awaited call frame detailed awaiters
/// future  number class awaiters
/// ```
///
/// The numbers tie the records together: each future, loop and task has one.
final class Inspection {
  /// Changes with the form of the text.
  private static final int VERSION = 1;

  // As much as can be read in a moment; more are only counted.
  private static final int MAX_TASKS = 100_000;
  // A generator that waits for a generator, and so on.
  private static final int MAX_DRIVEN = 1000;
  // A loop that takes no handle from its queue between any two of these looks stands still.
  private static final int[] LOOKS_AFTER_MILLIS = {10, 20, 40};

  private final Writer out;
  private final int mostDetailed;
  private int lastNumber;
  private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>();
  // Futures that are no tasks of a loop and have a number, whose awaiters are still to be told.
  private final ArrayDeque<Future<?>> untold = new ArrayDeque<>();

  private Inspection(Writer out, int mostDetailed) {
    this.out = out;
    this.mostDetailed = mostDetailed;
  }

  /// What a loop did at one moment.
  private static final class Look {
    final @Nullable Task<?> current;
    final int place;
    final boolean busy;

    Look(BaseEventLoop loop) {
      current = loop.currentTask;
      place = loop.kernel.place();
      busy = loop.isRunning() && !loop.kernel.isAsleep();
    }

    boolean standsStillSince(Look before) {
      return busy && before.busy && current == before.current && place == before.place;
    }
  }

  /// A loop, and its tasks.
  private static final class LoopTasks {
    final BaseEventLoop loop;
    Look look;
    boolean standsStill;
    final LinkedHashSet<Task<?>> tasks = new LinkedHashSet<>();
    int leftOut;

    LoopTasks(BaseEventLoop loop) {
      this.loop = loop;
      this.look = new Look(loop);
      this.standsStill = look.busy;
    }

    void lookAgain() {
      Look next = new Look(loop);
      standsStill &= next.standsStillSince(look);
      look = next;
    }
  }

  /// Writes all that there is to know.
  ///
  /// @param mostDetailed of how many tasks of a loop it is told where they are
  static void write(Writer out, int mostDetailed) throws IOException, InterruptedException {
    new Inspection(out, mostDetailed).writeAll();
  }

  private void writeAll() throws IOException, InterruptedException {
    List<LoopTasks> all = new ArrayList<>();
    boolean anyBusy = false;
    for (BaseEventLoop loop : BaseEventLoop.ALL.toList()) {
      LoopTasks each = new LoopTasks(loop);
      all.add(each);
      anyBusy |= each.look.busy;
    }
    for (int i = 0; anyBusy && i < LOOKS_AFTER_MILLIS.length; i++) {
      Thread.sleep(LOOKS_AFTER_MILLIS[i]);
      for (LoopTasks each : all) {
        each.lookAgain();
      }
    }
    line("version").field(VERSION).end();
    for (LoopTasks each : all) {
      each.leftOut = each.loop.tasks.peekInto(each.tasks, MAX_TASKS);
      numberOf(each.loop);
      for (Task<?> task : each.tasks) {
        numberOf(task);
      }
    }
    for (LoopTasks each : all) {
      writeLoop(each);
      writeTasks(each);
    }
    for (Future<?> next = untold.poll(); next != null; next = untold.poll()) {
      line("future").field(numberOf(next)).field(simpleName(next)).awaitersOf(next).end();
    }
  }

  private void writeLoop(LoopTasks each) throws IOException {
    BaseEventLoop loop = each.loop;
    Look look = each.look;
    Task<?> current = look.current == null ? null : driverOf(look.current);
    Thread thread = loop.thread();
    String does = "idle";
    TaskFrames frames = TaskFrames.NONE;
    if (loop.isRunning()) {
      if (current != null) {
        does = "task";
      } else if (!look.busy) {
        does = "select";
      } else {
        does = "callback";
        // Where it is aside, the loop's thread does nothing but wait for it.
        Thread callbacks = loop.kernel.callbacks.busyThread();
        frames = callbacks == null ? TaskFrames.NONE : TaskFrames.of(callbacks);
        if (frames.program().isEmpty() && thread != null) {
          frames = TaskFrames.of(thread);
        }
      }
    }
    line("loop")
        .field(numberOf(loop))
        .id(loop)
        .field(simpleName(loop))
        .field(
            (loop.carriesTasks() ? CoroutineEngine.LOOP_THREAD : CoroutineEngine.BATON).toString())
        .field(simpleName(loop.selector()))
        .field(thread == null ? "" : thread.getName())
        .field(does)
        .field(each.standsStill ? "still" : "")
        .field(current == null ? 0 : numberOf(current))
        .field(frames.program())
        .field(each.leftOut)
        .end();
  }

  /// Tells more of those that are not suspended: where there are many tasks it is them that matter.
  private void writeTasks(LoopTasks each) throws IOException {
    int details = mostDetailed;
    List<Task<?>> suspended = new ArrayList<>();
    for (Task<?> task : each.tasks) {
      if (isSuspended(innermost(task))) {
        suspended.add(task);
      } else if (!task.done()) {
        writeTask(task, each, details-- > 0);
      }
    }
    for (Task<?> task : suspended) {
      writeTask(task, each, details-- > 0);
    }
  }

  private void writeTask(Task<?> task, LoopTasks each, boolean detailed) throws IOException {
    Task<?> inner = innermost(task);
    Future<?> awaited = inner.waitingFor;
    boolean aside = isAside(inner);
    Thread thread = inner.taskThread.thread;
    TaskFrames frames = detailed && thread != null ? TaskFrames.of(thread) : TaskFrames.NONE;
    line("task")
        .field(numberOf(task))
        .id(task)
        .field(numberOf(each.loop))
        .field(task.getName())
        .field(stateOf(inner, aside && isAside(inner), frames))
        .field(awaited == null || awaited.done() ? 0 : numberOf(driverOf(awaited)))
        .field(frames.call())
        .field(frames.program())
        .field(detailed ? "detailed" : "")
        .awaitersOf(task)
        .end();
  }

  // Asked before and after its frames are taken, as a task may be resumed between two reads.
  private static boolean isAside(Task<?> inner) {
    return inner.taskThread.state() == TaskThread.State.RUNNING && inner.loop.currentTask != inner;
  }

  private static String stateOf(Task<?> inner, boolean aside, TaskFrames frames) {
    return switch (inner.taskThread.state()) {
      case NEW -> "new";
      case ENDED -> "ends";
      case SUSPENDED -> isSuspended(inner) ? "suspended" : "ready";
      // One whose frames say that it was suspended has been resumed meanwhile.
      case RUNNING -> !frames.suspended() && (aside || frames.blocked()) ? "blocks" : "runs";
    };
  }

  private static boolean isSuspended(Task<?> inner) {
    Future<?> awaited = inner.waitingFor;
    return inner.taskThread.state() == TaskThread.State.SUSPENDED
        && awaited != null
        && !awaited.done();
  }

  // As DrivenBody.innermost, of what changes meanwhile.
  private static Task<?> innermost(Task<?> task) {
    Task<?> inner = task;
    for (int i = 0; i < MAX_DRIVEN; i++) {
      if (inner.waitingFor instanceof Task<?> body
          && body.driven != null
          && body.driven.consumer == inner) {
        inner = body;
      } else {
        break;
      }
    }
    return inner;
  }

  // As Task.driver, of what changes meanwhile. What is no task in another one's stead is itself.
  private static Task<?> driverOf(Task<?> task) {
    Task<?> driver = task;
    for (int i = 0; i < MAX_DRIVEN && driver.driven != null; i++) {
      Task<?> consumer = driver.driven.consumer;
      if (consumer == null) {
        break;
      }
      driver = consumer;
    }
    return driver;
  }

  private static Future<?> driverOf(Future<?> future) {
    return future instanceof Task<?> task ? driverOf(task) : future;
  }

  private static @Nullable Future<?> awaiterOf(@Nullable Object handle) {
    if (handle instanceof TaskThread taskThread) {
      return driverOf(taskThread.task);
    }
    if (!(handle instanceof DoneCallback<?> callback)
        || !(callback.consumer() instanceof Awaiter awaiter)
        || !isOurs(awaiter)) {
      return null;
    }
    try {
      Future<?> future = awaiter.awaiter();
      return future == null ? null : driverOf(future);
    } catch (RuntimeException e) {
      // What it reads has changed meanwhile.
      return null;
    }
  }

  // A program's own may do anything.
  private static boolean isOurs(Awaiter awaiter) {
    Class<?> type = awaiter.getClass();
    return type.getClassLoader() == Inspection.class.getClassLoader()
        && type.getModule() == Inspection.class.getModule()
        && ProgramFrames.isOurs(type.getName());
  }

  private static String simpleName(Object object) {
    String name = object.getClass().getName();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private int numberOf(Object object) {
    Integer known = numbers.get(object);
    if (known != null) {
      return known;
    }
    numbers.put(object, ++lastNumber);
    // All tasks of loops have theirs before others are met.
    if (object instanceof Future<?> future && !isOfALoop(future)) {
      untold.add(future);
    }
    return lastNumber;
  }

  private static boolean isOfALoop(Future<?> future) {
    return future instanceof Task<?> task && task.driven == null;
  }

  // Writing.

  private Inspection line(String kind) throws IOException {
    out.write(kind);
    return this;
  }

  private Inspection field(int value) throws IOException {
    return field(Integer.toString(value));
  }

  // The same number as in a call graph.
  private Inspection id(Object object) throws IOException {
    return field("0x" + Integer.toHexString(System.identityHashCode(object)));
  }

  private Inspection field(String text) throws IOException {
    out.write('\t');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Nor anything by which a name could write to the operator's terminal.
      out.write(Character.isISOControl(c) ? '?' : c);
    }
    return this;
  }

  private Inspection awaitersOf(Future<?> future) throws IOException {
    var awaiters = new LinkedHashSet<Future<?>>();
    for (Object handle : future.peekCallbacks()) {
      Future<?> awaiter = awaiterOf(handle);
      if (awaiter != null && !awaiter.done() && awaiter != future) {
        awaiters.add(awaiter);
      }
    }
    var text = new StringBuilder();
    for (Future<?> awaiter : awaiters) {
      text.append(text.isEmpty() ? "" : " ").append(numberOf(awaiter));
    }
    return field(text.toString());
  }

  private void end() throws IOException {
    out.write('\n');
  }
}
