// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.check;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.sync.Queue;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// Uses a bit of everything, and says on what engine and selector: `bin/asyncio --check`.
///
/// It is also what a JVM is trained with for the ahead-of-time cache of `bin/asyncio`. So it calls
/// what most programs call, and each of it once.
public final class SelfCheck {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  private SelfCheck() {}

  /// Runs the check.
  ///
  /// @throws Exception whatever does not work
  public static void main(String[] arguments) throws Exception {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      loop.callSoon(loop::stop);
      loop.runForever();
    }
    String loop = Asyncio.run(() -> Asyncio.timeout(LONG, SelfCheck::check));
    System.out.println("asyncio4j works: " + loop);
  }

  private static String check() throws Exception {
    tasks();
    queue();
    connection();
    return "Java " + Runtime.version() + ", " + Asyncio.getRunningLoop();
  }

  private static void tasks() throws Exception {
    EventLoop loop = Asyncio.getRunningLoop();
    Future<String> answer = loop.createFuture();
    loop.callLater(SHORT, () -> answer.setResult("answer"));
    Asyncio.gather(() -> Asyncio.sleep(SHORT), () -> Asyncio.sleep(Duration.ZERO)).await();
    Asyncio.taskGroup(group -> group.createTask(answer::await));
    expect("answer", answer.result());
    try {
      Asyncio.waitFor(loop.createFuture(), SHORT);
      throw new IllegalStateException("a time limit was not kept: " + SHORT);
    } catch (TimeoutException expected) {
      // As it should be.
    }
    expect("thread", Asyncio.toThread(() -> "thread"));
  }

  private static void queue() throws Exception {
    var jobs = new Queue<String>(1);
    Task<String> consumer =
        Asyncio.createTask(
            () -> {
              var text = new StringBuilder();
              for (String job : jobs) {
                text.append(job);
              }
              return text.toString();
            });
    jobs.put("a");
    jobs.put("b");
    jobs.shutdown();
    expect("ab", consumer.await());
  }

  private static void connection() throws IOException {
    try (Server server = Asyncio.startServer(SelfCheck::echo, "127.0.0.1", 0);
        StreamConnection connection = Asyncio.openConnection("127.0.0.1", server.port())) {
      connection.writer().write("hello\n");
      connection.writer().drain();
      for (String line : connection.reader().lines()) {
        expect("hello", line);
      }
    }
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      writer.write(reader.readline());
      writer.drain();
    }
  }

  private static void expect(String expected, String actual) {
    if (!expected.equals(actual)) {
      throw new IllegalStateException("expected " + expected + ", got " + actual);
    }
  }
}
