// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Certificates.HOST;
import static io.github.asyncio4j.conformance.stage.Certificates.attemptConnect;
import static io.github.asyncio4j.conformance.stage.Certificates.clientContext;
import static io.github.asyncio4j.conformance.stage.Certificates.serverContext;
import static io.github.asyncio4j.conformance.stage.Certificates.silent;
import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Certificates.Caller;
import io.github.asyncio4j.conformance.stage.Certificates.Kept;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// The twins of `conformance/python/start_tls.py`.
final class StartTlsScenarios {
  private static final Duration LIMIT = Duration.ofMillis(50);
  private static final SslOptions SERVER_SIDE = SslOptions.DEFAULT.serverSide(true);
  private static final SslOptions CLIENT_SIDE = SslOptions.DEFAULT.serverHostname(HOST);

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /// Connects two protocols of the loop; returns the client's transport.
  private static Transport joinInTheClear(Stage stage, Recorder client, Recorder accepted)
      throws Exception {
    var loop = stage.loop();
    var server = loop.createServer(() -> accepted, LOCALHOST, 0);
    var transport = loop.createConnection(() -> client, LOCALHOST, portOf(server)).transport();
    accepted.made.await();
    server.close();
    return transport;
  }

  /// Puts a server's end under TLS, in a task.
  private static Task<Transport> upgradeServer(Stage stage, Recorder accepted, Recorder after)
      throws IOException {
    var context = serverContext();
    return Asyncio.createTask(
        () -> stage.loop().startTls(accepted.transport, after, context, SERVER_SIDE));
  }

  private static Transport upgradeClient(
      Stage stage, Transport transport, Recorder client, SslOptions options) throws IOException {
    return stage.loop().startTls(transport, client, clientContext(), options);
  }

  /// The same in a task.
  private static Task<Transport> upgradingClient(
      Stage stage, Transport transport, Recorder client) {
    return Asyncio.createTask(() -> upgradeClient(stage, transport, client, CLIENT_SIDE));
  }

  private record Ends(Transport client, Transport server) {}

  /// Puts both ends under TLS, with the same protocols.
  private static Ends upgrade(Stage stage, Recorder client, Recorder accepted) throws Exception {
    var serverSide = upgradeServer(stage, accepted, accepted);
    var clientSide = upgradeClient(stage, client.transport, client, CLIENT_SIDE);
    return new Ends(clientSide, serverSide.await());
  }

  @Scenario(
      value = {"EL-91", "R-111"},
      task = true)
  void aConnectionComesUnderTlsAndIsNotMadeAgain(Stage stage) throws Exception {
    var client = Kept.make(Caller::new);
    var accepted = Kept.make();
    var before = joinInTheClear(stage, client.recorder(), accepted.recorder());
    before.write(ascii("in the clear"));
    accepted.recorder().received(12);
    var ends = upgrade(stage, client.recorder(), accepted.recorder());
    stage.out("another transport " + (ends.client() != before));
    ends.client().write(ascii("secret"));
    accepted.recorder().received(18);
    ends.server().write(ascii("answer"));
    client.recorder().received(6);
    ends.client().close();
    client.recorder().lost.await();
    accepted.recorder().lost.await();
    client.tell(stage, "client");
    accepted.tell(stage, "server");
  }

  @Scenario(
      value = {"EL-91", "EL-44"},
      task = true)
  void anUpgradedTransportKnowsWhatWasAgreedOn(Stage stage) throws Exception {
    var client = silent();
    var accepted = silent();
    var before = joinInTheClear(stage, client, accepted);
    for (String name : List.of("ssl_object", "peercert", "cipher")) {
      stage.out("before: " + name + " " + (before.getExtraInfo(name) != null));
    }
    var transport = upgrade(stage, client, accepted).client();
    for (String name : List.of("ssl_object", "peercert", "cipher", "peername")) {
      stage.out("after: " + name + " " + (transport.getExtraInfo(name) != null));
    }
    boolean same = transport.getExtraInfo("peername").equals(before.getExtraInfo("peername"));
    stage.out("same peer " + same);
    transport.close();
    client.lost.await();
    accepted.lost.await();
  }

  @Scenario(
      value = {"EL-91", "R-111"},
      task = true)
  void anotherProtocolCanTakeOverAtTheUpgrade(Stage stage) throws Exception {
    var client = silent();
    var accepted = Kept.make();
    var after = Kept.make();
    var before = joinInTheClear(stage, client, accepted.recorder());
    before.write(ascii("hello"));
    accepted.recorder().received(5);
    var serverSide = upgradeServer(stage, accepted.recorder(), after.recorder());
    var transport = upgradeClient(stage, before, client, CLIENT_SIDE);
    serverSide.await();
    transport.write(ascii("secret"));
    after.recorder().received(6);
    transport.close();
    client.lost.await();
    after.recorder().lost.await();
    accepted.tell(stage, "before");
    after.tell(stage, "after");
  }

  @Scenario(
      value = {"EL-91", "EL-46", "EL-47"},
      task = true)
  void theTimeLimitsOfAnUpgradeArePositive(Stage stage) throws Exception {
    var client = silent();
    var link = stage.connect(client);
    attemptConnect(
        stage,
        "ssl_handshake_timeout",
        () ->
            upgradeClient(
                stage, link.transport(), client, CLIENT_SIDE.sslHandshakeTimeout(Duration.ZERO)));
    link.transport().abort();
    link.peer().close();
    var other = silent();
    var another = stage.connect(other);
    attemptConnect(
        stage,
        "ssl_shutdown_timeout",
        () ->
            upgradeClient(
                stage, another.transport(), other, CLIENT_SIDE.sslShutdownTimeout(Duration.ZERO)));
    another.transport().abort();
    another.peer().close();
  }

  @Scenario(
      value = {"EL-91", "EL-46", "R-100"},
      task = true)
  void aPeerThatIsSilentInAnUpgradeIsGivenUp(Stage stage) throws Exception {
    var client = silent();
    var link = stage.connect(client);
    attemptConnect(
        stage,
        "upgrade",
        () ->
            upgradeClient(stage, link.transport(), client, CLIENT_SIDE.sslHandshakeTimeout(LIMIT)));
    stage.out("closing " + link.transport().isClosing());
    stage.out("peer got a hello and the end " + (link.peer().receiveToEnd() > 0));
    link.peer().close();
  }

  @Scenario(
      value = {"EL-91", "R-101"},
      task = true)
  void aPeerThatEndsInAnUpgradeIsAReset(Stage stage) throws Exception {
    var client = silent();
    var link = stage.connect(client);
    var upgrading = upgradingClient(stage, link.transport(), client);
    link.peer().receive(5);
    link.peer().end();
    attemptConnect(stage, "upgrade", upgrading::await);
    link.peer().close();
  }

  @Scenario(
      value = {"EL-91", "R-99"},
      task = true)
  void aPeerThatGoesOnInTheClearIsAnError(Stage stage) throws Exception {
    var client = silent();
    var link = stage.connect(client);
    var upgrading = upgradingClient(stage, link.transport(), client);
    link.peer().receive(5);
    link.peer().send("what are you talking about?\r\n");
    attemptConnect(stage, "upgrade", upgrading::await);
    stage.out("closing " + link.transport().isClosing());
    link.peer().receiveToEnd();
    link.peer().close();
  }

  @Scenario(
      value = {"EL-91", "R-85"},
      task = true)
  void anUpgradeThatIsCancelledEndsTheConnection(Stage stage) throws Exception {
    var client = silent();
    var link = stage.connect(client);
    var upgrading = upgradingClient(stage, link.transport(), client);
    link.peer().receive(5);
    upgrading.cancel();
    attemptConnect(stage, "upgrade", upgrading::await);
    stage.out("closing " + link.transport().isClosing());
    link.peer().receiveToEnd();
    stage.out("peer got the end");
    link.peer().close();
  }

  @Scenario(
      value = {"EL-91", "EL-45"},
      task = true)
  void anUpgradeVerifiesTheName(Stage stage) throws Exception {
    var client = silent();
    var accepted = silent();
    var transport = joinInTheClear(stage, client, accepted);
    var serverSide = upgradeServer(stage, accepted, accepted);
    attemptConnect(
        stage,
        "wrong name",
        () -> upgradeClient(stage, transport, client, CLIENT_SIDE.serverHostname("other.test")));
    stage.out("closing " + transport.isClosing());
    try {
      serverSide.await().abort();
    } catch (IOException e) {
      // With TLS 1.3 the server may be done when the client refuses.
    }
  }

  @Scenario(
      value = {"EL-91", "R-99"},
      task = true)
  void aConnectionUnderTlsCanComeUnderTlsAgain(Stage stage) throws Exception {
    var client = Kept.make(Caller::new);
    var accepted = Kept.make();
    joinInTheClear(stage, client.recorder(), accepted.recorder());
    var outer = upgrade(stage, client.recorder(), accepted.recorder());
    client.recorder().transport = outer.client();
    accepted.recorder().transport = outer.server();
    var ends = upgrade(stage, client.recorder(), accepted.recorder());
    ends.client().write(ascii("secret"));
    accepted.recorder().received(6);
    ends.server().write(ascii("answer"));
    client.recorder().received(6);
    ends.client().close();
    client.recorder().lost.await();
    accepted.recorder().lost.await();
    client.tell(stage, "client");
    accepted.tell(stage, "server");
  }

  @Scenario(
      value = {"ST-11", "EL-91"},
      task = true)
  void aStreamComesUnderTls(Stage stage) throws Exception {
    var context = serverContext();
    var server =
        Asyncio.startServer(
            (reader, writer) -> {
              stage.out("server got " + Words.show(reader.readline()));
              writer.write(ascii("220 go ahead\n"));
              writer.startTls(context, SslOptions.DEFAULT);
              stage.out("server got " + Words.show(reader.readline()));
              writer.write(ascii("done\n"));
              writer.drain();
              writer.close();
            },
            LOCALHOST,
            0);
    var connection = Asyncio.openConnection(LOCALHOST, portOf(server));
    var reader = connection.reader();
    var writer = connection.writer();
    writer.write(ascii("STARTTLS\n"));
    stage.out("client got " + Words.show(reader.readline()));
    stage.out("encrypted " + (writer.getExtraInfo("ssl_object") != null));
    writer.startTls(clientContext(), CLIENT_SIDE);
    stage.out("encrypted " + (writer.getExtraInfo("ssl_object") != null));
    writer.write(ascii("secret\n"));
    stage.out("client got " + Words.show(reader.readline()));
    stage.attempt("at the end", () -> reader.readline());
    writer.close();
    writer.waitClosed();
    server.close();
    server.waitClosed();
  }

  @Scenario(
      value = {"ST-11", "EL-45"},
      task = true)
  void aStreamOfAClientIsToldTheName(Stage stage) throws Exception {
    var context = serverContext();
    var server =
        Asyncio.startServer(
            (_, writer) -> {
              try {
                writer.startTls(context, SslOptions.DEFAULT);
              } catch (IOException e) {
                // With TLS 1.3 the server may be done when the client refuses.
              }
              writer.close();
            },
            LOCALHOST,
            0);
    var writer = Asyncio.openConnection(LOCALHOST, portOf(server)).writer();
    var client = clientContext();
    stage.attempt(
        "wrong name", () -> writer.startTls(client, CLIENT_SIDE.serverHostname("other.test")));
    stage.out("closing " + writer.isClosing());
    server.close();
  }

  @Scenario(
      value = {"ST-11", "EL-46"},
      task = true)
  void aSilentPeerOfAStreamIsGivenUp(Stage stage) throws Exception {
    try (var door = stage.listen()) {
      var writer = Asyncio.openConnection(LOCALHOST, door.port()).writer();
      var peer = door.accept();
      var client = clientContext();
      stage.attempt(
          "upgrade", () -> writer.startTls(client, CLIENT_SIDE.sslHandshakeTimeout(LIMIT)));
      stage.out("peer got a hello and the end " + (peer.receiveToEnd() > 0));
      peer.close();
    }
  }
}
