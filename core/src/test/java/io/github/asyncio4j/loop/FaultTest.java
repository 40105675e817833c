// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SignalThreads;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.jdk.ProcessSignal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What transports and servers do when system calls misbehave.
final class FaultTest extends NetTest {
  FaultTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  private FaultInjector faults;
  private Native.Installed installed;

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    faults = new FaultInjector(Native.syscalls(), 1);
    installed = Native.install(faults);
    super.openLoop();
  }

  @AfterEach
  void installNoFaults() {
    installed.close();
  }

  /// Sends bytes both ways in writes of many sizes and sees that they arrive.
  private void exchange(int count) throws Exception {
    run(
        () -> {
          var random = new Random(count);
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          byte[] sent = pattern(count);
          for (int from = 0; from < count; ) {
            int to = Math.min(count, from + 1 + random.nextInt(5000));
            int middle = (from + to) / 2;
            client.transport.write(ByteBuffer.wrap(sent, from, to - from));
            accepted.transport.writelines(
                List.of(
                    ByteBuffer.wrap(sent, from, middle - from),
                    ByteBuffer.wrap(sent, middle, to - middle)));
            from = to;
          }
          client.transport.writeEof();
          client.untilReceived(count);
          accepted.untilLost();

          assertThat(accepted.received.toByteArray()).isEqualTo(sent);
          assertThat(client.received.toByteArray()).isEqualTo(sent);
          client.untilLost();
          assertThat(client.lostTo).isNull();
          assertThat(accepted.lostTo).isNull();
        });
  }

  // B12
  @Test
  void transfersOfAFewBytesLoseNothing() throws Exception {
    faults.cut("recv", 7).cut("send", 7).cut("sendmsg", 7);

    // At most seven bytes a call, both ways: in full a million calls.
    int count = Load.of(60_000, 3_500_000);

    exchange(count);

    assertThat(faults.calls("recv")).isGreaterThan(2 * count / 7);
  }

  // B13
  @Test
  void readinessThatWasFalseLosesNothing() throws Exception {
    for (var call : List.of("recv", "send", "sendmsg", "accept4")) {
      faults.failOften(call, 0.5, Errno.EAGAIN);
    }

    exchange(Load.of(500_000, 20_000_000));
  }

  // B13: the socket is writable before the connect is over
  @Test
  void aConnectThatIsNotOverYetIsWaitedForAgain() throws Exception {
    for (int k = 1; k <= 3; k++) {
      faults.failKth("getpeername", k, Errno.ENOTCONN);
    }

    exchange(1000);

    assertThat(faults.calls("getpeername")).isGreaterThan(3);
  }

  // B14: as under strace, which fails a call without making it; and signals that are handled.
  @Test
  void callsThatAreInterruptedAreMadeAgain() throws Exception {
    for (var call :
        List.of(
            "recv",
            "send",
            "sendmsg",
            "accept4",
            "connect",
            "epoll_wait",
            "epoll_pwait2",
            "read",
            "eventfd_write")) {
      faults.failOften(call, 1.0 / 3, Errno.EINTR);
    }
    var handled = new AtomicInteger();
    ProcessSignal usr1 = Objects.requireNonNull(ProcessSignal.of("USR1"));
    loop.addSignalHandler("SIGUSR1", handled::incrementAndGet);
    sendEachMillisecond(usr1);
    int exchanges = Load.of(30, 3000);

    for (int i = 0; i < exchanges; i++) {
      exchange(20_000);
      run(() -> Asyncio.toThread(() -> {}));
    }

    faults.clear();
    SignalThreads.settle();
    assertThat(handled.get()).isPositive();
  }

  private void sendEachMillisecond(ProcessSignal signal) {
    signal.raise();
    loop.callLater(Duration.ofMillis(1), () -> sendEachMillisecond(signal));
  }

  private void failFirst(String call, int times, int errno) {
    for (int k = 1; k <= times; k++) {
      faults.failKth(call, k, errno);
    }
  }

  // R-89, B16
  @Test
  void otherErrorsOfAcceptAreReportedAndTheListenerStays() throws Exception {
    for (int errno : new int[] {Errno.EINVAL, Errno.EBADF}) {
      failFirst("accept4", 100, errno);

      assertServes();

      assertThat(reports)
          .hasSize(100)
          .allMatch(report -> "socket.accept() failed".equals(report.message()));
      reports.clear();
    }
  }

  // B16: accept(2) says to treat these as if there were no connection
  @Test
  void connectionsThatBrokeInTheQueueArePassedOverWithoutAReport() throws Exception {
    for (int errno : new int[] {Errno.ECONNABORTED, Errno.EPROTO, Errno.EPERM}) {
      failFirst("accept4", 100, errno);

      assertServes();
    }
  }

  // R-88, B16
  @Test
  void aShortageIsSurvivedWhateverIsShort() throws Exception {
    int[] errnos = {Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM};
    for (int i = 0; i < errnos.length; i++) {
      faults.failKth("accept4", i + 1, errnos[i]);
    }
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          var hosts = List.of("127.0.0.1", "127.0.0.2", "127.0.0.3");
          try (var server =
              loop.createServer(
                  () -> {
                    accepted.add(recorder());
                    return accepted.getLast();
                  },
                  hosts,
                  0,
                  ServerOptions.DEFAULT)) {
            for (var socket : server.sockets()) {
              var address = (InetSocketAddress) socket.getsockname();
              var client = recorder();
              loop.createConnection(() -> client, address.getHostString(), address.getPort());
              client.transport.close();
            }
            while (accepted.size() < hosts.size()) {
              poll();
            }
            for (var recorder : accepted) {
              recorder.untilLost();
            }
          }

          assertThat(reports)
              .extracting(report -> report.exception().getMessage())
              .allMatch(text -> text.contains("accept"))
              .hasSize(3);
          reports.clear();
        });
  }

  private void assertServes() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          client.transport.write(bytes("hello"));
          accepted.untilReceived(5);
          client.transport.close();
          accepted.untilLost();
        });
  }

  //
  @Test
  void aSelectorThatRefusesToWatchEndsTheConnectionWithTheError() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            accepted.transport.pauseReading();
            failFirst("epoll_ctl", 1, Errno.ENOSPC);
            accepted.transport.resumeReading();
            accepted.untilLost();

            assertThat(accepted.lostTo)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ENOSPC");
            assertThat(blocking(peer::readAll)).isEmpty();
          }
        });
  }
}
