// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static io.github.asyncio4j.AddressInfoFlag.AI_ADDRCONFIG;
import static io.github.asyncio4j.AddressInfoFlag.AI_CANONNAME;
import static io.github.asyncio4j.AddressInfoFlag.AI_NUMERICHOST;
import static io.github.asyncio4j.AddressInfoFlag.AI_NUMERICSERV;
import static io.github.asyncio4j.AddressInfoFlag.AI_PASSIVE;
import static io.github.asyncio4j.AddressInfoFlag.AI_V4MAPPED;
import static io.github.asyncio4j.NameInfoFlag.NI_DGRAM;
import static io.github.asyncio4j.NameInfoFlag.NI_NAMEREQD;
import static io.github.asyncio4j.NameInfoFlag.NI_NUMERICHOST;
import static io.github.asyncio4j.NameInfoFlag.NI_NUMERICSERV;
import static java.net.StandardProtocolFamily.INET6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.NameInfo;
import io.github.asyncio4j.Resolver;
import io.github.asyncio4j.internal.ffi.NetDatabase;
import io.github.asyncio4j.socket.SocketType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What getaddrinfo answers, and on which threads it looks names up.
@ParameterizedClass
@EnumSource(names = {"EPOLL_LOOP_THREAD", "NIO_BATON"})
final class ResolveTest extends NetTest {
  private static final AddressInfoOptions DEFAULT = AddressInfoOptions.DEFAULT;
  private static final AddressInfoOptions STREAM = DEFAULT.type(SocketType.STREAM);

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
      default -> throw new UnknownHostException(name);
    };
  }

  private static AddressInfo info(String literal, int port) {
    var address = new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    return new AddressInfo(
        literal.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET,
        SocketType.STREAM,
        6,
        "",
        address);
  }

  private static AddressInfo datagrams(AddressInfo info) {
    return new AddressInfo(info.family(), SocketType.DATAGRAM, 17, "", info.address());
  }

  // EL-40, EL-110
  @Test
  void literalsAreAnsweredWithoutALookup() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("127.0.0.1", 80, STREAM))
              .containsExactly(info("127.0.0.1", 80));
          assertThat(loop.getaddrinfo("::1", "80", STREAM)).containsExactly(info("::1", 80));
          assertThat(lookups).hasValue(0);
        });
  }

  // EL-110
  @Test
  void noHostIsThisMachineOrAllInterfaces() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo(null, 80, STREAM))
              .containsExactly(info("::1", 80), info("127.0.0.1", 80));
          assertThat(loop.getaddrinfo(null, 0, STREAM.flags(AI_PASSIVE)))
              .containsExactly(info("0.0.0.0", 0), info("::", 0));
          assertThatThrownBy(() -> loop.getaddrinfo(null, null, STREAM))
              .isInstanceOf(UnknownHostException.class);
          assertThatThrownBy(() -> loop.getaddrinfo("", 80))
              .isInstanceOf(UnknownHostException.class);
          assertThat(lookups).hasValue(0);
        });
  }

  // EL-110
  @Test
  void aScopeIsANumberOrAnInterfaceAndNeverLookedUp() throws Exception {
    var loopback = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
    run(
        () -> {
          var zones = Map.of("fe80::1%2", 2, "fe80::1%" + loopback.getName(), loopback.getIndex());
          for (var zone : zones.entrySet()) {
            var address = loop.getaddrinfo(zone.getKey(), 80, STREAM).getFirst().address();
            assertThat(((Inet6Address) address.getAddress()).getScopeId())
                .isEqualTo(zone.getValue());
          }
          for (var wrong : List.of("fe80::1%nowhere", "fe80::1%", "127.0.0.1%2")) {
            assertThatThrownBy(() -> loop.getaddrinfo(wrong, 80))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageStartingWith(wrong + ": ");
          }
          assertThat(lookups).hasValue(0);
        });
  }

  // EL-110
  @Test
  void withoutATypeEachAddressComesOnceForEachTypeOfSocket() throws Exception {
    run(
        () -> {
          var stream = info("127.0.0.1", 80);
          assertThat(loop.getaddrinfo("127.0.0.1", 80)).containsExactly(stream, datagrams(stream));
          assertThat(loop.getaddrinfo("127.0.0.1", 80, DEFAULT.proto(17)))
              .containsExactly(datagrams(stream));
          assertThat(loop.getaddrinfo("127.0.0.1", 80, DEFAULT.type(SocketType.DATAGRAM)))
              .containsExactly(datagrams(stream));
          for (var wrong : List.of(STREAM.proto(17), DEFAULT.proto(99))) {
            assertThatThrownBy(() -> loop.getaddrinfo("127.0.0.1", 80, wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("proto=" + wrong.proto());
          }
        });
  }

  // EL-110
  @Test
  void namesAreAnsweredInOrderAndByFamily() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("two", 443, STREAM))
              .containsExactly(info("192.0.2.1", 443), info("2001:db8::1", 443));
          assertThat(loop.getaddrinfo("two", 443, STREAM.family(INET6)))
              .containsExactly(info("2001:db8::1", 443));
          assertThatThrownBy(() -> loop.getaddrinfo("192.0.2.1", 1, STREAM.family(INET6)))
              .isInstanceOf(UnknownHostException.class)
              .hasMessage("192.0.2.1: no address of family INET6");
          assertThatThrownBy(() -> loop.getaddrinfo("nowhere", 1))
              .isInstanceOf(UnknownHostException.class)
              .hasMessage("nowhere");
        });
  }

  // EL-110
  @Test
  void flagsRefuseNamesOrMapAddresses() throws Exception {
    run(
        () -> {
          assertThatThrownBy(() -> loop.getaddrinfo("two", 1, STREAM.flags(AI_NUMERICHOST)))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("two: ");
          assertThat(lookups).hasValue(0);
          assertThatThrownBy(
                  () -> loop.getaddrinfo("127.0.0.1", "https", STREAM.flags(AI_NUMERICSERV)))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageEndingWith(": https");

          var mapped =
              loop.getaddrinfo("192.0.2.1", 1, STREAM.family(INET6).flags(AI_V4MAPPED)).getFirst();
          assertThat(mapped.family()).isEqualTo(INET6);
          assertThat(mapped.address().getAddress().getAddress())
              .hasSize(16)
              .endsWith(0xff, 0xff, 192, 0, 2, 1);
          assertThat(loop.getaddrinfo("two", 1, STREAM.family(INET6).flags(AI_V4MAPPED)))
              .containsExactly(info("2001:db8::1", 1));
          // Whatever this machine has: the answer is in the order of the resolver.
          assertThat(List.of(info("192.0.2.1", 1), info("2001:db8::1", 1)))
              .containsSubsequence(loop.getaddrinfo("two", 1, STREAM.flags(AI_ADDRCONFIG)));
        });
  }

  // EL-110
  @Test
  void servicesHaveNames() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("127.0.0.1", "https", STREAM))
              .containsExactly(info("127.0.0.1", 443));
          assertThat(loop.getaddrinfo("127.0.0.1", "ssh", DEFAULT))
              .containsExactly(info("127.0.0.1", 22));
          assertThatThrownBy(() -> loop.getaddrinfo("127.0.0.1", "no such", STREAM))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("127.0.0.1: ")
              .hasMessageEndingWith(": no such");
        });
  }

  // EL-110
  @Test
  void anAddressHasTheNameThatTheResolverTells() throws Exception {
    run(
        () -> {
          loop.setResolver(
              new Resolver() {
                @Override
                public List<InetAddress> addressesOf(String host) {
                  return List.of();
                }

                @Override
                public String nameOf(InetAddress address) {
                  return address.isLoopbackAddress() ? "here" : null;
                }
              });
          assertThat(loop.getnameinfo(at("127.0.0.1", 443)))
              .isEqualTo(new NameInfo("here", "https"));
          assertThat(loop.getnameinfo(at("192.0.2.1", 514), NI_DGRAM))
              .isEqualTo(new NameInfo("192.0.2.1", "syslog"));
          assertThat(loop.getnameinfo(at("127.0.0.1", 443), NI_NUMERICHOST, NI_NUMERICSERV))
              .isEqualTo(new NameInfo("127.0.0.1", "443"));
          assertThatThrownBy(() -> loop.getnameinfo(at("192.0.2.1", 443), NI_NAMEREQD))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("192.0.2.1: ");
          var unresolved = InetSocketAddress.createUnresolved("somewhere", 1);
          assertThatThrownBy(() -> loop.getnameinfo(unresolved))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("somewhere: ");
          assertThatThrownBy(() -> loop.getnameinfo(UnixDomainSocketAddress.of("/x")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("/x");
          // A resolver that finds nothing.
          assertThatThrownBy(() -> loop.getaddrinfo("two", 1))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("two: ");
          loop.setResolver(null);
          assertThat(loop.getaddrinfo("two", 1)).hasSize(4);
        });
  }

  // EL-110
  @Test
  void theCanonicalNameIsToldWithTheFirstAnswer() throws Exception {
    run(
        () -> {
          var options = DEFAULT.flags(AI_CANONNAME);
          assertThat(loop.getaddrinfo("two", 1, options))
              .extracting(AddressInfo::canonname)
              .containsExactly("two.example", "", "", "");
          assertThat(loop.getaddrinfo("127.0.0.1", 1, options).getFirst().canonname())
              .isEqualTo("127.0.0.1");
          assertThat(loop.getaddrinfo("two", 1)).allMatch(info -> info.canonname().isEmpty());
        });
    try (var plain = kind.newLoop()) {
      plain.runUntilComplete(
          () -> {
            var options = STREAM.flags(AI_CANONNAME);
            assertThat(plain.getaddrinfo("localhost", 1, options).getFirst().canonname())
                .isNotEmpty();
            return null;
          });
    }
    // What no name server is asked for (RFC 1035 section 2.3.4: a label has at most 63 octets).
    String tooLong = "x".repeat(64) + ".invalid";
    assertThatThrownBy(() -> NetDatabase.canonicalName(tooLong))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageStartingWith(tooLong + ": ");
  }

  // EL-110
  @Test
  void whatTheSystemSaysOfThisMachineHasItsName() throws Exception {
    try (var plain = kind.newLoop()) {
      plain.runUntilComplete(
          () -> {
            assertThat(plain.getaddrinfo("localhost", 1, STREAM))
                .contains(info("127.0.0.1", 1))
                .allMatch(info -> info.address().getAddress().isLoopbackAddress());
            // Reserved for documentation: it has no name, whoever is asked (RFC 5737).
            assertThat(plain.getnameinfo(at("192.0.2.1", 1), NI_NUMERICSERV).host())
                .isEqualTo("192.0.2.1");
            return null;
          });
    }
  }

  // G9
  @Test
  void aNameThatIsNotAsciiIsEncodedAndOneThatHidesAnotherIsRefused() throws Exception {
    run(
        () -> {
          assertThat(loop.getaddrinfo("b\u00fccher.example", 1, STREAM))
              .containsExactly(info("192.0.2.2", 1));
          assertThatThrownBy(() -> loop.getaddrinfo("two\0.example", 1))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("null character");
        });
  }

  @Test
  void aPortThatIsNoneIsRefused() throws Exception {
    run(
        () -> {
          for (int port : new int[] {-1, 65536, 70000}) {
            assertThatThrownBy(() -> loop.getaddrinfo("127.0.0.1", port))
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
            calls.add(loop.createTask(() -> loop.getaddrinfo("slow", 1, STREAM)));
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
  void aLookupThatIsCancelledLeavesNothingAndOneThatHangsKeepsNobody() throws Exception {
    run(
        () -> {
          var calls = new ArrayList<io.github.asyncio4j.Task<List<AddressInfo>>>();
          for (int i = 0; i < 30; i++) {
            calls.add(loop.createTask(() -> loop.getaddrinfo("slow", 1, STREAM)));
          }
          while (most.get() < 8) {
            poll();
          }
          calls.forEach(io.github.asyncio4j.Task::cancel);
          for (var call : calls) {
            assertThatThrownBy(call::await).isInstanceOf(CancelledError.class);
          }
          assertThat(Lowlevel.of(loop).awaitsThreads()).isTrue();
        });
    // Eight of them hang, and those that waited are gone.
    assertThat(lookups).hasValue(8);
    loop.close();
    assertThat(resolver.isDaemon()).isTrue();
    lookupsMayEnd.countDown();
    resolver.join();
    assertThat(lookups).hasValue(8);
  }

  // EL-110
  @Test
  void inDebugModeTheTimeOfALookupIsLogged() throws Exception {
    loop.setDebug(true);
    try (var log = LogRecorder.start()) {
      run(() -> loop.getaddrinfo("two", 443));

      assertThat(log.messages()).anyMatch(m -> m.startsWith("Getting address info of two took "));
    }
  }
}
