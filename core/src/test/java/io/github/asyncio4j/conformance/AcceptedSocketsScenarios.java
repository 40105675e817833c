// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.free;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;

/// The twins of `conformance/python/accepted_sockets.py`.
final class AcceptedSocketsScenarios {
  private static final class Idle implements Protocol {}

  private static Socket listening(Stage stage) throws IOException {
    var listener = stage.outside.open();
    listener.bind(free(LOCALHOST));
    listener.listen(50);
    return listener;
  }

  private record Accepted(Transport client, Socket sock) {}

  private static Accepted accept(Stage stage, Socket listener, Protocol client) throws Exception {
    var loop = stage.loop();
    var address = (InetSocketAddress) Objects.requireNonNull(listener.getsockname());
    var connecting =
        loop.createTask(() -> loop.createConnection(() -> client, LOCALHOST, address.getPort()));
    var sock = loop.sockAccept(listener);
    return new Accepted(connecting.await().transport(), sock);
  }

  private static void write(Transport transport, String text) {
    transport.write(US_ASCII.encode(text));
  }

  @Scenario(
      value = {"EL-81", "R-57"},
      task = true)
  void anAcceptedSocketGetsATransportAndAProtocol(Stage stage) throws Exception {
    try (var listener = listening(stage)) {
      var quiet = new Quiet(stage::out);
      var accepted = accept(stage, listener, quiet);
      var recorder = new Recorder(stage::out);
      var connection = stage.loop().connectAcceptedSocket(() -> recorder, accepted.sock());
      stage.out("its protocol " + (connection.protocol() == recorder));
      write(accepted.client(), "ping");
      recorder.received(4);
      write(connection.transport(), "pong");
      quiet.received(4);
      accepted.client().writeEof();
      recorder.lost.await();
      quiet.lost.await();
    }
  }

  @Scenario(
      value = {"EL-81", "R-57"},
      task = true)
  void whatCameBeforeASocketWasHandedOverIsReceived(Stage stage) throws Exception {
    try (var listener = listening(stage)) {
      var accepted = accept(stage, listener, new Quiet(stage::out));
      write(accepted.client(), "early");
      accepted.client().writeEof();
      settle();
      var recorder = new Recorder(stage::out);
      stage.loop().connectAcceptedSocket(() -> recorder, accepted.sock());
      stage.out("connected");
      recorder.lost.await();
    }
  }

  @Scenario(
      value = {"EL-81", "TP-01", "R-83"},
      task = true)
  void anAcceptedSocketKnowsItsNames(Stage stage) throws Exception {
    try (var listener = listening(stage)) {
      var quiet = new Quiet(stage::out);
      var accepted = accept(stage, listener, quiet);
      var transport = stage.loop().connectAcceptedSocket(Idle::new, accepted.sock()).transport();
      boolean own = Objects.equals(transport.getExtraInfo("sockname"), listener.getsockname());
      boolean peer =
          Objects.equals(
              transport.getExtraInfo("peername"), accepted.client().getExtraInfo("sockname"));
      stage.out("own " + own + ", peer " + peer);
      transport.close();
      quiet.lost.await();
    }
  }

  @Scenario(value = "EL-81", task = true)
  void whatIsNoStreamIsNotTakenForAnAcceptedSocket(Stage stage) throws Exception {
    try (var sock = stage.outside.openDatagrams()) {
      stage.attempt("datagrams", () -> stage.loop().connectAcceptedSocket(Idle::new, sock));
    }
  }

  @Scenario(value = "EL-81", task = true)
  void aFactoryThatFailsFailsTheCallThatHandsASocketOver(Stage stage) throws Exception {
    try (var listener = listening(stage)) {
      var quiet = new Quiet(stage::out);
      var accepted = accept(stage, listener, quiet);
      stage.attempt(
          "connect",
          () ->
              stage
                  .loop()
                  .connectAcceptedSocket(AcceptedSocketsScenarios::failing, accepted.sock()));
      accepted.sock().close();
      quiet.lost.await();
    }
  }

  private static Protocol failing() {
    throw new Boom("factory");
  }

  @Scenario(
      value = {"EL-81", "EL-151"},
      task = true)
  void aSocketThatIsHandedOverIsNoClientOfAServer(Stage stage) throws Exception {
    try (var listener = listening(stage)) {
      var server = stage.loop().createServer(Idle::new, LOCALHOST, 0);
      var quiet = new Quiet(stage::out);
      var accepted = accept(stage, listener, quiet);
      var transport = stage.loop().connectAcceptedSocket(Idle::new, accepted.sock()).transport();
      server.closeClients();
      server.close();
      server.waitClosed();
      stage.out("closing " + transport.isClosing());
      transport.close();
      quiet.lost.await();
    }
  }

  @Scenario(
      value = {"EL-81", "EL-80"},
      task = true)
  void aUnixSocketThatWasAcceptedIsHandedOverToo(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var place = stage.outside.unixPlace();
        var listener = place.open()) {
      listener.bind(UnixDomainSocketAddress.of(place.path()));
      listener.listen(1);
      var quiet = new Quiet(stage::out);
      var client = loop.createUnixConnection(() -> quiet, place.path()).transport();
      var sock = loop.sockAccept(listener);
      var recorder = new Recorder(stage::out);
      var transport = loop.connectAcceptedSocket(() -> recorder, sock).transport();
      write(client, "hello");
      recorder.received(5);
      transport.close();
      recorder.lost.await();
      quiet.lost.await();
    }
  }
}
