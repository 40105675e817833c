// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A task's virtual thread on the JDK's scheduler: loop and task hand a baton to each other so that
/// exactly one of them runs.
final class BatonStrand extends Strand {
  private static final ThreadLocal<@Nullable BatonStrand> OF_THREAD = new ThreadLocal<>();

  /*
   * Who holds the baton. Each side waits for its own value and writes the other's; the volatile
   * write publishes everything that was done meanwhile, so all other state can be plain.
   */
  private volatile boolean taskHasBaton;

  // The thread that waits in resume(). Written by it before it hands over.
  private @Nullable Thread resumer;

  BatonStrand(Task<?> task) {
    super(task);
  }

  static @Nullable Task<?> taskOfThisThread() {
    BatonStrand strand = OF_THREAD.get();
    return strand == null ? null : strand.task;
  }

  @Override
  void resume() {
    BaseEventLoop loop = task.loop;
    Task<?> before = loop.currentTask;
    loop.currentTask = task;
    resumer = Thread.currentThread();
    boolean first = state == State.NEW;
    state = State.RUNNING;
    taskHasBaton = true;
    try {
      if (first) {
        Thread created = Thread.ofVirtual().name(task.threadName()).unstarted(this::main);
        thread = created;
        created.start();
      } else {
        LockSupport.unpark(thread);
      }
      waitForBaton(false);
    } finally {
      loop.currentTask = before;
    }
    rested();
  }

  private void main() {
    OF_THREAD.set(this);
    try {
      runBody();
    } finally {
      giveBatonBack();
    }
  }

  @Override
  void suspend() {
    state = State.SUSPENDED;
    giveBatonBack();
    waitForBaton(true);
  }

  @Override
  boolean runMeanwhile(Strand child) {
    // This thread hands the baton to the other one itself.
    state = State.SUSPENDED;
    try {
      child.task.step();
    } finally {
      state = State.RUNNING;
    }
    return true;
  }

  private void giveBatonBack() {
    Thread other = Objects.requireNonNull(resumer);
    taskHasBaton = false;
    LockSupport.unpark(other);
  }

  /// Waits until the baton is with the given side. An interrupt does not end the wait; it is kept
  /// for the next call that heeds it.
  private void waitForBaton(boolean mine) {
    boolean interrupted = false;
    while (taskHasBaton != mine) {
      LockSupport.park(this);
      // park returns at once while the thread is interrupted: without this the wait would spin.
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  void giveUp() {
    giveBatonBack();
    while (true) {
      LockSupport.park(this);
    }
  }

  @Override
  void abandon() {
    switch (state) {
      case NEW -> state = State.ENDED;
      case SUSPENDED -> resume();
      case RUNNING, ENDED -> {}
    }
  }
}
