// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Connecting to the first of several addresses that answers (RFC 8305, EL-48 to EL-50, B18).
@ParameterizedClass
@EnumSource(Engine.class)
final class HappyEyeballsTest {
  private static final Duration DELAY = Duration.ofMillis(250);
  private static final Duration RTT = Duration.ofMillis(20);
  private static final ConnectionOptions HAPPY =
      ConnectionOptions.DEFAULT.happyEyeballsDelay(DELAY);

  private static final class Quiet implements Protocol {}

  private final TestLoop loop;
  private final ExceptionRecorder failures;
  // Listening sockets whose backlog is full, and what fills it.
  private final List<Socket> silent = new ArrayList<>();

  HappyEyeballsTest(Engine engine) {
    loop = engine.newLoop(0, LinkConditions.PLAIN.latency(RTT.dividedBy(2), RTT.dividedBy(2)));
    failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    for (var socket : silent) {
      socket.close();
    }
    loop.advance(Duration.ofMinutes(1));
    assertThat(loop.pendingTasks()).isEmpty();
    assertThat(loop.network().openSockets()).isZero();
    loop.close();
    assertThat(failures.unexpected()).isEmpty();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  /// Makes an address that never answers a connect.
  private void silence(String literal) throws Exception {
    var address = new InetSocketAddress(InetAddress.ofLiteral(literal), 80);
    var family = literal.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    var listening = loop.network().open(family, SocketType.STREAM);
    silent.add(listening);
    listening.bind(address);
    listening.listen(1);
    // As many as the queue holds, and some that wait for a place.
    for (int i = 0; i < 4; i++) {
      var filling = loop.network().open(family, SocketType.STREAM);
      silent.add(filling);
      filling.connect(address);
    }
    Asyncio.sleep(Duration.ofSeconds(1));
  }

  private Duration since(long start) {
    return Duration.ofNanos(loop.time() - start);
  }

  private String peerOf(ConnectionOptions options) throws IOException {
    var transport = loop.createConnection(Quiet::new, "host", 80, options).transport();
    var peer = (InetSocketAddress) transport.getExtraInfo("peername");
    transport.abort();
    return peer.getAddress().getHostAddress();
  }

  // EL-48, B18
  @Test
  void anAddressThatIsSilentCostsTheDelayAndIsClosed() throws Exception {
    run(
        () -> {
          silence("2001:db8::1");
          loop.hosts().add("host", "2001:db8::1", "192.0.2.1");
          try (var _ = loop.createServer(Quiet::new, "192.0.2.1", 80)) {
            int before = loop.network().openSockets();
            long start = loop.time();
            assertThat(peerOf(HAPPY)).isEqualTo("192.0.2.1");
            assertThat(since(start)).isEqualTo(DELAY.plus(RTT));
            Asyncio.sleep(Duration.ofSeconds(1));
            assertThat(loop.network().openSockets()).isEqualTo(before);
          }
        });
  }

  // EL-48
  @Test
  void theNextAddressIsTriedAtOnceWhenTheOneBeforeFails() throws Exception {
    run(
        () -> {
          loop.hosts().add("host", "2001:db8::1", "2001:db8::2", "192.0.2.1");
          try (var _ = loop.createServer(Quiet::new, "2001:db8::2", 80)) {
            long start = loop.time();
            // Refused, refused, connected.
            assertThat(peerOf(HAPPY)).isEqualTo("2001:db8:0:0:0:0:0:2");
            assertThat(since(start)).isLessThan(DELAY);
          }
        });
  }

  // EL-48
  @Test
  void anAddressThatAnswersInTimeHasNoRival() throws Exception {
    run(
        () -> {
          silence("192.0.2.1");
          loop.hosts().add("host", "2001:db8::1", "192.0.2.1");
          try (var _ = loop.createServer(Quiet::new, "2001:db8::1", 80)) {
            long start = loop.time();
            assertThat(peerOf(HAPPY)).isEqualTo("2001:db8:0:0:0:0:0:1");
            assertThat(since(start)).isEqualTo(RTT);
          }
        });
  }

  // EL-48, EL-49: a, w, b, x
  @Test
  void theFamiliesTakeTurnsUnlessToldOtherwise() throws Exception {
    run(
        () -> {
          for (var literal : List.of("2001:db8::1", "2001:db8::2", "192.0.2.1")) {
            silence(literal);
          }
          loop.hosts().add("host", "2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2");
          try (var _ = loop.createServer(Quiet::new, "192.0.2.2", 80)) {
            long start = loop.time();
            assertThat(peerOf(HAPPY)).isEqualTo("192.0.2.2");
            assertThat(since(start)).isEqualTo(DELAY.multipliedBy(3).plus(RTT));
          }
          try (var _ = loop.createServer(Quiet::new, "192.0.2.2", 80)) {
            loop.hosts().add("host", "2001:db8::1", "2001:db8::2", "192.0.2.2");
            long start = loop.time();
            assertThat(peerOf(HAPPY)).isEqualTo("192.0.2.2");
            assertThat(since(start)).isEqualTo(DELAY.plus(RTT));
            start = loop.time();
            assertThat(peerOf(HAPPY.interleave(0))).isEqualTo("192.0.2.2");
            assertThat(since(start)).isEqualTo(DELAY.multipliedBy(2).plus(RTT));
          }
        });
  }

  // EL-49
  @Test
  void withoutTheDelayAddressesWaitForEachOther() throws Exception {
    run(
        () -> {
          silence("2001:db8::1");
          loop.hosts().add("host", "2001:db8::1", "192.0.2.1");
          try (var _ = loop.createServer(Quiet::new, "192.0.2.1", 80)) {
            assertThatThrownBy(
                    () ->
                        Asyncio.waitFor(
                            () -> peerOf(ConnectionOptions.DEFAULT), Duration.ofMinutes(1)))
                .isInstanceOf(TimeoutException.class);
          }
        });
  }

  // EL-50
  @Test
  void whenAllFailTheFailureOfEachIsTold() throws Exception {
    run(
        () -> {
          loop.hosts().add("host", "2001:db8::1", "192.0.2.1");
          assertThatThrownBy(() -> peerOf(HAPPY))
              .isInstanceOf(IOException.class)
              .hasMessageStartingWith("Multiple exceptions: ")
              .hasMessageContaining("192.0.2.1:80");
          assertThatThrownBy(() -> peerOf(HAPPY.allErrors(true)))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class, group -> assertThat(group.exceptions()).hasSize(2));
          // A local address of one family: the other one cannot be bound to it (EL-43).
          var local = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.9"), 0);
          assertThatThrownBy(() -> peerOf(HAPPY.localAddr(local).allErrors(true)))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  group ->
                      assertThat(group.exceptions())
                          .anySatisfy(
                              e -> assertThat(e).hasMessageContaining("no matching local address"))
                          .hasSize(2));
        });
  }

  // R-85, B19
  @Test
  void whateverTheMomentOfACancelEverySocketIsClosed() throws Exception {
    run(
        () -> {
          silence("2001:db8::1");
          silence("2001:db8::2");
          loop.hosts().add("host", "2001:db8::1", "2001:db8::2", "192.0.2.1");
          int before = loop.network().openSockets();
          for (int millis = 0; millis < 800; millis += 5) {
            var server = loop.createServer(Quiet::new, "192.0.2.1", 80);
            var call = loop.createTask(() -> peerOf(HAPPY.interleave(0)));
            Asyncio.sleep(Duration.ofMillis(millis));
            call.cancel();
            try {
              call.await();
            } catch (CancelledError e) {
              assertThat(call.cancelled()).isTrue();
            }
            server.close();
            server.waitClosed();
            Asyncio.sleep(Duration.ofSeconds(1));
            assertThat(loop.network().openSockets()).as("%d ms", millis).isEqualTo(before);
          }
        });
  }

  // EL-48
  @Test
  void twoThatConnectInOneIterationLeaveOneSocket() throws Exception {
    run(
        () -> {
          loop.hosts().add("host", "2001:db8::1", "192.0.2.1");
          try (var six = loop.createServer(Quiet::new, "2001:db8::1", 80);
              var four = loop.createServer(Quiet::new, "192.0.2.1", 80)) {
            for (int micros = 0; micros < 21; micros++) {
              int before = loop.network().openSockets();
              peerOf(HAPPY.happyEyeballsDelay(Duration.ofMillis(micros)));
              six.abortClients();
              four.abortClients();
              Asyncio.sleep(Duration.ofSeconds(1));
              assertThat(loop.network().openSockets()).isEqualTo(before);
            }
          }
        });
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> HAPPY.happyEyeballsDelay(DELAY.negated()))
        .hasMessage("happyEyeballsDelay < 0: PT-0.25S");
    assertThatThrownBy(() -> HAPPY.interleave(-1)).hasMessage("interleave < 0: -1");
    assertThatThrownBy(() -> HAPPY.proto(-1)).hasMessage("proto < 0: -1");
  }
}
