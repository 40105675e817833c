// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.internal.ffi.HookedSyscalls;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an error in the middle of the library's own work for one connection may end: that
/// connection, and nothing else.
///
/// The error comes out of a system call of that work, as it would out of an allocation beside it.
final class MemoryShortageTest extends NetTest {
  /// More than a connection takes while its peer does not read.
  private static final int HUGE = 16 * 1024 * 1024;

  MemoryShortageTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  private final Fault fault = new Fault();
  private Native.Installed installed;

  /// Throws once, out of the next call of one function.
  private static final class Fault {
    private String call = "";
    private boolean thrown;

    void in(String call) {
      this.call = call;
      thrown = false;
    }

    void before(String called) {
      if (called.equals(call) && !thrown) {
        thrown = true;
        throw new OutOfMemoryError("injected");
      }
    }
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    var syscalls = Native.syscalls();
    for (var call :
        List.of(
            "recv",
            "send",
            "sendmsg",
            "epoll_ctl",
            "epoll_wait",
            "accept4",
            "getsockname",
            "setsockopt")) {
      var hooked = new HookedSyscalls(syscalls, call);
      hooked.hook(() -> fault.before(call), () -> {});
      syscalls = hooked;
    }
    installed = Native.install(syscalls);
    super.openLoop();
  }

  @AfterEach
  void installNoFaults() {
    installed.close();
  }

  private static void assertEndedByTheError(Recorder recorder, ExceptionContext report) {
    assertThat(recorder.lostTo)
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(OutOfMemoryError.class);
    assertThat(report.exception()).isInstanceOf(OutOfMemoryError.class);
    assertThat(report.get("transport")).isSameAs(recorder.transport);
  }

  /// Sees that a connection works.
  private void assertLives(Recorder recorder, Peer peer) throws Exception {
    int before = recorder.received.size();
    peer.send("alive");
    recorder.untilReceived(before + 5);
    recorder.transport.write(bytes("alive"));
    assertThat(text(blocking(() -> peer.read(5)))).isEqualTo("alive");
  }

  @ParameterizedTest
  @ValueSource(strings = {"receiving", "sending", "flushing", "pausing", "resuming", "closing"})
  void anErrorInTheWorkForOneConnectionEndsItAndIsReportedAndTheOthersLive(String work)
      throws Exception {
    run(
        () -> {
          var victim = recorder();
          var other = recorder();
          try (var peer = joinPeer(victim);
              var otherPeer = joinPeer(other)) {
            provoke(work, victim.transport, peer);
            victim.untilLost();

            assertEndedByTheError(victim, onlyReport());
            assertThat(victim.calls).doesNotContain("data", "eof");
            assertLives(other, otherPeer);
            other.transport.close();
            other.untilLost();
          }
        });
  }

  private void provoke(String work, Transport transport, Peer peer) throws Exception {
    switch (work) {
      case "receiving" -> {
        fault.in("recv");
        peer.send("x");
      }
      case "sending" -> {
        fault.in("send");
        transport.write(bytes("x"));
      }
      case "flushing" -> {
        transport.write(ByteBuffer.allocate(HUGE));
        fault.in("sendmsg");
        blocking(() -> peer.read(HUGE / 2));
      }
      case "pausing" -> {
        fault.in("epoll_ctl");
        transport.pauseReading();
      }
      case "resuming" -> {
        transport.pauseReading();
        fault.in("epoll_ctl");
        transport.resumeReading();
      }
      case "closing" -> {
        transport.write(ByteBuffer.allocate(HUGE));
        fault.in("epoll_ctl");
        transport.close();
      }
      default -> throw new IllegalArgumentException(work);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"getsockname", "setsockopt", "epoll_ctl"})
  void anErrorInSettingUpAConnectionClosesItAndIsReportedAndTheServerServesOn(String call)
      throws Exception {
    run(
        () -> {
          var served = new ArrayList<Recorder>();
          try (var server =
              serve(
                  () -> {
                    served.add(recorder());
                    return served.getLast();
                  })) {
            int port = port(server);
            fault.in(call);
            try (var peer = blocking(() -> Peer.connect(port))) {
              blockingly(peer::readAll);
              assertThat(onlyReport().exception()).isInstanceOf(OutOfMemoryError.class);
            }
            served.clear();
            try (var peer = blocking(() -> Peer.connect(port))) {
              while (served.isEmpty() || served.getFirst().transport == null) {
                poll();
              }
              assertLives(served.getFirst(), peer);
              served.getFirst().transport.close();
              served.getFirst().untilLost();
            }
          }
        });
  }

  @Test
  void aShortageOfMemoryInAcceptIsReportedOnceAndTheListenerGoesOn() throws Exception {
    run(
        () -> {
          var served = recorder();
          try (var server = serve(() -> served)) {
            int port = port(server);
            fault.in("accept4");
            try (var peer = blocking(() -> Peer.connect(port))) {
              served.until(() -> !served.calls.isEmpty());
              assertThat(onlyReport().message())
                  .isEqualTo("socket.accept() out of system resource");
              assertLives(served, peer);
              served.transport.close();
              served.untilLost();
            }
          }
        });
  }

  @Test
  void aShortageOfMemoryInAPollMakesThoseGiveUpWhoKeepAReserveAndTheLoopGoesOn() throws Exception {
    var asked = new int[1];
    Lowlevel.of(loop)
        .onOutOfMemory(
            () -> {
              asked[0]++;
              throw new OutOfMemoryError("nor for this");
            });
    Lowlevel.of(loop).onOutOfMemory(() -> asked[0]++);
    run(
        () -> {
          var other = recorder();
          try (var peer = joinPeer(other)) {
            fault.in("epoll_wait");
            assertLives(other, peer);
            other.transport.close();
            other.untilLost();
          }
        });
    assertThat(asked[0]).isEqualTo(2);
  }
}
