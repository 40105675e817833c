// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.RawPair.receiveAll;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Words.show;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Connections;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.RawPair;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.socket.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Objects;

/// The twins of `conformance/python/raw_sockets.py`.
final class RawSocketsScenarios {
  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static Task<Boolean> sending(Stage stage, Socket sock, byte[] data) {
    var loop = stage.loop();
    return loop.createTask(
        () -> {
          loop.sockSendall(sock, data);
          return true;
        });
  }

  @Scenario(
      value = {"EL-102", "R-128"},
      task = true)
  void aReceiveOfWhatHasComeGivesOthersNoTurn(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      loop.sockSendall(pair.client, ascii("hello"));
      stage.out("first " + show(loop.sockRecv(pair.accepted, 2)));
      loop.callSoon(() -> stage.out("other"));
      stage.out("second " + show(loop.sockRecv(pair.accepted, 100)));
      settle();
    }
  }

  @Scenario(
      value = {"EL-102", "EL-105"},
      task = true)
  void aReceiveWaitsForBytes(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var receiving = loop.createTask(() -> loop.sockRecv(pair.accepted, 100));
      settle();
      stage.out("done " + receiving.done());
      stage.attempt("send", () -> loop.sockSendall(pair.client, ascii("late")));
      stage.out("received " + show(receiving.await()));
    }
  }

  @Scenario(
      value = {"EL-102"},
      task = true)
  void theEndOfTheStreamIsNoBytesAgainAndAgain(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      loop.sockSendall(pair.client, ascii("last"));
      pair.client.shutdownOutput();
      for (int i = 0; i < 3; i++) {
        stage.out("received " + show(loop.sockRecv(pair.accepted, 100)));
      }
    }
  }

  @Scenario(
      value = {"EL-102"},
      task = true)
  void aReceiveOfNoBytesWaitsForNothing(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      stage.attempt("none", () -> loop.sockRecv(pair.accepted, 0));
      stage.attempt("fewer than none", () -> loop.sockRecv(pair.accepted, -1));
      stage.attempt("into no room", () -> loop.sockRecvInto(pair.accepted, ByteBuffer.allocate(0)));
    }
  }

  @Scenario(
      value = {"EL-103"},
      task = true)
  void aBufferIsReceivedIntoAndTheEndIsZero(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var buffer = ByteBuffer.allocate(4);
      loop.sockSendall(pair.client, ascii("abcdef"));
      for (int i = 0; i < 2; i++) {
        int count = loop.sockRecvInto(pair.accepted, buffer.clear());
        stage.out("count " + count + ", " + show(buffer.array()));
      }
      pair.client.shutdownOutput();
      stage.out("count " + loop.sockRecvInto(pair.accepted, buffer.clear()));
    }
  }

  @Scenario(
      value = {"EL-105"},
      task = true)
  void everythingIsSentWhenThePeerReads(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var sending = sending(stage, pair.client, new byte[HUGE]);
      settle();
      stage.out("done " + sending.done());
      stage.out("received all " + (receiveAll(stage, pair.accepted, HUGE) == HUGE));
      stage.out("sent " + (sending.await() ? "none" : ""));
      stage.attempt("nothing", () -> loop.sockSendall(pair.client, new byte[0]));
    }
  }

  @Scenario(
      value = {"EL-102", "EL-105"},
      task = true)
  void aSocketIsReadAndWrittenByTwoTasks(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var reading = loop.createTask(() -> loop.sockRecv(pair.client, 10));
      var writing = sending(stage, pair.client, new byte[HUGE]);
      settle();
      loop.sockSendall(pair.accepted, ascii("answer"));
      stage.out("read " + show(reading.await()) + ", written " + writing.done());
      stage.out("received all " + (receiveAll(stage, pair.accepted, HUGE) == HUGE));
      writing.await();
    }
  }

  @Scenario(
      value = {"EL-102"},
      task = true)
  void aCancelledReceiveHasTakenNothing(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var receiving = loop.createTask(() -> loop.sockRecv(pair.accepted, 100));
      settle();
      loop.sockSendall(pair.client, ascii("kept"));
      receiving.cancel();
      stage.attempt("cancelled", () -> receiving.await());
      stage.out("received " + show(loop.sockRecv(pair.accepted, 100)));
    }
  }

  @Scenario(
      value = {"EL-102", "EL-105"},
      task = true)
  void aSocketCanBeUsedAfterACancelledWait(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      for (int turn = 0; turn < 3; turn++) {
        var receiving = loop.createTask(() -> loop.sockRecv(pair.accepted, 100));
        settle();
        receiving.cancel();
        stage.attempt("cancelled " + turn, () -> receiving.await());
      }
      loop.sockSendall(pair.accepted, ascii("out"));
      loop.sockSendall(pair.client, ascii("in"));
      stage.out(show(loop.sockRecv(pair.client, 9)) + ", " + show(loop.sockRecv(pair.accepted, 9)));
    }
  }

  @Scenario(
      value = {"EL-108", "EL-107"},
      task = true)
  void aCancelledAcceptLeavesTheConnectionToTheNext(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var listener = stage.outside.open();
        var client = stage.outside.open()) {
      listener.bind(Connections.free(Connections.LOCALHOST));
      listener.listen(1);
      var accepting = loop.createTask(() -> loop.sockAccept(listener));
      settle();
      accepting.cancel();
      stage.attempt("cancelled", () -> accepting.await());
      stage.attempt(
          "connect",
          () -> loop.sockConnect(client, Objects.requireNonNull(listener.getsockname())));
      try (var accepted = loop.sockAccept(listener)) {
        stage.out(
            "from the client " + Objects.equals(accepted.getpeername(), client.getsockname()));
        stage.out(
            "to the listener " + Objects.equals(client.getpeername(), accepted.getsockname()));
      }
    }
  }

  @Scenario(
      value = {"EL-107"},
      task = true)
  void aConnectThatIsRefusedIsAnIoError(Stage stage) throws Exception {
    try (var nobody = stage.outside.bindOnly();
        var client = stage.outside.open()) {
      stage.attempt("connect", () -> stage.loop().sockConnect(client, nobody.address()));
    }
  }

  @Scenario(
      value = {"EL-102", "EL-105"},
      task = true)
  void aReceiveIsToldOfAReset(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var receiving = loop.createTask(() -> loop.sockRecv(pair.accepted, 100));
      settle();
      pair.client.setOption(StandardSocketOptions.SO_LINGER, 0);
      pair.client.close();
      stage.attempt("receive", () -> receiving.await());
    }
  }

  @Scenario(
      value = {"EL-102", "EL-105", "EL-107", "EL-108"},
      task = true)
  void aClosedSocketIsAnIoError(Stage stage) throws Exception {
    var loop = stage.loop();
    var sock = stage.outside.open();
    sock.close();
    stage.attempt("receive", () -> loop.sockRecv(sock, 1));
    stage.attempt("receive into", () -> loop.sockRecvInto(sock, ByteBuffer.allocate(1)));
    stage.attempt("send", () -> loop.sockSendall(sock, ascii("x")));
    stage.attempt("accept", () -> loop.sockAccept(sock));
  }

  @Scenario(
      value = {"EL-102", "R-84"},
      task = true)
  void aReceiveOnTheSocketOfATransportIsRefused(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      var quiet = new Quiet(stage::out);
      var transport =
          loop.createConnection(() -> quiet, ConnectionOptions.DEFAULT.sock(pair.client))
              .transport();
      stage.attempt("receive", () -> loop.sockRecv(pair.client, 1));
      transport.close();
      quiet.lost.await();
      stage.out("the other end " + show(loop.sockRecv(pair.accepted, 1)));
    }
  }
}
