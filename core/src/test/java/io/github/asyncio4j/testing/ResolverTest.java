// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CachingResolver;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.NameInfoFlag;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Resolvers of a loop's own (EL-110), in virtual time.
@ParameterizedClass
@EnumSource(Engine.class)
final class ResolverTest {
  private static final AddressInfoOptions STREAM =
      AddressInfoOptions.DEFAULT.type(SocketType.STREAM);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final class Quiet implements Protocol {}

  private final TestLoop loop;
  private final ExceptionRecorder failures;

  ResolverTest(Engine engine) {
    loop = engine.newLoop(0, LinkConditions.PLAIN);
    failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(loop.pendingTasks()).isEmpty();
    loop.close();
    assertThat(failures.unexpected()).isEmpty();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private Duration now() {
    return Duration.ofNanos(loop.time());
  }

  private List<String> ask(String host) throws IOException {
    return loop.getaddrinfo(host, 80, STREAM).stream()
        .map(AddressInfo::address)
        .map(InetSocketAddress::getAddress)
        .map(InetAddress::getHostAddress)
        .toList();
  }

  private CachingResolver cache(int maxSize) {
    var cache = new CachingResolver(loop.hosts(), SECOND.multipliedBy(60), SECOND, maxSize);
    loop.setResolver(cache);
    return cache;
  }

  @Test
  void namesOfATestHaveItsAddressesAndDelays() throws Exception {
    loop.hosts().add("two", "192.0.2.1", "192.0.2.2");
    loop.hosts().delay("two", SECOND);
    loop.hosts().delay("nowhere", SECOND);
    run(
        () -> {
          assertThat(ask("two")).containsExactly("192.0.2.1", "192.0.2.2");
          assertThat(now()).isEqualTo(SECOND);
          assertThatThrownBy(() -> ask("nowhere"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("nowhere");
          assertThat(now()).isEqualTo(SECOND.multipliedBy(2));
          assertThat(
                  loop.getnameinfo(
                      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 7),
                      NameInfoFlag.NI_NUMERICSERV))
              .hasToString("NameInfo[host=two, service=7]");
          loop.hosts().add("two");
          assertThatThrownBy(() -> ask("two")).isInstanceOf(UnknownHostException.class);
        });
  }

  @Test
  void severalHostsOfAServerAreLookedUpAtTheSameTime() throws Exception {
    for (var name : List.of("a", "b", "c")) {
      loop.hosts().delay(name, SECOND);
    }
    run(
        () -> {
          try (var server =
              loop.createServer(Quiet::new, List.of("a", "b", "c"), 80, ServerOptions.DEFAULT)) {
            assertThat(server.sockets()).hasSize(3);
            assertThat(now()).isEqualTo(SECOND);
          }
        });
  }

  @Test
  void everyMethodAsksTheResolverThatIsSet() throws Exception {
    loop.setResolver(_ -> List.of(InetAddress.ofLiteral("127.0.0.7")));
    run(
        () -> {
          try (var server = loop.createServer(Quiet::new, "anything", 80)) {
            assertThat(server.sockets().getFirst().getsockname())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.7"), 80));
            loop.createConnection(Quiet::new, "something", 80).transport().close();
          }
          assertThat(loop.hosts().lookups()).isZero();
          loop.setResolver(null);
          assertThat(loop.getResolver()).isSameAs(loop.hosts());
          assertThat(ask("localhost")).containsExactly("127.0.0.1");
        });
  }

  @Test
  void aCacheAnswersForAsLongAsItIsTold() throws Exception {
    loop.hosts().add("one", "192.0.2.1");
    var cache = cache(10);
    run(
        () -> {
          assertThat(ask("one")).containsExactly("192.0.2.1");
          loop.hosts().add("one", "192.0.2.9");
          Asyncio.sleep(SECOND.multipliedBy(59));
          // Names are compared without regard to case.
          assertThat(ask("ONE")).containsExactly("192.0.2.1");
          assertThat(loop.hosts().lookups()).isEqualTo(1);
          Asyncio.sleep(SECOND);
          assertThat(ask("one")).containsExactly("192.0.2.9");
          loop.hosts().add("one", "192.0.2.8");
          cache.remove("One");
          assertThat(ask("one")).containsExactly("192.0.2.8");
          assertThat(loop.hosts().lookups()).isEqualTo(3);
        });
  }

  @Test
  void aCacheRemembersThatAHostIsUnknownForAnotherWhile() throws Exception {
    cache(10);
    run(
        () -> {
          assertThatThrownBy(() -> ask("late")).isInstanceOf(UnknownHostException.class);
          loop.hosts().add("late", "192.0.2.1");
          assertThatThrownBy(() -> ask("late"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("late");
          Asyncio.sleep(SECOND);
          assertThat(ask("late")).containsExactly("192.0.2.1");
        });
  }

  @Test
  void aCacheForgetsWhatWasAskedForLeastRecently() throws Exception {
    for (var name : List.of("a", "b", "c")) {
      loop.hosts().add(name, "192.0.2.1");
    }
    var cache = cache(2);
    run(
        () -> {
          for (var name : List.of("a", "b", "a", "c", "a")) {
            ask(name);
          }
          assertThat(cache.size()).isEqualTo(2);
          assertThat(loop.hosts().lookups()).isEqualTo(3);
          ask("b");
          assertThat(loop.hosts().lookups()).isEqualTo(4);
          cache.clear();
          assertThat(cache.size()).isZero();
        });
  }

  @Test
  void tasksThatAskAtTheSameTimeShareALookupThatOutlivesAllButTheLast() throws Exception {
    loop.hosts().add("one", "192.0.2.1");
    loop.hosts().delay("one", SECOND);
    cache(10);
    run(
        () -> {
          var asking = new ArrayList<Task<List<String>>>();
          for (int i = 0; i < 3; i++) {
            asking.add(loop.createTask(() -> ask("one")));
          }
          Asyncio.sleep(SECOND.dividedBy(2));
          asking.getFirst().cancel();
          assertThatThrownBy(asking.getFirst()::await).isInstanceOf(CancelledError.class);
          assertThat(asking.get(1).await()).containsExactly("192.0.2.1");
          assertThat(asking.get(2).await()).containsExactly("192.0.2.1");
          assertThat(loop.hosts().lookups()).isEqualTo(1);
        });
  }

  @Test
  void aLookupThatNobodyWaitsForAnyMoreEndsAndIsNotRemembered() throws Exception {
    loop.hosts().add("one", "192.0.2.1");
    loop.hosts().delay("one", SECOND);
    var cache = cache(10);
    run(
        () -> {
          var asking = loop.createTask(() -> ask("one"));
          Asyncio.sleep(SECOND.dividedBy(2));
          asking.cancel();
          assertThatThrownBy(asking::await).isInstanceOf(CancelledError.class);
          assertThat(ask("one")).hasSize(1);
          assertThat(loop.hosts().lookups()).isEqualTo(2);
          assertThat(cache.size()).isEqualTo(1);
        });
  }

  @Test
  void aFailureThatIsNoAnswerIsNotRemembered() throws Exception {
    var asked = new ArrayList<String>();
    loop.setResolver(
        new CachingResolver(
            host -> {
              asked.add(host);
              throw new IOException("no server answers");
            },
            SECOND,
            SECOND,
            1));
    run(
        () -> {
          for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> ask("one"))
                .isInstanceOf(IOException.class)
                .hasMessage("no server answers");
          }
          assertThat(asked).hasSize(2);
        });
  }

  @Test
  void aCacheRefusesWhatCannotBe() throws Exception {
    var source = loop.hosts();
    assertThatThrownBy(() -> new CachingResolver(source, SECOND.negated(), SECOND, 1))
        .hasMessage("ttl < 0: PT-1S");
    assertThatThrownBy(() -> new CachingResolver(source, SECOND, SECOND.negated(), 1))
        .hasMessage("negativeTtl < 0: PT-1S");
    assertThatThrownBy(() -> new CachingResolver(source, SECOND, SECOND, 0))
        .hasMessage("maxSize < 1: 0");
    assertThatThrownBy(() -> source.delay("x", SECOND.negated())).hasMessage("delay < 0: PT-1S");
    var cache = cache(1);
    run(() -> ask("localhost"));
    try (var other = new TestLoop()) {
      other.setResolver(cache);
      assertThatThrownBy(
              () -> other.runUntilComplete(() -> other.getaddrinfo("localhost", 1, STREAM)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another loop");
    }
  }
}
