// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.free;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.Resolver;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The twins of `conformance/python/races.py`.
final class RacesScenarios {
  private static final ConnectionOptions PLAIN = ConnectionOptions.DEFAULT;
  private static final ConnectionOptions RACE = PLAIN.happyEyeballsDelay(Duration.ofSeconds(100));
  private static final ConnectionOptions AT_ONCE = PLAIN.happyEyeballsDelay(Duration.ZERO);

  private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.\\d+|::1|0:0:0:0:0:0:0:1");

  private static final class Idle implements Protocol {}

  private static Resolver answers(String... literals) {
    return _ -> Stream.of(literals).map(InetAddress::ofLiteral).toList();
  }

  /// Prints the addresses that were tried, in the order of their failures.
  private static void tried(Stage stage, String label, int port, ConnectionOptions options)
      throws IOException {
    try {
      stage.loop().createConnection(Idle::new, "host", port, options.allErrors(true));
    } catch (ExceptionGroup group) {
      var addresses =
          group.exceptions().stream().map(error -> address(error.getMessage())).toList();
      stage.out(label + ": " + Words.show(addresses));
    }
  }

  private static String address(String message) {
    var matcher = ADDRESS.matcher(message);
    if (!matcher.find()) {
      throw new AssertionError("no address in: " + message);
    }
    return matcher.group().startsWith("0:") ? "::1" : matcher.group();
  }

  /// An address that takes no connection and refuses none, since its queue is full.
  private static final class SilentAddress implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();
    private final InetSocketAddress address;

    SilentAddress(Stage stage) throws IOException {
      var listener = stage.outside.open();
      sockets.add(listener);
      listener.bind(free(LOCALHOST));
      listener.listen(1);
      address = (InetSocketAddress) Objects.requireNonNull(listener.getsockname());
      for (int i = 0; i < 4; i++) {
        sockets.add(stage.outside.open());
        sockets.getLast().connect(address);
      }
    }

    int port() {
      return address.getPort();
    }

    @Override
    public void close() throws IOException {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  @Scenario(value = "EL-49", task = true)
  void addressesAreTriedInTurnOfTheirFamilies(Stage stage) throws Exception {
    stage.loop().setResolver(answers("::1", "::1", "::1", "::1", "127.0.0.2", "127.0.0.3"));
    try (var bound = stage.outside.bindOnly()) {
      tried(stage, "as found", bound.port(), PLAIN);
      tried(stage, "none", bound.port(), PLAIN.interleave(0));
      tried(stage, "one", bound.port(), PLAIN.interleave(1));
      tried(stage, "three", bound.port(), PLAIN.interleave(3));
      tried(stage, "more than there are", bound.port(), PLAIN.interleave(7));
    }
  }

  @Scenario(
      value = {"EL-49", "EL-48"},
      task = true)
  void aRaceTakesTurnsOfTheFamiliesByItself(Stage stage) throws Exception {
    stage.loop().setResolver(answers("127.0.0.2", "127.0.0.3", "::1", "::1"));
    try (var bound = stage.outside.bindOnly()) {
      tried(stage, "race", bound.port(), RACE);
      tried(stage, "race without turns", bound.port(), RACE.interleave(0));
    }
  }

  @Scenario(
      value = {"EL-48", "EL-50"},
      task = true)
  void anAddressThatIsSilentIsOvertakenAfterTheDelay(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var silent = new SilentAddress(stage)) {
      var server = loop.createServer(Idle::new, "127.0.0.2", silent.port());
      loop.setResolver(answers(LOCALHOST, "127.0.0.2"));
      var connection =
          loop.createConnection(
              () -> new Quiet(stage::out),
              "host",
              silent.port(),
              PLAIN.happyEyeballsDelay(Duration.ofMillis(10)));
      var peer = connection.transport().getExtraInfo("peername", InetSocketAddress.class);
      stage.out("connected to " + peer.getAddress().getHostAddress());
      connection.transport().close();
      connection.protocol().lost.await();
      server.close();
      server.waitClosed();
    }
  }

  @Scenario(
      value = {"EL-48", "R-85", "R-37"},
      task = true)
  void aRaceThatIsCancelledLeavesNothingOpen(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var silent = new SilentAddress(stage)) {
      loop.setResolver(answers(LOCALHOST, LOCALHOST));
      int before = stage.outside.openSockets();
      var racing =
          loop.createTask(() -> loop.createConnection(Idle::new, "host", silent.port(), AT_ONCE));
      Asyncio.sleep(Duration.ofMillis(10));
      settle();
      stage.out(
          "done " + racing.done() + ", more is open " + (stage.outside.openSockets() > before));
      racing.cancel();
      stage.attempt("race", () -> racing.await());
      stage.out("as before " + (stage.outside.openSockets() == before));
    }
  }

  @Scenario(
      value = {"EL-48", "TC-02"},
      task = true)
  void aRaceMayBeGivenUpByATimeout(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var silent = new SilentAddress(stage)) {
      loop.setResolver(answers(LOCALHOST, LOCALHOST));
      stage.attempt(
          "race",
          () ->
              Asyncio.waitFor(
                  () -> loop.createConnection(Idle::new, "host", silent.port(), AT_ONCE),
                  Duration.ofMillis(20)));
    }
  }

  @Scenario(value = "EL-50", task = true)
  void aSingleFailureIsToldAsItIsOrAsAGroupOfOne(Stage stage) throws Exception {
    try (var bound = stage.outside.bindOnly()) {
      stage.loop().setResolver(answers(LOCALHOST));
      for (var options : List.of(PLAIN, RACE)) {
        for (boolean all : new boolean[] {false, true}) {
          attemptConnect(stage, "all errors " + all, bound.port(), options.allErrors(all));
        }
      }
    }
  }

  private static void attemptConnect(
      Stage stage, String label, int port, ConnectionOptions options) {
    stage.attempt(label, () -> stage.loop().createConnection(Idle::new, "host", port, options));
  }

  @Scenario(
      value = {"EL-40", "EL-48"},
      task = true)
  void aHostWithoutAddressesIsAnIoErrorInARaceToo(Stage stage) throws Exception {
    stage.loop().setResolver(answers());
    attemptConnect(stage, "connect", 80, PLAIN);
    attemptConnect(stage, "connect", 80, RACE);
  }
}
