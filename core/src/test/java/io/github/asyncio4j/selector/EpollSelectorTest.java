// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static io.github.asyncio4j.selector.Selector.READ;
import static io.github.asyncio4j.selector.Selector.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.internal.ffi.HookedSyscalls;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.SyscallRecorder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpollSelectorTest extends SelectorContract {
  private final List<Integer> reported = new ArrayList<>();

  @Override
  Selector openSelector() throws IOException {
    return EpollSelector.open();
  }

  @Test
  void withNativeAccessItIsTheDefault() throws IOException {
    try (Selector selector = Selector.open()) {
      assertThat(selector).isInstanceOf(EpollSelector.class);
      assertThat(selector.pollsDescriptors()).isTrue();
    }
  }

  @Test
  void aNegativeDescriptorIsRefused() {
    // EL-100
    assertThatThrownBy(() -> Pollable.of(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }

  @Test
  void aBareDescriptorIsWatched() throws IOException {
    int[] fds = Fds.socketpair();
    try (Selector selector = openSelector()) {
      selector.register(Pollable.of(fds[0]), READ, reported::add);
      Fds.write(fds[1], 1);

      selector.select(-1);

      assertThat(reported).containsExactly(READ);
      assertThat(selector.registration(Pollable.of(fds[0]))).isNotNull();
    } finally {
      Fds.close(fds);
    }
  }

  @Test
  void aRegularFileIsRefusedByTheSystem(@TempDir Path directory) throws IOException {
    Path file = directory.toRealPath().resolve("file");
    try (var open = new RandomAccessFile(file.toFile(), "rw");
        Selector selector = openSelector()) {
      int fd = Fds.of(file);

      assertThatThrownBy(() -> selector.register(Pollable.of(fd), READ, reported::add))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "epoll_ctl(ADD, fd "
                  + fd
                  + "), which watches no regular file and no directory: EPERM (Operation not"
                  + " permitted)");
      assertThat(selector.registration(Pollable.of(fd))).isNull();
      assertThat(open.getFD().valid()).isTrue();
    }
  }

  @Test
  void aClosedDescriptorIsRefusedByTheSystem() throws IOException {
    try (Selector selector = openSelector()) {
      int[] fds = Fds.socketpair();
      Fds.close(fds);

      assertThatThrownBy(() -> selector.register(Pollable.of(fds[0]), READ, reported::add))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EBADF");
    }
  }

  @Test
  void aNumberThatNobodyHasCostsNoRoom() throws IOException {
    // EL-100
    try (Selector selector = openSelector()) {
      for (int fd : new int[] {100_000_000, Integer.MAX_VALUE}) {
        assertThatThrownBy(() -> selector.register(Pollable.of(fd), 0, reported::add))
            .isInstanceOf(IOException.class)
            .hasMessage("fcntl(F_GETFD, fd " + fd + "): EBADF (Bad file descriptor)");
      }
    }
  }

  @Test
  void aRegistrationTellsThatItsNumberIsClosedOrAnothers() throws IOException {
    // B25, F6
    int[] fds = Fds.socketpair();
    int[] others = Fds.socketpair();
    int duplicate = Fds.dup(fds[0], 100);
    try (Selector selector = openSelector()) {
      Registration registration = selector.register(Pollable.of(fds[0]), READ, reported::add);
      assertThat(registration.isLeftBehind()).isFalse();

      Fds.close(fds[0]);
      assertThat(registration.isLeftBehind()).isTrue();
      assertThat(Fds.dup(others[0], fds[0])).isEqualTo(fds[0]);
      assertThat(registration.isLeftBehind()).isTrue();

      // It has left nothing in the set.
      Fds.write(others[1], 1);
      selector.select(TimeUnit.MILLISECONDS.toNanos(2));
      assertThat(reported).isEmpty();
    } finally {
      Fds.close(duplicate, fds[0], fds[1]);
      Fds.close(others);
    }
  }

  @Test
  void aChangeThatChangesNothingCostsNoSystemCall() throws IOException {
    var recorder = new SyscallRecorder(Native.syscalls());
    int[] fds = Fds.socketpair();
    try (Selector selector = new EpollSelector(recorder)) {
      Registration registration = selector.register(Pollable.of(fds[0]), READ, reported::add);
      recorder.clear();

      registration.interest(READ);
      registration.interest(0);
      registration.interest(0);
      registration.cancel();

      assertThat(recorder.count("epoll_ctl")).isEqualTo(1);
    } finally {
      Fds.close(fds);
    }
  }

  @Test
  void aWakeupThatIsPendingCostsNoSystemCall() throws IOException {
    var recorder = new SyscallRecorder(Native.syscalls());
    try (Selector selector = new EpollSelector(recorder)) {
      recorder.clear();

      selector.wakeup();
      selector.wakeup();
      selector.wakeup();

      assertThat(recorder.count("eventfd_write")).isEqualTo(1);
    }
  }

  @Test
  void aWakeupWhileTheLastOneIsConsumedDoesNotSilenceTheNext() throws IOException {
    var syscalls = new HookedSyscalls(Native.syscalls(), "read");
    try (Selector selector = new EpollSelector(syscalls)) {
      syscalls.hook(selector::wakeup, selector::wakeup);
      selector.wakeup();
      selector.select(-1);
      selector.select(0);
      selector.wakeup();

      selector.select(-1);

      assertThat(reported).isEmpty();
    }
  }

  @Test
  void aTimeoutIsKeptToTheNanosecondWhenTheSystemCan() throws IOException {
    var recorder = new SyscallRecorder(Native.syscalls());
    try (Selector selector = new EpollSelector(recorder)) {
      selector.select(1);
      selector.select(0);

      assertThat(recorder.count("epoll_pwait2")).isEqualTo(1);
      assertThat(recorder.count("epoll_wait")).isEqualTo(1);
    }
  }

  @Test
  void withoutEpollPwait2TimeoutsAreRoundedUpToMilliseconds() throws IOException {
    var recorder = new SyscallRecorder(Native.syscalls());
    var faults = new FaultInjector(recorder, 1).failKth("epoll_pwait2", 1, Errno.ENOSYS);
    try (Selector selector = new EpollSelector(faults)) {
      long start = System.nanoTime();
      selector.select(1_200_000);
      selector.select(1_200_000);

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(4_000_000);
      assertThat(recorder.count("epoll_pwait2")).isZero();
      assertThat(recorder.count("epoll_wait")).isEqualTo(2);
    }
  }

  @Test
  void anInterruptedPollIsAnEarlyReturn() throws IOException {
    // B14
    var faults = new FaultInjector(Native.syscalls(), 1).failKth("epoll_wait", 1, Errno.EINTR);
    try (Selector selector = new EpollSelector(faults)) {
      assertThatCode(() -> selector.select(-1)).doesNotThrowAnyException();
    }
  }

  @Test
  void aWakeupThatIsInterruptedIsNotLost() throws IOException {
    // B14
    var faults = new FaultInjector(Native.syscalls(), 1);
    for (int k = 1; k <= 5; k++) {
      faults.failKth("eventfd_write", k, Errno.EINTR);
    }
    try (Selector selector = new EpollSelector(faults)) {
      selector.wakeup();
      selector.select(-1);

      assertThat(faults.calls("eventfd_write")).isEqualTo(6);
    }
  }

  @Test
  void aFailedOpenGivesEveryDescriptorBack() throws IOException {
    openSelector().close();
    long before = Descriptors.count();

    for (String call : List.of("epoll_create1", "eventfd", "epoll_ctl")) {
      var faults = new FaultInjector(Native.syscalls(), 1).failKth(call, 1, Errno.EMFILE);
      assertThatThrownBy(() -> new EpollSelector(faults))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(call)
          .hasMessageContaining("EMFILE");
    }

    assertThat(Descriptors.count()).isEqualTo(before);
  }

  @Test
  void aDescriptorClosedBeforeItsCancelBreaksNothing() throws IOException {
    int[] fds = Fds.socketpair();
    try (Selector selector = openSelector()) {
      Registration registration = selector.register(Pollable.of(fds[0]), WRITE, reported::add);
      Fds.close(fds);

      registration.interest(0);
      registration.cancel();
      selector.select(0);

      assertThat(reported).isEmpty();
    }
  }

  @Test
  void aNumberThatWasClosedAndReusedIsWatchedAnewByAChangeOfInterest() throws IOException {
    int[] fds = Fds.socketpair();
    int[] others = Fds.socketpair();
    try (Selector selector = openSelector()) {
      Registration registration = selector.register(Pollable.of(fds[0]), READ, reported::add);
      Fds.close(fds[0]);
      int reused = Fds.dup(others[0], fds[0]);
      assertThat(reused).isEqualTo(fds[0]);

      registration.interest(READ | WRITE);
      selector.select(-1);

      assertThat(reported).containsExactly(WRITE);
    } finally {
      Fds.close(fds);
      Fds.close(others);
    }
  }

  @Test
  void aRegistrationLeftBehindByAClosedNumberIsReplaced() throws IOException {
    // F6
    int[] fds = Fds.socketpair();
    int[] others = Fds.socketpair();
    try (Selector selector = openSelector()) {
      Registration old = selector.register(Pollable.of(fds[0]), WRITE, _ -> reported.add(-1));
      Fds.close(fds[0]);
      int reused = Fds.dup(others[0], fds[0]);

      Registration current = selector.register(Pollable.of(reused), WRITE, reported::add);
      old.cancel();
      selector.select(-1);

      assertThat(reported).containsExactly(WRITE);
      assertThat(old.isValid()).isFalse();
      current.cancel();
      assertThat(selector.anyInterest()).isFalse();
    } finally {
      Fds.close(fds);
      Fds.close(others);
    }
  }

  @Test
  void aFileThatLivesOnInADuplicateNeitherReportsNorSpins() throws IOException {
    // B25
    int[] fds = Fds.socketpair();
    int duplicate = Fds.dup(fds[0], 100);
    var recorder = new SyscallRecorder(Native.syscalls());
    try (Selector selector = new EpollSelector(recorder)) {
      Registration registration = selector.register(Pollable.of(fds[0]), WRITE, reported::add);
      Fds.close(fds[0]);
      registration.cancel();

      for (int i = 0; i < 10; i++) {
        selector.select(TimeUnit.MILLISECONDS.toNanos(2));
      }

      assertThat(reported).isEmpty();
      assertThat(recorder.count("epoll_create1")).isEqualTo(2);
    } finally {
      Fds.close(duplicate, fds[1]);
    }
  }

  @Test
  void removingAnOrphanKeepsAllOthers() throws IOException {
    int[] orphan = Fds.socketpair();
    int[] kept = Fds.socketpair();
    int[] idle = Fds.socketpair();
    int duplicate = Fds.dup(orphan[0], 100);
    try (Selector selector = openSelector()) {
      Registration registration = selector.register(Pollable.of(orphan[0]), WRITE, _ -> {});
      selector.register(Pollable.of(kept[0]), READ, reported::add);
      Registration later = selector.register(Pollable.of(idle[0]), 0, ops -> reported.add(-ops));
      Fds.close(orphan[0]);
      registration.cancel();
      selector.select(0);
      Fds.write(kept[1], 1);

      selector.select(-1);
      later.interest(WRITE);
      selector.select(-1);
      selector.wakeup();
      selector.select(-1);

      assertThat(reported).contains(READ, -WRITE);
    } finally {
      Fds.close(duplicate, orphan[1]);
      Fds.close(kept);
      Fds.close(idle);
    }
  }

  @Test
  void removingAnOrphanForgetsANumberThatIsAnothersByNow() throws IOException {
    // F6
    int[] orphan = Fds.socketpair();
    int[] stale = Fds.socketpair();
    int[] next = Fds.socketpair();
    int duplicate = Fds.dup(orphan[0], 100);
    try (Selector selector = openSelector()) {
      Registration cancelled = selector.register(Pollable.of(orphan[0]), WRITE, _ -> {});
      Registration left = selector.register(Pollable.of(stale[0]), READ, reported::add);
      Fds.close(orphan[0]);
      cancelled.cancel();
      Fds.close(stale[0]);
      assertThat(Fds.dup(next[0], stale[0])).isEqualTo(stale[0]);
      Fds.write(next[1], 1);

      selector.select(0);
      selector.select(TimeUnit.MILLISECONDS.toNanos(2));

      assertThat(reported).isEmpty();
      assertThat(left.isValid()).isFalse();
      assertThat(selector.anyInterest()).isFalse();
    } finally {
      Fds.close(duplicate, orphan[1]);
      Fds.close(stale);
      Fds.close(next);
    }
  }

  @Test
  void anOrphanOfTheSameNumberAndFileDoesNotHideThatANumberIsLeftBehind() throws IOException {
    // F6
    int[] one = Fds.socketpair();
    int[] two = Fds.socketpair();
    int fd = Fds.dup(one[0], 200);
    try (Selector selector = openSelector()) {
      Registration first = selector.register(Pollable.of(fd), READ, reported::add);
      Fds.close(fd);
      assertThat(Fds.dup(two[0], fd)).isEqualTo(fd);
      first.cancel();
      Registration second = selector.register(Pollable.of(fd), READ, reported::add);
      Fds.close(fd);
      assertThat(Fds.dup(one[0], fd)).isEqualTo(fd);

      assertThat(second.isLeftBehind()).isTrue();
    } finally {
      Fds.close(fd);
      Fds.close(one);
      Fds.close(two);
    }
  }

  @Test
  void aReusedNumberGetsNoEventOfTheFileThatLivesOnInADuplicate() throws IOException {
    // B25, F6
    int[] fds = Fds.socketpair();
    int[] others = Fds.socketpair();
    int duplicate = Fds.dup(fds[0], 100);
    try (Selector selector = openSelector()) {
      selector.register(Pollable.of(fds[0]), READ, _ -> reported.add(-1));
      Fds.write(fds[1], 1);
      Fds.close(fds[0]);
      int reused = Fds.dup(others[0], fds[0]);
      selector.register(Pollable.of(reused), READ, reported::add);

      selector.select(TimeUnit.MILLISECONDS.toNanos(2));
      assertThat(reported).isEmpty();
      Fds.write(others[1], 1);
      selector.select(-1);

      assertThat(reported).containsExactly(READ);
    } finally {
      Fds.close(duplicate, fds[0], fds[1]);
      Fds.close(others);
    }
  }
}
