// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.RawPair.receiveAll;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Words.show;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.RawPair;
import io.github.asyncio4j.conformance.stage.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// The twins of `conformance/python/sendfile.py`.
final class SendfileScenarios {
  private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz".getBytes(US_ASCII);

  /// Opens a file that vanishes when it is closed.
  private static FileChannel fileOf(byte[] content) throws IOException {
    var path = Files.createTempFile("sendfile", "");
    Files.write(path, content);
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
  }

  private static ByteBuffer ascii(String text) {
    return US_ASCII.encode(text);
  }

  @Scenario(
      value = {"EL-90", "R-126"},
      task = true)
  void aFileIsSentAndItsPositionIsBehindIt(Stage stage) throws Exception {
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    try (var file = fileOf(ALPHABET)) {
      file.position(7);
      long sent = stage.loop().sendfile(link.transport(), file);
      stage.out("sent " + sent + ", position " + file.position());
      stage.out("peer got " + show(link.peer().receive(26)));
    }
    link.transport().close();
    quiet.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"EL-90", "R-126"},
      task = true)
  void aPartOfAFileIsSent(Stage stage) throws Exception {
    var loop = stage.loop();
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    try (var file = fileOf(ALPHABET)) {
      long sent = loop.sendfile(link.transport(), file, 3, 5);
      stage.out("sent " + sent + ", position " + file.position());
      sent = loop.sendfile(link.transport(), file, 20, 50);
      stage.out("sent " + sent + ", position " + file.position());
      stage.out("beyond the end " + loop.sendfile(link.transport(), file, 30, 50));
      stage.out("peer got " + show(link.peer().receive(11)));
    }
    try (var file = fileOf(new byte[0])) {
      stage.out("empty " + loop.sendfile(link.transport(), file));
    }
    link.transport().close();
    quiet.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"EL-90", "EL-109"},
      task = true)
  void wrongOffsetsAndCountsAreRefused(Stage stage) throws Exception {
    var loop = stage.loop();
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    var transport = link.transport();
    try (var file = fileOf(ALPHABET)) {
      stage.attempt("offset", () -> loop.sendfile(transport, file, -1, 5));
      stage.attempt("count", () -> loop.sendfile(transport, file, 0, 0));
      stage.attempt("negative count", () -> loop.sendfile(transport, file, 0, -1));
      transport.close();
      stage.attempt("closing", () -> loop.sendfile(transport, file, 0, 5));
      quiet.lost.await();
      try (var pair = RawPair.open(stage)) {
        stage.attempt("offset", () -> loop.sockSendfile(pair.client, file, -1, 5));
        stage.attempt("count", () -> loop.sockSendfile(pair.client, file, 0, 0));
      }
    }
    link.peer().close();
  }

  @Scenario(
      value = {"EL-90"},
      task = true)
  void whatWasWrittenGoesBeforeTheFileAndWhatIsWrittenThenBehind(Stage stage) throws Exception {
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    try (var file = fileOf(ALPHABET)) {
      link.transport().write(ascii("before "));
      stage.loop().sendfile(link.transport(), file, 0, 3);
      link.transport().write(ascii(" after"));
      stage.out("peer got " + show(link.peer().receive(16)));
    }
    link.transport().close();
    quiet.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"EL-90", "R-66"},
      task = true)
  void nobodyWritesAndNothingIsReceivedWhileAFileIsSent(Stage stage) throws Exception {
    var loop = stage.loop();
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    var transport = link.transport();
    try (var file = fileOf(new byte[HUGE])) {
      var sending = loop.createTask(() -> loop.sendfile(transport, file));
      settle();
      stage.out("done " + sending.done() + ", reading " + transport.isReading());
      stage.attempt("write", () -> transport.write(ascii("x")));
      stage.out("peer got all " + (link.peer().receive(HUGE).length == HUGE));
      boolean all = sending.await() == HUGE;
      stage.out("sent all " + all + ", reading " + transport.isReading());
      stage.attempt("write", () -> transport.write(ascii("x")));
      stage.out("peer got " + show(link.peer().receive(1)));
    }
    transport.close();
    quiet.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"EL-90"},
      task = true)
  void aCancelledSendfileLeavesTheTransportOpen(Stage stage) throws Exception {
    var loop = stage.loop();
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    var transport = link.transport();
    try (var file = fileOf(new byte[HUGE])) {
      var sending = loop.createTask(() -> loop.sendfile(transport, file));
      settle();
      sending.cancel();
      stage.attempt("cancelled", () -> sending.await());
      stage.out("closing " + transport.isClosing() + ", reading " + transport.isReading());
      transport.close();
      quiet.lost.await();
      int received = link.peer().receiveToEnd();
      stage.out("peer got a part " + (0 < received && received < HUGE));
    }
    link.peer().close();
  }

  @Scenario(
      value = {"EL-109", "R-126"},
      task = true)
  void aFileIsSentOverARawSocket(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      try (var file = fileOf(ALPHABET)) {
        file.position(7);
        long sent = loop.sockSendfile(pair.client, file, 3, 5);
        stage.out("sent " + sent + ", position " + file.position());
        stage.out("received " + show(loop.sockRecv(pair.accepted, 100)));
      }
      try (var file = fileOf(new byte[HUGE])) {
        var sending = loop.createTask(() -> loop.sockSendfile(pair.client, file));
        settle();
        stage.out("done " + sending.done());
        stage.out("received all " + (receiveAll(stage, pair.accepted, HUGE) == HUGE));
        stage.out("sent all " + (sending.await() == HUGE));
      }
    }
  }

  @Scenario(
      value = {"EL-90", "R-75"},
      task = true)
  void aFileWaitsUntilWhatWasWrittenIsGone(Stage stage) throws Exception {
    var loop = stage.loop();
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    var transport = link.transport();
    try (var file = fileOf(ALPHABET)) {
      transport.write(new byte[HUGE]);
      var sending = loop.createTask(() -> loop.sendfile(transport, file));
      settle();
      stage.out("done " + sending.done());
      stage.out("peer got all " + Arrays.equals(link.peer().receive(HUGE), new byte[HUGE]));
      stage.out("peer got " + show(link.peer().receive(26)));
      long sent = sending.await();
      stage.out("sent " + sent + ", buffered " + transport.getWriteBufferSize());
    }
    transport.close();
    quiet.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"EL-90", "R-80"},
      task = true)
  void readingThatWasPausedStaysPausedAfterAFile(Stage stage) throws Exception {
    var loop = stage.loop();
    var quiet = new Quiet(stage::out);
    var link = stage.connect(quiet);
    var transport = link.transport();
    try (var file = fileOf(ALPHABET)) {
      transport.pauseReading();
      stage.out("sent " + loop.sendfile(transport, file) + ", reading " + transport.isReading());
      transport.resumeReading();
      stage.out("sent " + loop.sendfile(transport, file) + ", reading " + transport.isReading());
    }
    transport.close();
    quiet.lost.await();
    link.peer().close();
  }

  @Scenario(value = "EL-109", task = true)
  void aFileIsNotSentOverADatagramSocket(Stage stage) throws Exception {
    try (var file = fileOf(ALPHABET);
        var sock = stage.outside.openDatagrams()) {
      stage.attempt("send", () -> stage.loop().sockSendfile(sock, file));
    }
  }

  @Scenario(
      value = {"EL-109", "R-126"},
      task = true)
  void whatIsBeyondTheEndOfAFileIsNotSentOverARawSocket(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      try (var file = fileOf(ALPHABET)) {
        long sent = loop.sockSendfile(pair.client, file, 20, 50);
        stage.out("sent " + sent + ", position " + file.position());
        stage.out("sent " + loop.sockSendfile(pair.client, file, 26, 5));
        stage.out("sent " + loop.sockSendfile(pair.client, file, 30, 5));
        stage.out("received " + show(loop.sockRecv(pair.accepted, 100)));
      }
      try (var file = fileOf(new byte[0])) {
        stage.out("empty " + loop.sockSendfile(pair.client, file));
      }
    }
  }

  @Scenario(
      value = {"EL-109", "R-129"},
      task = true)
  void aCancelledSendfileLeavesTheRawSocketUsable(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pair = RawPair.open(stage)) {
      try (var file = fileOf(new byte[HUGE])) {
        var sending = loop.createTask(() -> loop.sockSendfile(pair.client, file));
        settle();
        sending.cancel();
        stage.attempt("cancelled", () -> sending.await());
      }
      var rest = loop.createTask(() -> loop.sockSendall(pair.client, ascii("the end")));
      var received = "";
      while (!received.endsWith("the end")) {
        received += new String(loop.sockRecv(pair.accepted, 1 << 18), US_ASCII);
        received = received.substring(Math.max(received.length() - 7, 0));
      }
      rest.await();
      stage.out("received " + show(received));
    }
  }
}
