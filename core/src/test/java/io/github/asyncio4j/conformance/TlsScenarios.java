// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Certificates.HOST;
import static io.github.asyncio4j.conformance.stage.Certificates.attemptConnect;
import static io.github.asyncio4j.conformance.stage.Certificates.call;
import static io.github.asyncio4j.conformance.stage.Certificates.calling;
import static io.github.asyncio4j.conformance.stage.Certificates.clientContext;
import static io.github.asyncio4j.conformance.stage.Certificates.join;
import static io.github.asyncio4j.conformance.stage.Certificates.knownClientContext;
import static io.github.asyncio4j.conformance.stage.Certificates.serve;
import static io.github.asyncio4j.conformance.stage.Certificates.serverContext;
import static io.github.asyncio4j.conformance.stage.Certificates.serving;
import static io.github.asyncio4j.conformance.stage.Certificates.silent;
import static io.github.asyncio4j.conformance.stage.Certificates.strictServerContext;
import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.addressOf;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Certificates;
import io.github.asyncio4j.conformance.stage.Certificates.Caller;
import io.github.asyncio4j.conformance.stage.Certificates.Kept;
import io.github.asyncio4j.conformance.stage.Connections;
import io.github.asyncio4j.conformance.stage.Outside;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.TlsVersion;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/tls.py`.
final class TlsScenarios {
  private static final Duration A_WHILE = Duration.ofMillis(20);
  private static final Duration LIMIT = Duration.ofMillis(50);
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  @Scenario(
      value = {"EL-44", "EL-73", "R-99"},
      task = true)
  void twoProtocolsTalkUnderTls(Stage stage) throws Exception {
    for (var version : List.of(TlsVersion.TLSV1_2, TlsVersion.TLSV1_3)) {
      var client = Kept.make(Caller::new);
      var accepted = Kept.make();
      var transport = join(stage, client.recorder(), accepted.recorder(), version);
      stage.out(transport.getExtraInfo("ssl_object", SSLEngine.class).getSession().getProtocol());
      transport.write(ascii("ping"));
      accepted.recorder().received(4);
      accepted.recorder().transport.write(ascii("pong!"));
      client.recorder().received(5);
      transport.close();
      client.recorder().lost.await();
      accepted.recorder().lost.await();
      client.tell(stage, "client");
      accepted.tell(stage, "server");
    }
  }

  @Scenario(
      value = {"R-99", "EL-44"},
      task = true)
  void theProtocolKnowsOfTheConnectionBeforeCreateConnectionReturns(Stage stage) throws Exception {
    var server = serve(stage, Certificates::silent);
    var client = new Caller(stage::out);
    var transport = call(stage, server, client);
    stage.out("returned");
    transport.close();
    client.lost.await();
    server.close();
  }

  @Scenario(
      value = {"EL-45", "EL-46", "EL-47"},
      task = true)
  void tlsKeywordsAreNothingForAClientWithoutTls(Stage stage) {
    var options = ConnectionOptions.DEFAULT;
    refusedByAClient(stage, "server_hostname", options.serverHostname(HOST));
    refusedByAClient(stage, "ssl_handshake_timeout", options.sslHandshakeTimeout(TEN_SECONDS));
    refusedByAClient(stage, "ssl_shutdown_timeout", options.sslShutdownTimeout(TEN_SECONDS));
  }

  private static void refusedByAClient(Stage stage, String label, ConnectionOptions options) {
    attemptConnect(
        stage,
        label,
        () ->
            stage.loop().createConnection(Certificates::silent, LOCALHOST, 1, options).transport());
  }

  @Scenario(
      value = {"EL-77"},
      task = true)
  void tlsKeywordsAreNothingForAServerWithoutTls(Stage stage) {
    var options = ServerOptions.DEFAULT;
    stage.attempt(
        "ssl_handshake_timeout",
        () -> serve(stage, Certificates::silent, options.sslHandshakeTimeout(TEN_SECONDS)));
    stage.attempt(
        "ssl_shutdown_timeout",
        () -> serve(stage, Certificates::silent, options.sslShutdownTimeout(TEN_SECONDS)));
  }

  @Scenario(
      value = {"EL-46", "EL-47"},
      task = true)
  void theTimeLimitsOfAClientArePositive(Stage stage) throws Exception {
    var server = serve(stage, Certificates::silent);
    for (int value : new int[] {0, -1}) {
      attemptConnect(
          stage,
          "ssl_handshake_timeout " + value,
          () ->
              call(
                  stage,
                  server,
                  new Quiet(stage::out),
                  calling().sslHandshakeTimeout(Duration.ofSeconds(value))));
    }
    for (int value : new int[] {0, -1}) {
      attemptConnect(
          stage,
          "ssl_shutdown_timeout " + value,
          () ->
              call(
                  stage,
                  server,
                  new Quiet(stage::out),
                  calling().sslShutdownTimeout(Duration.ofSeconds(value))));
    }
    server.close();
  }

  @Scenario(
      value = {"EL-45", "EL-44"},
      task = true)
  void aClientOfAGivenSocketMustBeToldItsName(Stage stage) throws Exception {
    var server = serve(stage, Certificates::silent);
    for (@Nullable String name : new String[] {null, HOST}) {
      Socket sock = stage.outside.openConnected(addressOf(server));
      var client = silent();
      var options = ConnectionOptions.DEFAULT.sock(sock).ssl(clientContext()).serverHostname(name);
      attemptConnect(
          stage,
          "name " + Words.show(name),
          () -> stage.loop().createConnection(() -> client, options).transport());
      if (name == null) {
        sock.close();
      } else {
        client.lost.await();
      }
    }
    server.close();
  }

  @Scenario(
      value = {"EL-45", "R-99"},
      task = true)
  void theHostIsTheNameUnlessAnotherIsGiven(Stage stage) throws Exception {
    var server = serve(stage, Certificates::silent);
    var bare = ConnectionOptions.DEFAULT.ssl(clientContext());
    attemptConnect(stage, "the host", () -> call(stage, server, silent(), bare));
    for (String name : List.of(HOST, "other.test")) {
      attemptConnect(stage, name, () -> call(stage, server, silent(), bare.serverHostname(name)));
    }
    server.close();
  }

  @Scenario(
      value = {"EL-45"},
      task = true)
  void theEmptyNameIsVerifiedByNobody(Stage stage) throws Exception {
    var server = serve(stage, Certificates::silent);
    var client = silent();
    attemptConnect(
        stage, "no name", () -> call(stage, server, client, calling().serverHostname("")));
    client.lost.await();
    var strict = calling(clientContext("other-ca.pem")).serverHostname("");
    attemptConnect(
        stage, "no name, not trusted", () -> call(stage, server, new Quiet(stage::out), strict));
    server.close();
  }

  @Scenario(
      value = {"R-99"},
      task = true)
  void neitherProtocolHearsOfAHandshakeThatFails(Stage stage) throws Exception {
    var accepted = Kept.make();
    var server =
        serve(
            stage,
            accepted::recorder,
            ServerOptions.DEFAULT.ssl(serverContext(TlsVersion.TLSV1_2)));
    var client = Kept.make();
    attemptConnect(
        stage,
        "stranger",
        () -> call(stage, server, client.recorder(), calling(clientContext("other-ca.pem"))));
    Asyncio.sleep(A_WHILE);
    client.tell(stage, "client");
    accepted.tell(stage, "server");
    var friend = silent();
    attemptConnect(stage, "friend", () -> call(stage, server, friend));
    friend.lost.await();
    accepted.recorder().lost.await();
    accepted.tell(stage, "server");
    server.close();
  }

  /// Connects to a door, and returns the task.
  private static Task<Transport> callDoor(Stage stage, Outside.Door door, Recorder client)
      throws IOException {
    var options = calling();
    int port = door.port();
    return Asyncio.createTask(
        () -> stage.loop().createConnection(() -> client, LOCALHOST, port, options).transport());
  }

  @Scenario(
      value = {"EL-46", "R-100"},
      task = true)
  void aServerThatIsSilentInTheHandshakeIsGivenUp(Stage stage) throws Exception {
    try (var door = stage.listen()) {
      var client = new Recorder(stage::out);
      attemptConnect(
          stage,
          "connect",
          () ->
              stage
                  .loop()
                  .createConnection(
                      () -> client, LOCALHOST, door.port(), calling().sslHandshakeTimeout(LIMIT))
                  .transport());
      var peer = door.accept();
      stage.out("peer got a hello " + (peer.receiveToEnd() > 0));
      peer.close();
    }
  }

  @Scenario(
      value = {"EL-77", "R-100", "R-99"},
      task = true)
  void aClientThatIsSilentInTheHandshakeIsGivenUp(Stage stage) throws Exception {
    var accepted = new Recorder(stage::out);
    var server = serve(stage, () -> accepted, serving().sslHandshakeTimeout(LIMIT));
    var peer = stage.dial(server);
    stage.out("peer got " + peer.receiveToEnd() + " bytes and the end");
    peer.close();
    stage.out("server knows " + accepted.made.done());
    server.close();
  }

  @Scenario(
      value = {"R-101"},
      task = true)
  void aPeerThatEndsInTheHandshakeIsAReset(Stage stage) throws Exception {
    try (var door = stage.listen()) {
      var connecting = callDoor(stage, door, new Recorder(stage::out));
      Asyncio.sleep(A_WHILE);
      var peer = door.accept();
      peer.receive(5);
      peer.end();
      attemptConnect(stage, "connect", connecting::await);
      peer.close();
    }
  }

  @Scenario(
      value = {"R-99", "R-101"},
      task = true)
  void aPeerThatDoesNotSpeakTlsIsAnError(Stage stage) throws Exception {
    try (var door = stage.listen()) {
      var connecting = callDoor(stage, door, new Recorder(stage::out));
      Asyncio.sleep(A_WHILE);
      var peer = door.accept();
      peer.send("220 ready when you are\r\n");
      attemptConnect(stage, "connect", connecting::await);
      peer.receiveToEnd();
      peer.close();
    }
  }

  @Scenario(
      value = {"R-99", "EL-73"},
      task = true)
  void aClientThatDoesNotSpeakTlsDisturbsNobody(Stage stage) throws Exception {
    var made = new ArrayList<Recorder>();
    var server =
        serve(
            stage,
            () -> {
              made.add(silent());
              return made.getLast();
            });
    var peer = stage.dial(server);
    peer.send("GET / HTTP/1.0\r\n\r\n");
    peer.receiveToEnd();
    peer.close();
    stage.out("served " + made.stream().anyMatch(p -> p.made.done()));
    var client = Kept.make(Caller::new);
    var transport = call(stage, server, client.recorder());
    transport.close();
    client.recorder().lost.await();
    client.tell(stage, "client");
    server.close();
  }

  @Scenario(
      value = {"R-85", "EL-44"},
      task = true)
  void aConnectThatIsCancelledInTheHandshakeClosesItsConnection(Stage stage) throws Exception {
    try (var door = stage.listen()) {
      var connecting = callDoor(stage, door, new Recorder(stage::out));
      Asyncio.sleep(A_WHILE);
      var peer = door.accept();
      connecting.cancel();
      attemptConnect(stage, "connect", connecting::await);
      stage.out("peer got a hello and the end " + (peer.receiveToEnd() > 0));
      peer.close();
    }
  }

  @Scenario(
      value = {"R-103", "EL-151"},
      task = true)
  void aServerThatClosesItsClientsEndsTheirHandshakes(Stage stage) throws Exception {
    var accepted = new Recorder(stage::out);
    var server = serve(stage, () -> accepted);
    var peer = stage.dial(server);
    Asyncio.sleep(A_WHILE);
    server.closeClients();
    stage.out("peer got " + peer.receiveToEnd() + " bytes and the end");
    peer.close();
    stage.out("server knows " + accepted.made.done());
    server.close();
  }

  @Scenario(
      value = {"EL-44", "TP-06"},
      task = true)
  void theTransportKnowsWhatWasAgreedOn(Stage stage) throws Exception {
    var client = silent();
    var accepted = silent();
    var transport = join(stage, client, accepted);
    for (String name :
        List.of(
            "sslcontext",
            "ssl_object",
            "cipher",
            "peercert",
            "compression",
            "peername",
            "socket",
            "nonsense")) {
      boolean mine = transport.getExtraInfo(name) != null;
      boolean other = accepted.transport.getExtraInfo(name) != null;
      stage.out(name + ": client " + mine + ", server " + other);
    }
    transport.close();
    client.lost.await();
    accepted.lost.await();
  }

  @Scenario(
      value = {"EL-44", "EL-73"},
      task = true)
  void aServerMayWantToSeeACertificate(Stage stage) throws Exception {
    for (boolean hasCertificate : new boolean[] {false, true}) {
      var accepted = Kept.make();
      var server =
          serve(
              stage,
              accepted::recorder,
              ServerOptions.DEFAULT.ssl(strictServerContext(TlsVersion.TLSV1_2)));
      var options = calling(hasCertificate ? knownClientContext() : clientContext());
      String outcome;
      try {
        call(stage, server, silent(), options).close();
        outcome = "connected";
      } catch (IOException e) {
        outcome = "refused";
      }
      stage.out("certificate " + hasCertificate + ": " + outcome);
      if (hasCertificate) {
        accepted.recorder().made.await();
        boolean seen = accepted.recorder().transport.getExtraInfo("peercert") != null;
        stage.out("server has seen one " + seen);
        accepted.recorder().lost.await();
      } else {
        Asyncio.sleep(A_WHILE);
      }
      accepted.tell(stage, "server");
      server.close();
    }
  }

  @Scenario(
      value = {"EL-44", "EL-73"},
      task = true)
  void theApplicationAgreesOnItsProtocol(Stage stage) throws Exception {
    for (var offered : List.of(List.of("http/1.1", "h2"), List.<String>of())) {
      var server =
          serve(
              stage,
              Certificates::silent,
              serving()
                  .sslParameters(p -> p.setApplicationProtocols(new String[] {"h2", "http/1.1"})));
      var client = silent();
      String label = offered.isEmpty() ? "nothing" : String.join(" ", offered);
      var options =
          calling().sslParameters(p -> p.setApplicationProtocols(offered.toArray(String[]::new)));
      try {
        var transport = call(stage, server, client, options);
        String chosen =
            transport.getExtraInfo("ssl_object", SSLEngine.class).getApplicationProtocol();
        stage.out(label + ": " + (chosen.isEmpty() ? "nothing" : chosen));
        transport.close();
        client.lost.await();
      } catch (IOException e) {
        stage.out(label + ": " + Words.word(e));
      }
      server.close();
    }
  }

  @Scenario(
      value = {"R-99", "ST-01", "ST-02"},
      task = true)
  void aStreamHandlerStartsAfterTheHandshake(Stage stage) throws Exception {
    var started = new int[1];
    var server =
        Asyncio.startServer(
            (reader, writer) -> {
              started[0]++;
              writer.write(reader.readline());
              writer.close();
            },
            LOCALHOST,
            0,
            serving());
    var silent = stage.dial(server);
    Asyncio.sleep(A_WHILE);
    stage.out("started " + started[0]);
    var connection = Asyncio.openConnection(LOCALHOST, portOf(server), calling());
    var reader = connection.reader();
    var writer = connection.writer();
    writer.write(ascii("hello\n"));
    writer.drain();
    stage.out("line " + Words.show(reader.readline()));
    stage.out("end " + Words.show(reader.read()));
    stage.out("started " + started[0]);
    writer.close();
    writer.waitClosed();
    silent.close();
    server.close();
  }

  @Scenario(
      value = {"EL-81", "EL-73"},
      task = true)
  void anAcceptedSocketCanBeServedUnderTls(Stage stage) throws Exception {
    var accepted = Kept.make();
    var client = silent();
    var loop = stage.loop();
    try (Socket door = stage.outside.open()) {
      door.bind(Connections.free(LOCALHOST));
      door.listen(5);
      var address = (InetSocketAddress) door.getsockname();
      var options = calling();
      var connecting =
          Asyncio.createTask(
              () ->
                  loop.createConnection(() -> client, LOCALHOST, address.getPort(), options)
                      .transport());
      Asyncio.sleep(A_WHILE);
      Socket sock = door.accept();
      loop.connectAcceptedSocket(
          accepted::recorder, sock, Objects.requireNonNull(serving().ssl()), SslOptions.DEFAULT);
      var transport = connecting.await();
      transport.write(ascii("hello"));
      accepted.recorder().received(5);
      transport.close();
      client.lost.await();
      accepted.recorder().lost.await();
    }
    accepted.tell(stage, "server");
  }

  @Scenario(
      value = {"R-108", "R-99"},
      task = true)
  void whatAServerSaysFirstComesAfterConnectionMade(Stage stage) throws Exception {
    var client = Kept.make(Caller::new);
    var accepted =
        new Quiet(_ -> {}) {
          @Override
          public void connectionMade(BaseTransport made) {
            super.connectionMade(made);
            transport.write(ascii("welcome"));
          }
        };
    var transport = join(stage, client.recorder(), accepted);
    client.recorder().received(7);
    transport.close();
    client.recorder().lost.await();
    accepted.lost.await();
    client.tell(stage, "client");
  }
}
