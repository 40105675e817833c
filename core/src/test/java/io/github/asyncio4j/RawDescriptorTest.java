// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Descriptors by their numbers, watched by callbacks of the program (EL-100, EL-101, B25, F6).
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "EPOLL_CALLBACK_THREAD", "EPOLL_BATON"})
final class RawDescriptorTest {
  // Where nothing else of a test is opened.
  private static final int FAR = 300;

  private final EventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> log = new ArrayList<>();
  private final AtomicInteger iterations = new AtomicInteger();
  private LogRecorder warnings;
  private int[] pair;
  private int[] other;

  RawDescriptorTest(LoopKind kind) {
    loop = kind.newLoop();
    failures = ExceptionRecorder.on(loop);
  }

  @BeforeEach
  void openAll() throws IOException {
    warnings = LogRecorder.start();
    pair = Fds.socketpair();
    other = Fds.socketpair();
    Lowlevel.of(loop)
        .observe(
            new LoopObserver() {
              @Override
              public void iterationStarted(long time) {
                iterations.incrementAndGet();
              }
            });
  }

  @AfterEach
  void closeAll() throws IOException {
    loop.close();
    Fds.close(pair);
    Fds.close(other);
    warnings.close();
    assertThat(failures.messages()).isEmpty();
  }

  /// Runs the loop for a moment of the real clock.
  private void runFor(Duration time) {
    loop.callLater(time, loop::stop);
    loop.runForever();
  }

  private void runOnce() {
    loop.callSoon(loop::stop);
    loop.runForever();
  }

  // As a callback may: the descriptor is ready.
  private static void consume(int fd) {
    try {
      Fds.read(fd, 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Gives a number that is open a new meaning, as a close and an open of something else do.
  private static void reuse(int fd, int source) throws IOException {
    Fds.close(fd);
    assertThat(Fds.dup(source, fd)).isEqualTo(fd);
  }

  @Test
  void aNumberIsWatchedInBothDirectionsAtOnce() throws Exception {
    int fd = pair[0];
    loop.addReader(
        fd,
        () -> {
          consume(fd);
          log.add("read");
          loop.stop();
        });
    loop.addWriter(fd, () -> log.add(loop.removeWriter(fd) ? "writable" : "?"));
    runOnce();
    Fds.write(pair[1], 1);
    loop.runForever();

    assertThat(log).containsExactly("writable", "read");
    assertThat(loop.removeReader(fd)).isTrue();
    assertThat(loop.removeReader(fd)).isFalse();
    assertThat(loop.removeWriter(fd)).isFalse();
  }

  // bpo-32015
  @Test
  void whatIsNotWatchedAnyMoreCostsNothing() throws Exception {
    int fd = pair[0];
    loop.addReader(fd, () -> log.add("never"));
    loop.addWriter(fd, () -> log.add(loop.removeWriter(fd) ? "writable" : "?"));
    runOnce();
    int before = iterations.get();

    runFor(Duration.ofMillis(20));

    assertThat(iterations.get() - before).isLessThan(5);
    assertThat(log).containsExactly("writable");
  }

  @Test
  void aRegularFileIsRefusedByASentence(@TempDir Path directory) throws IOException {
    Path file = directory.toRealPath().resolve("file");
    try (var _ = new RandomAccessFile(file.toFile(), "rw")) {
      int fd = Fds.of(file);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addReader(fd, () -> {}))
          .withMessage(
              "cannot watch fd %d: epoll_ctl(ADD, fd %d), which watches no regular file and no"
                  + " directory: EPERM (Operation not permitted)",
              fd, fd);
      assertThat(loop.removeReader(fd)).isFalse();
    }
  }

  @Test
  void aNumberThatIsNotOpenIsRefused() throws IOException {
    int closed = Fds.dup(pair[0], FAR);
    Fds.close(closed);
    for (int fd : List.of(closed, 100_000_000, Integer.MAX_VALUE)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addReader(fd, () -> {}))
          .withMessageStartingWith("cannot watch fd " + fd + ": ")
          .withMessageEndingWith("EBADF (Bad file descriptor)");
      assertThat(loop.removeReader(fd)).isFalse();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loop.addWriter(-1, () -> {}))
        .withMessage("Invalid file descriptor: -1");
  }

  //
  @Test
  void aNumberThatSomebodyHasIsRefused() throws IOException {
    IoWatch watch =
        Lowlevel.of(loop)
            .watch(Pollable.of(pair[0]), new HeldBy("a transport"), () -> {}, () -> {});

    assertThatIllegalStateException()
        .isThrownBy(() -> loop.addReader(pair[0], () -> {}))
        .withMessage("File descriptor fd %d is used by transport a transport", pair[0]);
    watch.close();
  }

  private record HeldBy(String name) implements IoWatch.Owner {
    @Override
    public void loopClosed() {}

    @Override
    public String toString() {
      return name;
    }
  }

  // B25
  @Test
  void aDescriptorThatIsClosedWhileItsFileLivesOnCallsNobodyAndThatIsSaid() throws Exception {
    int fd = Fds.dup(pair[0], FAR);
    loop.addReader(fd, () -> log.add("stale"));
    loop.addWriter(fd, () -> log.add("stale"));
    Fds.close(fd);
    Fds.write(pair[1], 1);

    runFor(Duration.ofMillis(20));

    assertThat(log).isEmpty();
    assertThat(iterations.get()).isLessThan(6);
    assertThat(warnings.messages())
        .containsExactly(
            "fd "
                + fd
                + " was closed while it was watched by addReader or addWriter, and is not any"
                + " more: call removeReader and removeWriter before it is closed");
    assertThat(loop.removeReader(fd)).isFalse();
  }

  // B25, F6
  @Test
  void aNumberThatIsReusedGetsNoCallForTheFileBefore() throws Exception {
    int fd = Fds.dup(pair[0], FAR);
    loop.addReader(fd, () -> log.add("stale"));
    reuse(fd, other[0]);
    // The old file lives on in pair[0]; the new one has something to read as well.
    Fds.write(pair[1], 1);
    Fds.write(other[1], 1);

    runFor(Duration.ofMillis(20));

    assertThat(log).isEmpty();
    assertThat(iterations.get()).isLessThan(6);
    Fds.close(fd);
  }

  // F6: asyncio believes that it watches already, and never calls back.
  @Test
  void aNumberThatIsReusedCanBeWatchedAnew() throws Exception {
    int fd = Fds.dup(pair[0], FAR);
    loop.addReader(fd, () -> log.add("stale"));
    reuse(fd, other[0]);
    Fds.write(other[1], 1);

    loop.addReader(
        fd,
        () -> {
          consume(fd);
          log.add("anew");
          loop.stop();
        });
    loop.runForever();

    assertThat(log).containsExactly("anew");
    assertThat(loop.removeReader(fd)).isTrue();
    Fds.close(fd);
  }

  // F6
  @Test
  void removingOneDirectionDoesNotWatchTheNextFileInTheOther() throws Exception {
    int fd = Fds.dup(pair[0], FAR);
    loop.addReader(fd, () -> log.add("stale"));
    loop.addWriter(fd, () -> log.add("stale"));
    reuse(fd, other[0]);
    Fds.write(other[1], 1);

    assertThat(loop.removeWriter(fd)).isTrue();
    assertThat(loop.removeReader(fd)).isFalse();
    runFor(Duration.ofMillis(20));

    assertThat(log).isEmpty();
    Fds.close(fd);
  }

  // F6
  @Test
  void nothingOfAClosedNumberReachesItsNextOwner() throws Exception {
    int fd = Fds.dup(pair[0], FAR);
    for (int i = 0; i < Load.of(500, 100_000); i++) {
      int[] files = i % 2 == 0 ? pair : other;
      int[] next = i % 2 == 0 ? other : pair;
      loop.addReader(fd, () -> log.add("stale"));
      Fds.write(files[1], 1);
      reuse(fd, next[0]);
      boolean watched = i % 3 == 0;
      if (watched) {
        loop.addWriter(fd, () -> log.add(loop.removeWriter(fd) ? "own" : "?"));
      }
      runOnce();
      assertThat(log).as("round %d", i).isEqualTo(watched ? List.of("own") : List.of());
      log.clear();
      Fds.read(files[0], 1);
      loop.removeReader(fd);
    }
    Fds.close(fd);
  }

  // F6
  @Test
  void aSocketOfOursThatGetsTheNumberIsNotInTheWayOfItsRemoval() throws Exception {
    int fd = Fds.dup(pair[0], 3);
    loop.addReader(fd, () -> log.add("stale"));
    Fds.close(fd);
    var sockets = new ArrayList<Socket>();
    try {
      Socket reused;
      do {
        reused = Socket.open(SocketTier.NATIVE, StandardProtocolFamily.INET, SocketType.DATAGRAM);
        sockets.add(reused);
      } while (reused.fileno() < fd);
      if (reused.fileno() == fd) {
        loop.addWriter(reused, () -> log.add("own"));
        runOnce();
        assertThat(log).containsExactly("own");
        assertThat(loop.removeReader(fd)).isFalse();
        assertThat(loop.removeWriter(reused)).isTrue();
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  // EL-101
  @Test
  void afterCloseThereIsNothingToRemove() {
    loop.addReader(pair[0], () -> {});
    loop.close();

    assertThat(loop.removeReader(pair[0])).isFalse();
    assertThat(loop.removeWriter(pair[0])).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.addReader(pair[0], () -> {}))
        .withMessageStartingWith("Event loop is closed: ");
  }
}
