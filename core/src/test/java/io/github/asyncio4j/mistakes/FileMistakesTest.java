// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.Protocol;
import java.net.StandardProtocolFamily;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with descriptors that are watched, raw sockets, pipes and files.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class FileMistakesTest extends MistakeCase {
  @TempDir private Path place;

  FileMistakesTest(LoopKind kind) {
    super(kind);
  }

  /// Does nothing.
  private static final class Silent implements Protocol {}

  @Mistake(2)
  void aChannelIsWatchedThatBlocks() throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      assertRefusesArgument(
          "channel is blocking: " + source + "; call its configureBlocking(false) before",
          () -> loop.addReader(source, () -> {}));
      assertThat(sink.isOpen()).isTrue();
    }
  }

  @Mistake(2)
  void aSocketIsWatchedThatIsClosed() throws Exception {
    Socket socket = Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.STREAM);
    socket.close();

    assertRefusesArgument(
        "Invalid file descriptor: -1, " + socket, () -> loop.addReader(socket, () -> {}));
  }

  @Mistake(2)
  void aSocketIsReadByTwoTasks() throws Exception {
    run(
        () -> {
          try (Server server = loop.createServer(Silent::new, HOST, 0);
              Socket socket =
                  Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            loop.sockConnect(socket, server.sockets().getFirst().getsockname());
            var first = loop.createTask(() -> loop.sockRecv(socket, 1));
            Asyncio.sleep(Duration.ZERO);
            assertRefuses(
                "sockRecv(): another task waits in sockRecv() for " + socket,
                () -> loop.sockRecv(socket, 1));
            first.cancel();
          }
        });
  }

  @Mistake(2)
  void aSocketIsToAcceptThatDoesNotListen() throws Exception {
    run(
        () -> {
          try (Socket socket =
              Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            assertRefusesArgument(
                "the socket does not listen: " + socket, () -> loop.sockAccept(socket));
          }
        });
  }

  @Mistake(2)
  void aFileIsSentFromBeforeItsBeginning() throws Exception {
    Path file = Files.writeString(place.resolve("file"), "text");
    run(
        () -> {
          try (Server server = loop.createServer(Silent::new, HOST, 0);
              FileChannel channel = FileChannel.open(file)) {
            var client = loop.createConnection(Silent::new, HOST, server.port());
            assertRefusesArgument(
                "offset must be a non-negative integer: -1",
                () -> loop.sendfile(client.transport(), channel, -1, 1));
            client.transport().close();
            String transport = client.transport().toString();
            assertRefuses(
                "Transport is closing: " + transport,
                () -> loop.sendfile(client.transport(), channel));
          }
        });
  }

  @Mistake(2)
  void aFileIsTakenForAPipe() throws Exception {
    Path file = Files.writeString(place.resolve("file"), "text");
    run(
        () ->
            assertRefusesArgument(
                "Pipe transport is for pipes/sockets only: " + file + " is a regular file",
                () -> ReadPipe.open(file)));
  }

  @Mistake(2)
  void aPipeIsOpenedThatIsNotThere() {
    Path file = place.resolve("missing");
    assertThrows(NoSuchFileException.class, file.toString(), () -> WritePipe.open(file));
  }
}
