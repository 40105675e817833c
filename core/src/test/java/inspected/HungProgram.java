// SPDX-License-Identifier: Apache-2.0
package inspected;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.sync.Lock;
import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A program that hangs, in a package that is not the library's. It prints a line when it does, and
/// ends with its input.
public final class HungProgram {
  private static final SynchronousQueue<String> ORDERS = new SynchronousQueue<>();
  private static final AtomicReference<Thread> HANGING = new AtomicReference<>();

  private static Task<?> stock;
  private static Task<?> prices;
  private static final AtomicLong SPUN = new AtomicLong();

  private HungProgram() {}

  public static void main(String[] arguments) throws Exception {
    Thread.ofPlatform().daemon().start(HungProgram::endWithInput);
    Thread.ofPlatform().daemon().start(() -> sayWhenItHangs(arguments[0]));
    switch (arguments[0]) {
      case "waits" -> Asyncio.run(() -> waitForEachOther(Asyncio.getRunningLoop()));
      case "noLoop" -> HANGING.set(Thread.currentThread());
      case "secrets" -> Asyncio.run(() -> hangInOwnMethods(Asyncio.getRunningLoop()));
      default -> Asyncio.run(() -> hang(arguments[0]));
    }
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {}
    } catch (java.io.IOException e) {
      // Ended as well.
    }
    Runtime.getRuntime().halt(0);
  }

  // Not by the one that hangs: what it prints before is no sign that it does.
  private static void sayWhenItHangs(String how) {
    while (true) {
      Thread thread = HANGING.get();
      boolean hangs =
          switch (how) {
            case "blocks", "monitor" ->
                thread != null
                    && (thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.BLOCKED);
            case "computes" -> SPUN.get() > 1;
            default -> thread != null;
          };
      if (hangs) {
        break;
      }
      Thread.onSpinWait();
    }
    System.out.println("hangs");
  }

  private static Void waitForEachOther(EventLoop loop) throws Exception {
    var lock = new Lock();
    lock.acquire();
    stock = loop.createTask(() -> waitFor(() -> prices), "stock");
    prices = loop.createTask(() -> waitFor(() -> stock), "prices");
    loop.createTask(() -> lockIt(lock), "locker");
    loop.createTask(() -> neverDone(loop), "future");
    return new TaskGroup()
        .run(
            group -> {
              group.createTask(HungProgram::sleep, "sleeper");
              group.createTask(
                  () -> Asyncio.gather(loop.createTask(HungProgram::sleep, "gathered")).await(),
                  "gatherer");
              // Behind the first steps of all of them, and the second ones.
              loop.callSoon(
                  () ->
                      loop.callSoon(
                          () -> loop.callSoon(() -> HANGING.set(Thread.currentThread()))));
              return null;
            });
  }

  private interface ToAwait {
    Task<?> get();
  }

  private static Void waitFor(ToAwait other) throws Exception {
    Asyncio.sleep(Duration.ZERO);
    other.get().await();
    return null;
  }

  private static Void lockIt(Lock lock) {
    lock.acquire();
    return null;
  }

  private static Void neverDone(EventLoop loop) throws Exception {
    return loop.<Void>createFuture().await();
  }

  private static Void sleep() {
    Asyncio.sleep(Duration.ofDays(1));
    return null;
  }

  private static Void hang(String how) throws Exception {
    EventLoop loop = Asyncio.getRunningLoop();
    loop.createTask(HungProgram::sleep, "sleeper");
    if (how.equals("callback")) {
      loop.callSoon(HungProgram::takeOrders);
    }
    Task<Void> hung =
        loop.createTask(
            () -> {
              if (how.equals("computes")) {
                compute();
              } else if (how.equals("monitor")) {
                enter(heldByAnother());
              } else if (how.equals("blocks")) {
                takeOrders();
              }
              return null;
            },
            "orders");
    return hung.await();
  }

  private static void takeOrders() {
    HANGING.set(Thread.currentThread());
    try {
      ORDERS.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void compute() {
    while (true) {
      SPUN.getAndIncrement();
    }
  }

  private static Object heldByAnother() throws InterruptedException {
    var lock = new Object();
    var held = new java.util.concurrent.CountDownLatch(1);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              synchronized (lock) {
                held.countDown();
                while (true) {
                  java.util.concurrent.locks.LockSupport.park();
                }
              }
            });
    held.await();
    return lock;
  }

  private static void enter(Object lock) {
    HANGING.set(Thread.currentThread());
    synchronized (lock) {
      SPUN.getAndIncrement();
    }
  }

  // Everything here that looking might call hangs.
  private static Void hangInOwnMethods(EventLoop loop) throws Exception {
    Future<Void> future = loop.createFuture();
    future.addDoneCallback(new HangingAwaiter());
    loop.createTask(new HangingBody(future), "secretive\nwith two lines");
    loop.callSoon(() -> loop.callSoon(() -> HANGING.set(Thread.currentThread())));
    return future.await();
  }

  private record HangingBody(Future<Void> future) implements Coroutine<Void> {
    @Override
    public Void run() throws Exception {
      return future.await();
    }

    @Override
    public int hashCode() {
      throw hangs();
    }

    @Override
    public String toString() {
      throw hangs();
    }
  }

  private static final class HangingAwaiter implements Consumer<Future<Void>>, Awaiter {
    @Override
    public void accept(Future<Void> future) {}

    @Override
    public Future<?> awaiter() {
      throw hangs();
    }
  }

  private static IllegalStateException hangs() {
    System.out.println("called");
    while (true) {
      java.util.concurrent.locks.LockSupport.park();
    }
  }
}
