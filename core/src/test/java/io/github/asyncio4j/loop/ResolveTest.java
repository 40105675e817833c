// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What getaddrinfo answers, and on which threads it looks names up.
@ParameterizedClass
@EnumSource(names = {"EPOLL_LOOP_THREAD", "NIO_BATON"})
final class ResolveTest extends NetTest {
  private final AtomicInteger lookups = new AtomicInteger();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final CountDownLatch lookupsMayEnd = new CountDownLatch(1);
  private volatile Thread resolver;

  ResolveTest(LoopKind kind) {
    super(kind);
  }

  @Override
  List<InetAddress> addressesOf(String name) throws UnknownHostException {
    lookups.incrementAndGet();
    resolver = Thread.currentThread();
    return switch (name) {
      case "two" ->
          List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"));
      case "slow" -> {
        most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
          lookupsMayEnd.await();
        } catch (InterruptedException e) {
          throw new UnknownHostException("interrupted");
        } finally {
          atOnce.decrementAndGet();
        }
        yield List.of(InetAddress.ofLiteral("192.0.2.1"));
      }
      case "xn--bcher-kva.example" -> List.of(InetAddress.ofLiteral("192.0.2.2"));
      case "fe80::1%lo" -> List.of(InetAddress.ofLiteral("fe80::1"));
      default -> throw new UnknownHostException(name);
    };
  }

  private static AddressInfo info(String literal, int port) {
    var address = new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    return new AddressInfo(
        literal.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET,
        address);
  }

  // EL-40, EL-110
  @Test
  void literalsAreAnsweredWithoutALookup() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("127.0.0.1", 80, null))
              .containsExactly(info("127.0.0.1", 80));
          assertThat(loop.getaddrinfo("::1", 80, null)).containsExactly(info("::1", 80));
          assertThat(loop.getaddrinfo("", 0, null))
              .containsExactly(info("0.0.0.0", 0), info("::", 0));
          assertThat(lookups).hasValue(0);
        });
  }

  // EL-40: the zone may be the name of an interface
  @Test
  void aLiteralWithAZoneIsLookedUp() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("fe80::1%lo", 80, null)).hasSize(1);
          assertThat(lookups).hasValue(1);
        });
  }

  // EL-110
  @Test
  void namesAreAnsweredInOrderAndByFamily() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("two", 443, null))
              .containsExactly(info("192.0.2.1", 443), info("2001:db8::1", 443));
          assertThat(loop.getaddrinfo("two", 443, StandardProtocolFamily.INET6))
              .containsExactly(info("2001:db8::1", 443));
          assertThatThrownBy(() -> loop.getaddrinfo("192.0.2.1", 1, StandardProtocolFamily.INET6))
              .isInstanceOf(UnknownHostException.class);
          assertThatThrownBy(() -> loop.getaddrinfo("nowhere", 1, null))
              .isInstanceOf(UnknownHostException.class)
              .hasMessage("nowhere");
        });
  }

  // G9
  @Test
  void aNameThatIsNotAsciiIsEncodedAndOneThatHidesAnotherIsRefused() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("b\u00fccher.example", 1, null))
              .containsExactly(info("192.0.2.2", 1));
          assertThatThrownBy(() -> loop.getaddrinfo("two\0.example", 1, null))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("null character");
        });
  }

  @Test
  void aPortThatIsNoneIsRefused() throws Exception {
    run(
        () -> {
          for (int port : new int[] {-1, 65536, 70000}) {
            assertThatThrownBy(() -> loop.getaddrinfo("127.0.0.1", port, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port out of range: " + port);
          }
        });
  }

  //
  @Test
  void lookupsHaveAFewThreadsOfTheirOwnThatEndWithTheLoop() throws Exception {
    run(
        () -> {
          var calls = new ArrayList<io.github.asyncio4j.Task<List<AddressInfo>>>();
          for (int i = 0; i < 30; i++) {
            calls.add(loop.createTask(() -> loop.getaddrinfo("slow", 1, null)));
          }
          while (most.get() < 8) {
            poll();
          }
          // User work is not held up by lookups.
          assertThat(blocking(() -> "done")).isEqualTo("done");
          lookupsMayEnd.countDown();
          for (var call : calls) {
            assertThat(call.await()).hasSize(1);
          }
          assertThat(most).hasValue(8);
          assertThat(resolver.isDaemon()).isTrue();
          assertThat(resolver.getName()).startsWith("asyncio4j-resolver-");
        });
    loop.close();
    resolver.join();
  }

  // EL-110
  @Test
  void inDebugModeTheTimeOfALookupIsLogged() throws Exception {
    loop.setDebug(true);
    try (var log = LogRecorder.start()) {
      run(() -> loop.getaddrinfo("two", 443, null));

      assertThat(log.messages()).anyMatch(m -> m.startsWith("Getting address info of two took "));
    }
  }
}
