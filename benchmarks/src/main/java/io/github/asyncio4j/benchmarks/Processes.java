// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.sync.Semaphore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.SynchronousQueue;

/// Child processes by asyncio4j and by `ProcessBuilder`: `Processes asyncio4j|builder
/// spawn|roundtrip COUNT AT_ONCE`. The peer of `peers/processes.py`.
///
/// With `ProcessBuilder` children are started one after the other, and a thread each writes to one
/// and reads from it, as its documentation advises.
public final class Processes {
  private static final byte[] LINE = "a line of text\n".getBytes(US_ASCII);

  private Processes() {}

  private interface Measured {
    void run(int count) throws Exception;
  }

  /// Runs once.
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[2]);
    double seconds =
        switch (args[0] + " " + args[1]) {
          case "asyncio4j spawn" -> {
            int atOnce = Integer.parseInt(args[3]);
            yield Asyncio.run(() -> seconds(n -> spawn(n, atOnce), count));
          }
          case "builder spawn" -> seconds(Processes::spawnByBuilder, count);
          case "asyncio4j roundtrip" -> Asyncio.run(() -> roundTrips(count));
          case "builder roundtrip" -> roundTripsByThreads(count);
          default -> throw new IllegalArgumentException(Arrays.toString(args));
        };
    System.out.printf(Locale.ROOT, "{\"seconds\": %.4f}%n", seconds);
  }

  private static double seconds(Measured body, int count) throws Exception {
    body.run(count / 10);
    long start = System.nanoTime();
    body.run(count);
    return (System.nanoTime() - start) / 1e9;
  }

  private static void spawn(int count, int atOnce) throws Exception {
    var places = new Semaphore(atOnce);
    var bodies = new ArrayList<Coroutine<Integer>>();
    for (int i = 0; i < count; i++) {
      bodies.add(
          () -> {
            try (var _ = places.hold()) {
              return Asyncio.createSubprocessExec("/bin/true").await();
            }
          });
    }
    ensure(Asyncio.gather(bodies).await().stream().allMatch(status -> status == 0));
  }

  private static void spawnByBuilder(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      ensure(new ProcessBuilder("/bin/true").inheritIO().start().waitFor() == 0);
    }
  }

  private static double roundTrips(int count) throws Exception {
    var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE);
    try (Process cat = Asyncio.createSubprocessExec(pipes, "cat")) {
      return seconds(
          n -> {
            for (int i = 0; i < n; i++) {
              cat.stdin().write(LINE);
              cat.stdin().drain();
              ensure(Arrays.equals(cat.stdout().readline(), LINE));
            }
          },
          count);
    }
  }

  private static double roundTripsByThreads(int count) throws Exception {
    var cat = new ProcessBuilder("cat").start();
    var requests = new SynchronousQueue<byte[]>();
    var answers = new SynchronousQueue<String>();
    Thread.ofPlatform().daemon().start(() -> write(cat.getOutputStream(), requests));
    Thread.ofPlatform().daemon().start(() -> read(cat, answers));
    double seconds =
        seconds(
            n -> {
              for (int i = 0; i < n; i++) {
                requests.put(LINE);
                ensure(answers.take().length() == LINE.length - 1);
              }
            },
            count);
    cat.destroy();
    return seconds;
  }

  private static void write(OutputStream stdin, SynchronousQueue<byte[]> requests) {
    try {
      while (true) {
        stdin.write(requests.take());
        stdin.flush();
      }
    } catch (IOException | InterruptedException e) {
      return; // It has ended.
    }
  }

  private static void read(java.lang.Process cat, SynchronousQueue<String> answers) {
    try (var lines = new BufferedReader(new InputStreamReader(cat.getInputStream(), US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.put(line);
      }
    } catch (IOException | InterruptedException e) {
      return; // It has ended.
    }
  }

  private static void ensure(boolean condition) {
    if (!condition) {
      throw new IllegalStateException("a wrong answer");
    }
  }
}
