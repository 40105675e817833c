// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultInjectorTest {
  private static final int NOW = Constants.MSG_DONTWAIT;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
  private final SyscallRecorder recorder = new SyscallRecorder(Native.syscalls());
  private final FaultInjector faults = new FaultInjector(recorder, 42);
  private int[] fds;

  @BeforeEach
  void open() throws IOException {
    fds = Fds.socketpair();
  }

  @AfterEach
  void close() throws IOException {
    Fds.close(fds);
  }

  private static MemorySegment bytes(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }

  private int send(int length) {
    return faults.send(errno, fds[0], bytes(length), length, NOW);
  }

  @Test
  void withoutAPlanEveryCallPasses() {
    assertThat(send(100)).isEqualTo(100);
    assertThat(faults.recv(errno, fds[1], bytes(200), 200, NOW)).isEqualTo(100);
  }

  @Test
  void theKthCallFailsWithoutBeingMade() {
    faults.failKth("send", 2, Errno.ENOBUFS);

    assertThat(IntStream.range(0, 3).map(_ -> send(10))).containsExactly(10, -Errno.ENOBUFS, 10);
    assertThat(recorder.count("send")).isEqualTo(2);
  }

  @Test
  void aCutCallMovesFewerBytesThanAsked() {
    faults.cut("send", 7);

    for (int i = 0; i < 100; i++) {
      assertThat(send(100)).isBetween(1, 7);
    }
  }

  @Test
  void aCutMessageMovesItsFirstBytesAndIsWholeAgainAfterwards() {
    MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {1, 2, 3, 4, 5, 6});
    var message = new Msghdr(arena, 3);
    for (int i = 0; i < 3; i++) {
      message.piece(i, bytes.address() + 2L * i, 2);
    }
    message.count(3);
    faults.cut("sendmsg", 3);

    int sent = faults.sendmsg(errno, fds[0], message.segment(), NOW);
    var received = new byte[6];
    int count = faults.recv(errno, fds[1], MemorySegment.ofArray(received), 6, NOW);

    assertThat(sent).isBetween(1, 3).isEqualTo(count);
    assertThat(received).startsWith(1);
    assertThat(Msghdr.bytes(message.segment())).isEqualTo(6);
  }

  @Test
  void halfOfTheCallsFailWhenAskedForHalf() {
    faults.failOften("send", 0.5, Errno.EAGAIN);

    for (int i = 0; i < 1000; i++) {
      send(1);
    }

    assertThat(recorder.count("send")).isBetween(400L, 600L);
  }

  @Test
  void theSameSeedGivesTheSameFaults() {
    assertThat(outcomes(7)).isEqualTo(outcomes(7)).isNotEqualTo(outcomes(8));
  }

  private int[] outcomes(long seed) {
    var seeded =
        new FaultInjector(Native.syscalls(), seed)
            .failOften("send", 0.3, Errno.EAGAIN)
            .cut("send", 5);
    return IntStream.range(0, 50).map(_ -> seeded.send(errno, fds[0], bytes(5), 5, NOW)).toArray();
  }

  @Test
  void aPlanThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> faults.failKth("send", 0, Errno.EIO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
    assertThatThrownBy(() -> faults.cut("send", 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theRecorderTellsCallsAndResults() {
    faults.recv(errno, fds[1], bytes(9), 9, NOW);
    send(3);

    assertThat(recorder.entries())
        .extracting(SyscallRecorder.Entry::toString)
        .containsExactly("recv(" + fds[1] + ", 9) = EAGAIN", "send(" + fds[0] + ", 3) = 3");
  }
}
