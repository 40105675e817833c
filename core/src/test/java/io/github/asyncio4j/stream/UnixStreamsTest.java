// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Streams over unix sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixStreamsTest {
  private final LoopKind kind;
  @TempDir private Path directory;

  UnixStreamsTest(LoopKind kind) {
    this.kind = kind;
  }

  private void run(VoidCoroutine body) throws Exception {
    try (var loop = kind.newLoop()) {
      loop.runUntilComplete(body);
    }
  }

  private Path path() {
    return directory.resolve("s");
  }

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(path());
  }

  private static void upperCase(StreamReader reader, StreamWriter writer) throws Exception {
    try (writer) {
      for (String line : reader.lines(UTF_8)) {
        writer.write(line.toUpperCase(java.util.Locale.ROOT) + "\n", UTF_8);
      }
    }
  }

  private static List<String> ask(StreamConnection connection, String text) throws Exception {
    try (connection) {
      connection.writer().write(text, UTF_8);
      connection.writer().writeEof();
      var lines = new ArrayList<String>();
      connection.reader().lines(UTF_8).forEach(lines::add);
      return lines;
    }
  }

  // ST-01
  @Test
  void aServerAndItsClientsTalkInLines() throws Exception {
    run(
        () -> {
          var first = Asyncio.startUnixServer(UnixStreamsTest::upperCase, path());
          assertThat(ask(Asyncio.openUnixConnection(path()), "a\nb\n")).containsExactly("A", "B");
          assertThat(ask(Asyncio.openUnixConnection(path().toString()), "c\n"))
              .containsExactly("C");
          first.close();
          first.waitClosed();
          assertThat(path()).doesNotExist();
          try (var server =
              Asyncio.startUnixServer(UnixStreamsTest::upperCase, path().toString())) {
            assertThat(server.sockets()).hasSize(1);
          }
        });
  }

  // ST-01
  @Test
  void theLimitIsThatOfTheReaders() throws Exception {
    run(
        () -> {
          try (var server =
                  Asyncio.startUnixServer(
                      (reader, writer) -> {
                        try (writer) {
                          assertThatThrownBy(() -> reader.readuntil("\n"))
                              .isInstanceOf(LimitOverrunException.class);
                          writer.write("12345678\n", UTF_8);
                        }
                      },
                      address(),
                      ServerOptions.DEFAULT,
                      4);
              var connection =
                  Asyncio.openUnixConnection(address(), ConnectionOptions.DEFAULT, 4)) {
            connection.writer().write("12345678\n", UTF_8);
            assertThatThrownBy(() -> connection.reader().readuntil("\n"))
                .isInstanceOf(LimitOverrunException.class);
            assertThat(server.isServing()).isTrue();
          }
          assertThatThrownBy(
                  () -> Asyncio.openUnixConnection(address(), ConnectionOptions.DEFAULT, 0))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(
                  () ->
                      Asyncio.startUnixServer(
                          UnixStreamsTest::upperCase, address(), ServerOptions.DEFAULT, 0))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  // ST-01
  @Test
  void socketsOfTheCallersAreTaken() throws Exception {
    run(
        () -> {
          var tier = kind.toString().startsWith("epoll") ? SocketTier.NATIVE : SocketTier.NIO;
          var listening = Socket.open(tier, StandardProtocolFamily.UNIX, SocketType.STREAM);
          listening.bind(address());
          var server =
              Asyncio.startUnixServer(
                  UnixStreamsTest::upperCase, ServerOptions.DEFAULT.sock(listening));
          var connected = Socket.open(tier, StandardProtocolFamily.UNIX, SocketType.STREAM);
          assertThat(connected.connect(address())).isTrue();
          var connection = Asyncio.openUnixConnection(ConnectionOptions.DEFAULT.sock(connected));
          assertThat(ask(connection, "a\n")).containsExactly("A");
          server.close();
          server.waitClosed();
        });
  }

  // ST-01, R-85
  @Test
  void aFailureLeavesNothingOpen() throws Exception {
    run(
        () -> {
          long before = Descriptors.count();
          for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> Asyncio.openUnixConnection(path()))
                .isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(
                    () ->
                        Asyncio.startUnixServer(
                            UnixStreamsTest::upperCase, directory.resolve("no/s")))
                .isInstanceOf(NoSuchFileException.class);
          }
          assertThat(Descriptors.count()).isLessThanOrEqualTo(before);
        });
  }
}
