// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A FIFO that is opened without native access: whoever waits for the other end there is let go by
/// a close, whenever that comes.
final class FifoFileTest {
  private static final int ROUNDS = 300;
  // The system keeps 15 characters of it.
  private static final String USER = "fifo-user";

  @TempDir private Path directory;

  private Path fifo(String name) throws Exception {
    Path fifo = directory.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo;
  }

  /// Uses an end in a thread of its own, which waits until the other end is opened.
  private static FutureTask<Integer> using(Closeable end) {
    var use =
        new FutureTask<>(
            () -> {
              if (end instanceof InputStream in) {
                return in.read();
              }
              ((OutputStream) end).write('x');
              return 0;
            });
    Thread.ofPlatform().daemon().start(use);
    return use;
  }

  private static void assertClosed(FutureTask<Integer> use) {
    assertThatThrownBy(use::get).hasCauseInstanceOf(ClosedChannelException.class);
  }

  private static Thread start(FutureTask<Integer> use) {
    return Thread.ofPlatform().daemon().name(USER).start(use);
  }

  // To be on the way to the system call is not enough: what is moved away before it is not found.
  private static void awaitOpening(Thread thread) throws IOException {
    while (thread.isAlive() && !(isOpening(thread) && sleepsInSystem(thread))) {
      Thread.onSpinWait();
    }
  }

  private static boolean isOpening(Thread thread) {
    StackTraceElement[] frames = thread.getStackTrace();
    return frames.length > 0 && frames[0].getMethodName().equals("open0");
  }

  /// Tells whether the only thread of its name sleeps for the system (proc_pid_stat(5)).
  private static boolean sleepsInSystem(Thread thread) throws IOException {
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          String stat = Files.readString(task.resolve("stat"));
          if (stat.contains("(" + thread.getName() + ") ")) {
            return stat.contains("(" + thread.getName() + ") S ");
          }
        } catch (IOException e) {
          // It has ended meanwhile.
        }
      }
    }
    return false;
  }

  @Test
  void aReadThatWaitsForAWriterIsEndedByACloseWhenever() throws Exception {
    Path fifo = fifo("fifo");
    for (int i = 0; i < ROUNDS; i++) {
      InputStream in = FifoFile.input(fifo);
      FutureTask<Integer> use = using(in);
      spin(i);
      in.close();
      assertClosed(use);
    }
  }

  @Test
  void aWriteThatWaitsForAReaderIsEndedByACloseWhenever() throws Exception {
    Path fifo = fifo("fifo");
    for (int i = 0; i < ROUNDS; i++) {
      OutputStream out = FifoFile.output(fifo);
      FutureTask<Integer> use = using(out);
      spin(i);
      out.close();
      assertClosed(use);
    }
  }

  // So that the close comes before the open, into it, and when it waits.
  private static void spin(int round) {
    long until = System.nanoTime() + round * 2_000L;
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aFifoThatIsNotThereAnyMoreIsClosedAndItsUserWaitsForTheOtherEnd() throws Exception {
    Path fifo = fifo("fifo");
    InputStream in = FifoFile.input(fifo);
    var use = new FutureTask<Integer>(in::read);
    Thread user = start(use);
    awaitOpening(user);
    Path elsewhere = directory.resolve("elsewhere");
    Files.move(fifo, elsewhere);

    assertThatThrownBy(in::close).isInstanceOf(NoSuchFileException.class);

    letGo(elsewhere, user);
    assertClosed(use);
  }

  @Test
  void anotherFifoInItsPlaceIsLeftAlone() throws Exception {
    Path fifo = fifo("fifo");
    InputStream in = FifoFile.input(fifo);
    var use = new FutureTask<Integer>(in::read);
    Thread user = start(use);
    awaitOpening(user);
    Path elsewhere = directory.resolve("elsewhere");
    Files.move(fifo, elsewhere);
    Path other = fifo("fifo");

    // Whoever held the other one would keep its reader from the end.
    assertThatThrownBy(in::close)
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("another file is in its place");

    try (InputStream reader = FifoFile.input(other)) {
      FutureTask<Integer> read = using(reader);
      try (OutputStream writer = FifoFile.output(other)) {
        writer.write('x');
        assertThat(read.get()).isEqualTo('x');
      }
      assertThat(reader.read()).isEqualTo(-1);
    }
    letGo(elsewhere, user);
    assertClosed(use);
  }

  /// Ends the wait of a thread for the other end.
  private static void letGo(Path fifo, Thread user) throws IOException, InterruptedException {
    try (var _ = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      user.join();
    }
  }
}
