// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.sync.Event;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.Semaphore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What may wait for something while the memory ends, each as a program that ends with "ok" or with
/// what it was told. Loaded by [StarvedClasses].
public enum Scarcities {
  CALL_THAT_SUCCEEDS(() -> call(() -> "ok")),
  CALL_THAT_FAILS(
      () -> {
        try {
          return call(
              () -> {
                throw new IllegalArgumentException("expected");
              });
        } catch (IllegalArgumentException e) {
          return "ok";
        }
      }),
  CALL_OF_TO_THREAD(
      () -> {
        Asyncio.toThread(() -> null);
        return watched(
            () ->
                Asyncio.toThread(
                    () -> {
                      Memory.watch();
                      return "ok";
                    }));
      }),
  SLEEP(
      () -> {
        Asyncio.sleep(Delay.SHORT);
        return suspended(() -> Asyncio.sleep(Delay.SHORT, "ok"));
      }),
  FUTURE_OF_ANOTHER_THREAD(
      () -> {
        Future<String> future = loop().createFuture();
        afterwards(
            () -> persistently(() -> loopOf(future).callSoonThreadsafe(() -> complete(future))));
        return suspended(future::await);
      }),
  FUTURE_WITH_MANY_CALLBACKS(
      () -> {
        Future<String> future = loop().createFuture();
        for (int i = 0; i < 5; i++) {
          future.addDoneCallback(_ -> {});
        }
        afterwards(
            () -> persistently(() -> loopOf(future).callSoonThreadsafe(() -> complete(future))));
        return suspended(future::await);
      }),
  POST_TO_A_FUTURE(
      () -> {
        Future<String> future = loop().createFuture();
        future.addDoneCallback(_ -> {});
        var post = Lowlevel.of(loop()).newPost(() -> future.trySetResult("ok"), new Context());
        afterwards(post::post);
        return suspended(future::await);
      }),
  TASK_THAT_SUCCEEDS(
      () -> {
        Task<String> task =
            Asyncio.createTask(
                () -> {
                  Asyncio.sleep(Delay.SHORT);
                  return "ok";
                });
        return suspended(task::await);
      }),
  TASK_THAT_FAILS(
      () -> {
        Task<String> task =
            Asyncio.createTask(
                () -> {
                  Asyncio.sleep(Delay.SHORT);
                  throw new IllegalArgumentException("expected");
                });
        try {
          return suspended(task::await);
        } catch (IllegalArgumentException e) {
          return "ok";
        }
      }),
  TASK_THAT_IS_CANCELLED(
      () -> {
        Task<String> task =
            Asyncio.createTask(
                () -> {
                  Asyncio.sleep(Delay.LONG);
                  return "not cancelled";
                });
        loop().callLater(Delay.SHORT, () -> persistently(task::cancel));
        try {
          return suspended(task::await);
        } catch (CancelledError e) {
          return "ok";
        }
      }),
  TASKS_IN_A_ROW(
      () -> {
        return suspended(() -> depth(5));
      }),
  GATHER(
      () ->
          suspended(
              () -> {
                Asyncio.gather(
                        () -> Asyncio.sleep(Delay.SHORT, "a"),
                        () -> Asyncio.sleep(Delay.SHORT, "b"),
                        () -> Asyncio.sleep(Delay.SHORT, "c"))
                    .await();
                return "ok";
              })),
  GATHER_THAT_FAILS(
      () ->
          suspended(
              () -> {
                try {
                  Asyncio.gather(
                          () -> Asyncio.sleep(Delay.LONG, "a"),
                          () -> {
                            Asyncio.sleep(Delay.SHORT);
                            throw new IllegalArgumentException("expected");
                          })
                      .await();
                  return "no failure";
                } catch (IllegalArgumentException e) {
                  return "ok";
                }
              })),
  WAIT(
      () ->
          suspended(
              () -> {
                var tasks =
                    List.of(
                        Asyncio.createTask(() -> Asyncio.sleep(Delay.SHORT, "a")),
                        Asyncio.createTask(() -> Asyncio.sleep(Delay.SHORT, "b")));
                Asyncio.wait(tasks);
                return "ok";
              })),
  SHIELD(
      () ->
          suspended(
              () -> {
                return Asyncio.shield(() -> Asyncio.sleep(Delay.SHORT, "ok")).await();
              })),
  TIME_LIMIT(
      () ->
          suspended(
              () -> {
                try {
                  Asyncio.timeout(Delay.SHORT, () -> Asyncio.sleep(Delay.LONG));
                  return "no timeout";
                } catch (TimeoutException e) {
                  return "ok";
                }
              })),
  WAIT_FOR(
      () ->
          suspended(
              () -> {
                try {
                  Asyncio.waitFor(loop().createFuture(), Delay.SHORT);
                  return "no timeout";
                } catch (TimeoutException e) {
                  return "ok";
                }
              })),
  GROUP(
      () ->
          suspended(
              () -> {
                Asyncio.taskGroup(
                    group -> {
                      group.createTask(() -> Asyncio.sleep(Delay.SHORT));
                      group.createTask(() -> Asyncio.sleep(Delay.SHORT));
                    });
                return "ok";
              })),
  GROUP_THAT_FAILS(
      () ->
          suspended(
              () -> {
                try {
                  Asyncio.taskGroup(
                      group -> {
                        group.createTask(() -> Asyncio.sleep(Delay.LONG));
                        group.createTask(
                            () -> {
                              Asyncio.sleep(Delay.SHORT);
                              throw new IllegalArgumentException("expected");
                            });
                      });
                  return "no failure";
                } catch (ExceptionGroup e) {
                  return "ok";
                }
              })),
  QUEUE(
      () -> {
        var queue = new Queue<String>();
        loop().callLater(Delay.SHORT, () -> persistently(() -> queue.putNowait("ok")));
        return suspended(queue::get);
      }),
  FULL_QUEUE(
      () -> {
        var queue = new Queue<String>(1);
        queue.putNowait("a");
        loop().callLater(Delay.SHORT, () -> persistently(() -> queue.getNowait()));
        return suspended(
            () -> {
              queue.put("b");
              return "ok";
            });
      }),
  EVENT(
      () -> {
        var event = new Event();
        loop().callLater(Delay.SHORT, () -> persistently(event::set));
        return suspended(
            () -> {
              event.await();
              return "ok";
            });
      }),
  SEMAPHORE(
      () -> {
        var semaphore = new Semaphore(0);
        loop().callLater(Delay.SHORT, () -> persistently(semaphore::release));
        return suspended(
            () -> {
              semaphore.acquire();
              return "ok";
            });
      }),
  STAGE_OF_THE_JDK(
      () -> {
        var stage = new CompletableFuture<String>();
        afterwards(() -> persistently(() -> stage.complete("ok")));
        return suspended(() -> Future.await(stage));
      }),
  COROUTINE_OF_ANOTHER_THREAD(
      () -> {
        EventLoop loop = loop();
        return suspended(
            () -> Asyncio.toThread(() -> Asyncio.runCoroutineThreadsafe(() -> "ok", loop).get()));
      }),
  BLOCKING_CALL_OF_THE_JDK(
      () -> {
        Task<String> task =
            Asyncio.createTask(
                () -> {
                  Thread.sleep(Delay.SHORT);
                  return "ok";
                });
        return suspended(task::await);
      }),
  SOCKET(
      () -> {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
          var connection =
              Asyncio.openConnection(
                  server.getInetAddress().getHostAddress(), server.getLocalPort());
          var peer = server.accept();
          afterwards(
              () ->
                  persistently(
                      () -> {
                        try {
                          peer.getOutputStream().write("ok\n".getBytes(UTF_8));
                          peer.getOutputStream().flush();
                          peer.close();
                        } catch (IOException e) {
                          throw new UncheckedIOException(e);
                        }
                      }));
          StreamReader reader = connection.reader();
          String line = suspended(() -> reader.readline(UTF_8));
          connection.writer().close();
          return line == null ? "no line" : line.strip();
        }
      }),
  CHILD(
      () -> {
        var child = Asyncio.createSubprocessExec("sleep", "0.02");
        return suspended(() -> child.await() == 0 ? "ok" : "failed");
      });

  private interface Scarcity {
    String run() throws Exception;
  }

  private static final class Delay {
    static final Duration SHORT = Duration.ofMillis(3);
    static final Duration LONG = Duration.ofSeconds(1000);
  }

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
  private final Scarcity scarcity;

  Scarcities(Scarcity scarcity) {
    this.scarcity = scarcity;
  }

  /// Runs one in a loop of its own.
  public static String run(String name) throws Exception {
    Scarcities chosen = valueOf(name);
    return Asyncio.run(
        () -> {
          try {
            return chosen.scarcity.run();
          } catch (Throwable t) {
            Memory.ignore();
            if (isTold(t)) {
              return "told";
            }
            throw t;
          } finally {
            Memory.ignore();
          }
        });
  }

  private static boolean isTold(@Nullable Throwable t) {
    return t instanceof OutOfMemoryError
        || (t instanceof ExceptionGroup group
            && group.exceptions().stream().allMatch(Scarcities::isTold))
        || (t != null && t.getCause() != null && isTold(t.getCause()));
  }

  private static EventLoop loop() {
    return EventLoop.getRunningLoop();
  }

  private static EventLoop loopOf(Future<?> future) {
    return future.getLoop();
  }

  private static void complete(Future<String> future) {
    persistently(() -> future.trySetResult("ok"));
  }

  private static String call(Callable<String> call) throws Exception {
    // Threads and classes are there after the first.
    loop().runInExecutor(null, () -> "").await();
    return watched(
        () ->
            loop()
                .runInExecutor(
                    null,
                    () -> {
                      Thread.sleep(3);
                      Memory.watch();
                      return call.call();
                    })
                .await());
  }

  /// Places count from when this task is suspended.
  private static String suspended(Callable<String> call) throws Exception {
    loop().callSoon(Memory::watch);
    return watched(call);
  }

  private static String watched(Callable<String> call) throws Exception {
    try {
      return call.call();
    } finally {
      Memory.ignore();
    }
  }

  private static String depth(int left) throws Exception {
    return left == 0
        ? Asyncio.sleep(Delay.SHORT, "ok")
        : Asyncio.createTask(() -> depth(left - 1)).await();
  }

  /// Who is told that there is no memory tries again.
  private static void persistently(Runnable run) {
    for (int i = 0; i < 1000; i++) {
      try {
        run.run();
        return;
      } catch (OutOfMemoryError e) {
        // Once more.
      }
    }
    throw new AssertionError("never");
  }

  private static void afterwards(Runnable run) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                Thread.sleep(Delay.SHORT);
              } catch (InterruptedException e) {
                return;
              }
              run.run();
            });
  }
}
