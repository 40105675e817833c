// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.AddressInfoFlag.AI_CANONNAME;
import static io.github.asyncio4j.AddressInfoFlag.AI_NUMERICHOST;
import static io.github.asyncio4j.AddressInfoFlag.AI_NUMERICSERV;
import static io.github.asyncio4j.AddressInfoFlag.AI_PASSIVE;
import static io.github.asyncio4j.AddressInfoFlag.AI_V4MAPPED;
import static io.github.asyncio4j.NameInfoFlag.NI_DGRAM;
import static io.github.asyncio4j.NameInfoFlag.NI_NUMERICHOST;
import static io.github.asyncio4j.NameInfoFlag.NI_NUMERICSERV;
import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.NameInfoFlag;
import io.github.asyncio4j.Resolver;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/names.py`.
final class NamesScenarios {
  private static final AddressInfoOptions ANY = AddressInfoOptions.DEFAULT;
  private static final AddressInfoOptions STREAM = ANY.type(SocketType.STREAM);
  private static final ConnectionOptions RACE =
      ConnectionOptions.DEFAULT.happyEyeballsDelay(Duration.ofSeconds(100));

  private static final class Plain implements Protocol {}

  private static void ask(
      Stage stage,
      String label,
      @Nullable String host,
      @Nullable String service,
      AddressInfoOptions options) {
    List<AddressInfo> infos;
    try {
      infos = stage.loop().getaddrinfo(host, service, options);
    } catch (IOException e) {
      stage.out(label + ": " + Words.word(e));
      return;
    }
    for (var info : infos) {
      stage.out(
          label
              + ": "
              + word(info.family())
              + " "
              + info.type().toString().toLowerCase(Locale.ROOT)
              + " "
              + info.proto()
              + " port "
              + info.address().getPort());
    }
  }

  private static String word(StandardProtocolFamily family) {
    return family == INET6 ? "ipv6" : "ipv4";
  }

  private static Resolver answers(String... literals) {
    return _ -> Stream.of(literals).map(InetAddress::ofLiteral).toList();
  }

  private static boolean isLoopback(SocketAddress address) {
    return ((InetSocketAddress) address).getAddress().isLoopbackAddress();
  }

  private static String host(Connection<Transport, ?> connection, String name) {
    var address = (InetSocketAddress) connection.transport().getExtraInfo(name);
    return Objects.requireNonNull(address).getAddress().getHostAddress();
  }

  @Scenario(value = "EL-110", task = true)
  void aLiteralIsAnsweredOnceForEachTypeOfSocket(Stage stage) {
    ask(stage, "ipv4", LOCALHOST, "80", ANY);
    ask(stage, "ipv6", "::1", "80", ANY);
    ask(stage, "a number in a text", LOCALHOST, "80", ANY);
    ask(stage, "no port", LOCALHOST, null, ANY);
  }

  @Scenario(value = "EL-110", task = true)
  void typeAndProtocolNarrowWhatIsAnswered(Stage stage) {
    var datagram = ANY.type(SocketType.DATAGRAM);
    ask(stage, "stream", LOCALHOST, "80", STREAM);
    ask(stage, "datagram", LOCALHOST, "80", datagram);
    ask(stage, "tcp", LOCALHOST, "80", ANY.proto(6));
    ask(stage, "udp", LOCALHOST, "80", ANY.proto(17));
    ask(stage, "both", LOCALHOST, "80", datagram.proto(17));
  }

  @Scenario(value = "EL-110", task = true)
  void aFamilyNarrowsWhatIsAnswered(Stage stage) {
    ask(stage, "its own", "::1", "80", STREAM.family(INET6));
    ask(stage, "another one", "::1", "80", STREAM.family(INET));
    ask(stage, "another one", LOCALHOST, "80", STREAM.family(INET6));
    var mapped = STREAM.family(INET6).flags(AI_V4MAPPED);
    ask(stage, "mapped", LOCALHOST, "80", mapped);
    ask(stage, "nothing to map", "::1", "80", mapped);
  }

  @Scenario(
      value = {"EL-110", "EL-70"},
      task = true)
  void noHostIsThisMachineOrEveryInterface(Stage stage) throws Exception {
    for (var options : List.of(STREAM, STREAM.flags(AI_PASSIVE))) {
      var infos = stage.loop().getaddrinfo(null, 80, options);
      stage.out(
          (options.flags().isEmpty() ? "plain: " : "passive: ")
              + Words.show(infos.stream().map(info -> word(info.family())).sorted().toList()));
      stage.out(
          "all of this machine "
              + infos.stream().allMatch(info -> isLoopback(info.address()))
              + ", some "
              + infos.stream().anyMatch(info -> isLoopback(info.address())));
    }
  }

  @Scenario(value = "EL-110", task = true)
  void neitherHostNorServiceIsAnIoError(Stage stage) {
    ask(stage, "neither", null, null, ANY);
    ask(stage, "an empty host", "", "80", ANY);
  }

  @Scenario(value = "EL-110", task = true)
  void aServiceHasAPortForEachTypeThatItHas(Stage stage) {
    ask(stage, "https", LOCALHOST, "https", ANY);
    ask(stage, "ssh", LOCALHOST, "ssh", ANY);
    ask(stage, "ssh by datagrams", LOCALHOST, "ssh", ANY.type(SocketType.DATAGRAM));
    ask(stage, "unknown", LOCALHOST, "no-such-service", STREAM);
  }

  @Scenario(value = "EL-110", task = true)
  void whatMustBeANumberIsNoName(Stage stage) {
    ask(stage, "host", "localhost", "80", STREAM.flags(AI_NUMERICHOST));
    ask(stage, "literal", LOCALHOST, "80", STREAM.flags(AI_NUMERICHOST));
    ask(stage, "service", LOCALHOST, "https", STREAM.flags(AI_NUMERICSERV));
    ask(stage, "number", LOCALHOST, "443", STREAM.flags(AI_NUMERICSERV));
  }

  @Scenario(value = "EL-110", task = true)
  void aScopeIsANumberOrAnInterface(Stage stage) throws Exception {
    var infos = stage.loop().getaddrinfo("fe80::1%7", 80, STREAM);
    stage.out(
        "scopes "
            + Words.show(
                infos.stream()
                    .map(info -> ((Inet6Address) info.address().getAddress()).getScopeId())
                    .toList()));
    ask(stage, "no such interface", "fe80::1%nowhere", "80", ANY);
  }

  @Scenario(value = "EL-110", task = true)
  void anAddressAndItsPortHaveNamesOrNumbers(Stage stage) throws Exception {
    name(stage, "numbers", 443, NI_NUMERICHOST, NI_NUMERICSERV);
    name(stage, "service", 443, NI_NUMERICHOST);
    name(stage, "stream", 514, NI_NUMERICHOST);
    name(stage, "datagram", 514, NI_NUMERICHOST, NI_DGRAM);
    name(stage, "no service", 1, NI_NUMERICHOST, NI_NUMERICSERV);
  }

  private static void name(Stage stage, String label, int port, NameInfoFlag... flags)
      throws IOException {
    var address = new InetSocketAddress(InetAddress.ofLiteral(LOCALHOST), port);
    var info = stage.loop().getnameinfo(address, flags);
    stage.out(label + ": " + info.host() + " " + info.service());
  }

  @Scenario(
      value = {"EL-48", "EL-110"},
      task = true)
  void theNextAddressIsTriedAtOnceWhenTheOneBeforeFails(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var listener = stage.listen()) {
      loop.setResolver(answers("127.0.0.2", "127.0.0.3", LOCALHOST));
      var connection =
          loop.createConnection(() -> new Quiet(stage::out), "host", listener.port(), RACE);
      stage.out("connected to " + host(connection, "peername"));
      connection.transport().close();
      connection.protocol().lost.await();
    }
  }

  @Scenario(
      value = {"EL-48", "EL-50"},
      task = true)
  void aRaceThatAllAddressesLoseIsToldAsAnyFailure(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var bound = stage.outside.bindOnly()) {
      int port = bound.port();
      loop.setResolver(answers(LOCALHOST, "127.0.0.2"));
      attemptConnect(stage, "race", port, RACE);
      attemptConnect(stage, "race with all errors", port, RACE.allErrors(true));
      attemptConnect(
          stage, "in turn with all errors", port, ConnectionOptions.DEFAULT.allErrors(true));
    }
  }

  private static void attemptConnect(
      Stage stage, String label, int port, ConnectionOptions options) {
    stage.attempt(label, () -> stage.loop().createConnection(Plain::new, "host", port, options));
  }

  @Scenario(
      value = {"EL-48", "EL-43"},
      task = true)
  void aRaceIsRunFromTheLocalAddress(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var listener = stage.listen()) {
      loop.setResolver(answers("127.0.0.3", LOCALHOST));
      var local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);
      var connection =
          loop.createConnection(
              () -> new Quiet(stage::out), "host", listener.port(), RACE.localAddr(local));
      stage.out("from " + host(connection, "sockname"));
      connection.transport().close();
      connection.protocol().lost.await();
    }
  }

  @Scenario(
      value = {"EL-48", "R-85"},
      task = true)
  void theLosersOfARaceAreClosed(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var server = loop.createServer(Plain::new, LOCALHOST, 0);
    loop.setResolver(answers(LOCALHOST, LOCALHOST, LOCALHOST));
    var connection =
        loop.createConnection(
            () -> new Quiet(stage::out),
            "host",
            portOf(server),
            RACE.happyEyeballsDelay(Duration.ZERO));
    stage.out("connected");
    connection.transport().close();
    connection.protocol().lost.await();
    server.close();
    Asyncio.timeout(Duration.ofSeconds(30), server::waitClosed);
    stage.out("all are closed");
  }

  @Scenario(
      value = {"EL-70", "EL-110"},
      task = true)
  void theHostsOfAServerAreLookedUpAtTheSameTime(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Future<@Nullable Void> asked = loop.createFuture();
    var names = new ArrayList<String>();
    loop.setResolver(
        host -> {
          stage.out("asks for " + host);
          names.add(host);
          if (names.size() == 3) {
            asked.setResult(null);
          }
          asked.join();
          return List.of(InetAddress.ofLiteral(LOCALHOST));
        });
    var server = loop.createServer(Plain::new, List.of("a", "b", "c"), 0, ServerOptions.DEFAULT);
    stage.out("sockets " + server.sockets().size());
    server.close();
    server.waitClosed();
  }

  @Scenario(
      value = {"EL-70", "EL-110"},
      task = true)
  void aHostOfAServerThatIsUnknownFailsTheCall(Stage stage) {
    EventLoop loop = stage.loop();
    loop.setResolver(
        host -> {
          if (host.equals("b")) {
            throw new UnknownHostException("b");
          }
          return List.of(InetAddress.ofLiteral(LOCALHOST));
        });
    stage.attempt(
        "serve", () -> loop.createServer(Plain::new, List.of("a", "b"), 0, ServerOptions.DEFAULT));
    stage.attempt("connect", () -> loop.createConnection(Plain::new, "b", 80));
  }

  @Scenario(
      value = {"EL-70", "EL-78"},
      task = true)
  void aServerWithoutPassiveFlagIsOnThisMachineOnly(Stage stage) throws Exception {
    var server =
        stage
            .loop()
            .createServer(Plain::new, List.of(""), 0, ServerOptions.DEFAULT.flags(Set.of()));
    var addresses =
        server.sockets().stream()
            .map(socket -> Objects.requireNonNull(socket.getsockname()))
            .toList();
    stage.out("of this machine " + addresses.stream().allMatch(NamesScenarios::isLoopback));
    stage.out(
        "families "
            + Words.show(
                server.sockets().stream().map(socket -> word(socket.family())).sorted().toList()));
    server.close();
    server.waitClosed();
  }

  @Scenario(value = "EL-110", task = true)
  void onlyTheFirstAnswerHasTheCanonicalName(Stage stage) throws Exception {
    for (String host : List.of(LOCALHOST, "::1")) {
      var infos = stage.loop().getaddrinfo(host, 80, ANY.flags(AI_CANONNAME));
      stage.out(
          host
              + ": "
              + Words.show(
                  infos.stream()
                      .map(info -> info.canonname().isEmpty() ? "none" : info.canonname())
                      .toList()));
    }
  }

  @Scenario(
      value = {"EL-110", "EL-60"},
      task = true)
  void thisMachineHasANameInEachFamilyThatIsAskedFor(Stage stage) {
    ask(stage, "ipv4", "localhost", "80", STREAM.family(INET));
    ask(stage, "service", "localhost", "https", STREAM.family(INET));
    ask(stage, "datagrams", "localhost", "53", ANY.family(INET).proto(17));
  }

  @Scenario(value = "EL-110", task = true)
  void manyNamesAreLookedUpAtATime(Stage stage) throws Exception {
    var hosts = IntStream.range(1, 40).mapToObj(i -> "127.0.0." + i).toList();
    var found =
        Asyncio.gather(
                hosts.stream()
                    .map(
                        host ->
                            stage
                                .loop()
                                .createTask(() -> stage.loop().getaddrinfo(host, 80, STREAM)))
                    .toList())
            .await();
    stage.out(
        "in their order "
            + found.stream()
                .map(infos -> infos.getFirst().address().getAddress().getHostAddress())
                .toList()
                .equals(hosts));
  }

  @Scenario(value = "EL-110", task = true)
  void anAddressOfIpv6HasANumberToo(Stage stage) throws Exception {
    number(stage, "::1", 80);
    number(stage, "::1", 80);
    number(stage, "2001:db8::1", 443);
  }

  private static void number(Stage stage, String literal, int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    var info = stage.loop().getnameinfo(address, NI_NUMERICHOST, NI_NUMERICSERV);
    stage.out(info.host() + " " + info.service());
  }
}
