// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.stream.StreamReader;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Unix sockets of a loop on a virtual clock.
@ParameterizedClass
@EnumSource(Engine.class)
final class MemoryUnixTest {
  // No test may make it: its directory is not there.
  private static final Path PATH = Path.of("/nowhere at all/socket");
  private static final UnixDomainSocketAddress ADDRESS = UnixDomainSocketAddress.of(PATH);
  private static final Duration RTT = Duration.ofMillis(20);

  private final TestLoop loop;
  private final ExceptionRecorder failures;

  MemoryUnixTest(Engine engine) {
    loop = engine.newLoop(0, LinkConditions.PLAIN.latency(RTT.dividedBy(2), RTT.dividedBy(2)));
    failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingIsLeft() {
    loop.advance(Duration.ofMinutes(1));
    assertThat(loop.pendingTasks()).isEmpty();
    loop.close();
    assertThat(failures.unexpected()).isEmpty();
    assertThat(loop.network().openSockets()).isZero();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private static Server echo(SocketAddress path, ServerOptions options) throws Exception {
    return Asyncio.startUnixServer(
        (reader, writer) -> {
          try (writer) {
            writer.write(reader.read(-1));
          }
        },
        path,
        options,
        StreamReader.DEFAULT_LIMIT);
  }

  private static Server echo() throws Exception {
    return echo(ADDRESS, ServerOptions.DEFAULT);
  }

  private static String say(String path, String text) throws Exception {
    try (var connection = Asyncio.openUnixConnection(path)) {
      connection.writer().write(text, UTF_8);
      connection.writer().writeEof();
      return new String(connection.reader().read(-1), UTF_8);
    }
  }

  // EL-64, EL-80
  @Test
  void aPathLeadsToItsServerAndTakesVirtualTime() throws Exception {
    run(
        () -> {
          try (var server = echo()) {
            assertThat(server.sockets().getFirst().getsockname()).isEqualTo(ADDRESS);
            long before = loop.time();
            assertThat(say(PATH.toString(), "hello")).isEqualTo("hello");
            assertThat(Duration.ofNanos(loop.time() - before)).isBetween(RTT, RTT.multipliedBy(4));
          }
        });
  }

  @Test
  void noFileOfTheSystemIsMade() throws Exception {
    run(
        () -> {
          var options =
              ServerOptions.DEFAULT.socketPermissions(PosixFilePermissions.fromString("rw-------"));
          try (var server = echo(ADDRESS, options)) {
            assertThat(Files.exists(PATH)).isFalse();
            assertThat(loop.network().file(ADDRESS)).isNotNull();
            assertThat(server.isServing()).isTrue();
          }
          assertThat(loop.network().file(ADDRESS)).isNull();
        });
  }

  //
  @Test
  void theNamesAreThoseThatTheSystemWouldTell() throws Exception {
    run(
        () -> {
          var unnamed = UnixDomainSocketAddress.of("");
          var seen = loop.createFuture();
          Server server =
              Asyncio.startUnixServer(
                  (_, writer) -> {
                    try (writer) {
                      assertThat(writer.getExtraInfo("sockname")).isEqualTo(ADDRESS);
                      seen.setResult(writer.getExtraInfo("peername"));
                    }
                  },
                  PATH);
          try (var connection = Asyncio.openUnixConnection(PATH)) {
            assertThat(connection.writer().getExtraInfo("peername")).isEqualTo(ADDRESS);
            assertThat(connection.writer().getExtraInfo("sockname")).isEqualTo(unnamed);
            assertThat(connection.writer().getExtraInfo("peercred")).isNull();
            assertThat(seen.await()).isEqualTo(unnamed);
          }
          server.close();
          server.waitClosed();
        });
  }

  // EL-64
  @Test
  void aPathWithoutAServerIsMissingOrRefused() throws Exception {
    run(
        () -> {
          assertThatThrownBy(() -> Asyncio.openUnixConnection(PATH))
              .isInstanceOfSatisfying(
                  NoSuchFileException.class,
                  e -> assertThat(e.getFile()).isEqualTo(PATH.toString()));
          echo(ADDRESS, ServerOptions.DEFAULT.cleanupSocket(false)).close();
          assertThatThrownBy(() -> Asyncio.openUnixConnection(PATH))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining(PATH.toString());
          assertThat(loop.network().removeFile(ADDRESS)).isTrue();
          assertThat(loop.network().removeFile(ADDRESS)).isFalse();
        });
  }

  //
  @Test
  void aFileIsReplacedAndOnlyTheOwnOneRemoved() throws Exception {
    run(
        () -> {
          var before = echo();
          try (var server = echo()) {
            before.close();
            assertThat(say(PATH.toString(), "still here")).isEqualTo("still here");
            assertThat(server.isServing()).isTrue();
          }
          assertThat(loop.network().file(ADDRESS)).isNull();
        });
  }

  @Test
  void aFileIsInTheWayOfASocketThatDoesNotRemoveIt() throws Exception {
    Socket first = open();
    first.bind(ADDRESS);
    first.close();
    try (Socket second = open()) {
      assertThatThrownBy(() -> second.bind(ADDRESS)).isInstanceOf(BindException.class);
      assertThat(loop.network().removeFile(ADDRESS)).isTrue();
      second.bind(ADDRESS);
    }
  }

  private Socket open() {
    return loop.network().open(StandardProtocolFamily.UNIX, SocketType.STREAM);
  }

  // EL-80
  @Test
  void anAbstractNameIsGoneWithItsServer() throws Exception {
    run(
        () -> {
          var name = UnixNameAddress.of("a name");
          try (var server = echo(name, ServerOptions.DEFAULT)) {
            assertThat(say("\0a name", "hello")).isEqualTo("hello");
            assertThatThrownBy(() -> echo(name, ServerOptions.DEFAULT))
                .isInstanceOf(BindException.class)
                .hasMessage("Address '@a name' is already in use");
            assertThat(server.isServing()).isTrue();
          }
          assertThatThrownBy(() -> say("\0a name", ""))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("@a name");
          echo(name, ServerOptions.DEFAULT).close();
        });
  }
}
