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
/// spawn|roundtrip COUNT WARM_UP AT_ONCE`. The peer of `peers/processes.py`, which says what is
/// measured.
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
    int warmUp = Integer.parseInt(args[3]);
    Times times =
        switch (args[0] + " " + args[1]) {
          case "asyncio4j spawn" -> {
            int atOnce = Integer.parseInt(args[4]);
            yield Asyncio.run(() -> times(n -> spawn(n, atOnce), count, warmUp));
          }
          case "builder spawn" -> times(Processes::spawnByBuilder, count, warmUp);
          case "asyncio4j roundtrip" -> Asyncio.run(() -> roundTrips(count, warmUp));
          case "builder roundtrip" -> roundTripsByThreads(count, warmUp);
          default -> throw new IllegalArgumentException(Arrays.toString(args));
        };
    System.out.printf(
        Locale.ROOT, "{\"first\": %.4f, \"seconds\": %.4f}%n", times.first(), times.later());
  }

  private record Times(double first, double later) {}

  private static Times times(Measured body, int count, int warmUp) throws Exception {
    body.run(count / 10);
    double first = seconds(body, count);
    body.run(warmUp);
    return new Times(first, seconds(body, count));
  }

  private static double seconds(Measured body, int count) throws Exception {
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

  private static Times roundTrips(int count, int warmUp) throws Exception {
    var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE);
    try (Process cat = Asyncio.createSubprocessExec(pipes, "cat")) {
      return times(
          n -> {
            for (int i = 0; i < n; i++) {
              cat.stdin().write(LINE);
              cat.stdin().drain();
              ensure(Arrays.equals(cat.stdout().readline(), LINE));
            }
          },
          count,
          warmUp);
    }
  }

  private static Times roundTripsByThreads(int count, int warmUp) throws Exception {
    var cat = new ProcessBuilder("cat").start();
    var requests = new SynchronousQueue<byte[]>();
    var answers = new SynchronousQueue<String>();
    Thread.ofPlatform().daemon().start(() -> write(cat.getOutputStream(), requests));
    Thread.ofPlatform().daemon().start(() -> read(cat, answers));
    Times times =
        times(
            n -> {
              for (int i = 0; i < n; i++) {
                requests.put(LINE);
                ensure(answers.take().length() == LINE.length - 1);
              }
            },
            count,
            warmUp);
    cat.destroy();
    return times;
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
