// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.SocketTier;
import java.net.BindException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What createUnixServer and createUnixConnection promise about the file of the socket.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixFileContractTest extends NetTest {
  @TempDir private Path directory;

  UnixFileContractTest(LoopKind kind) {
    super(kind);
  }

  private Path path() {
    return directory.resolve("s");
  }

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(path());
  }

  private void leaveStaleSocket(Path path) throws Exception {
    ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path))
        .close();
    assertThat(path).exists();
  }

  private static Object fileKey(Path path) throws Exception {
    return Files.getAttribute(path, "fileKey", LinkOption.NOFOLLOW_LINKS);
  }

  //
  @Test
  void theFileOfADeadServerIsReplaced() throws Exception {
    leaveStaleSocket(path());
    run(
        () -> {
          var accepted = recorder();
          try (var server = loop.createUnixServer(() -> accepted, path())) {
            loop.createUnixConnection(this::recorder, path()).transport().close();
            accepted.untilLost();
            assertThat(server.isServing()).isTrue();
          }
          assertThat(path()).doesNotExist();
        });
  }

  //
  @Test
  void theFileOfAServerThatStillListensIsReplacedTooAndItsCloseLeavesTheNewOneAlone()
      throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var before = loop.createUnixServer(this::recorder, path());
          try (var server = loop.createUnixServer(() -> accepted, path())) {
            before.close();
            assertThat(path()).exists();
            loop.createUnixConnection(this::recorder, path()).transport().close();
            accepted.untilLost();
            assertThat(server.isServing()).isTrue();
          }
          assertThat(path()).doesNotExist();
        });
  }

  // EL-80
  @Test
  void aFileThatIsNoSocketIsNotTouchedAndInTheWay() throws Exception {
    Files.writeString(path(), "precious");
    run(
        () ->
            assertThatThrownBy(() -> loop.createUnixServer(this::recorder, path()))
                .isInstanceOf(BindException.class)
                .hasMessage("Address '" + path() + "' is already in use"));
    assertThat(path()).hasContent("precious");
  }

  //
  @Test
  void aLinkToASocketIsReplacedAndAnyOtherLinkIsInTheWay() throws Exception {
    var socket = directory.resolve("elsewhere");
    leaveStaleSocket(socket);
    Files.createSymbolicLink(path(), socket);
    var key = fileKey(socket);
    run(
        () -> {
          loop.createUnixServer(this::recorder, path()).close();
          assertThat(fileKey(socket)).isEqualTo(key);
          assertThat(path()).doesNotExist();

          Files.createSymbolicLink(path(), Files.writeString(directory.resolve("f"), "precious"));
          assertThatThrownBy(() -> loop.createUnixServer(this::recorder, path()))
              .isInstanceOf(BindException.class);
          assertThat(directory.resolve("f")).hasContent("precious");

          Files.delete(path());
          Files.createSymbolicLink(path(), directory.resolve("nothing"));
          assertThatThrownBy(() -> loop.createUnixServer(this::recorder, path()))
              .isInstanceOf(BindException.class);
          assertThat(directory.resolve("nothing")).doesNotExist();
        });
  }

  //
  @Test
  void theFileIsRemovedWithTheServerUnlessItIsAnotherOrGone() throws Exception {
    run(
        () -> {
          var server = loop.createUnixServer(this::recorder, path());
          assertThat(path()).exists();
          server.close();
          assertThat(path()).doesNotExist();

          server = loop.createUnixServer(this::recorder, path());
          Files.delete(path());
          Files.writeString(path(), "another");
          server.close();
          assertThat(path()).hasContent("another");
          Files.delete(path());

          server = loop.createUnixServer(this::recorder, path());
          Files.delete(path());
          server.close();
          assertThat(path()).doesNotExist();
        });
  }

  //
  @Test
  void whatGoesWrongWithTheFileIsLoggedAndNotThrown() throws Exception {
    run(
        () -> {
          var inner = Files.createDirectory(directory.resolve("d"));
          try (var logs = LogRecorder.start()) {
            var server = loop.createUnixServer(this::recorder, inner.resolve("s"));
            Files.delete(inner.resolve("s"));
            Files.delete(inner);
            Files.createSymbolicLink(inner, inner);
            server.close();
            assertThat(logs.messages())
                .containsExactly("cannot remove the unix socket " + inner.resolve("s"));
            assertThat(server.isServing()).isFalse();
          }
          try (var logs = LogRecorder.start()) {
            assertThatThrownBy(() -> loop.createUnixServer(this::recorder, inner.resolve("s")))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("ELOOP");
            assertThat(logs.messages())
                .containsExactly(
                    "cannot check or remove the stale unix socket " + inner.resolve("s"));
          }
        });
  }

  // EL-80
  @Test
  void withoutCleanupTheFileStays() throws Exception {
    run(
        () -> {
          var options = ServerOptions.DEFAULT.cleanupSocket(false);
          loop.createUnixServer(this::recorder, address(), options).close();
          assertThat(path()).exists();
          poll();
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, path()))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining(path().toString())
              .hasMessageContaining("ECONNREFUSED");
        });
  }

  //
  @Test
  void aServerLeftToItsLoopLeavesNoFile() throws Exception {
    try (var logs = LogRecorder.start()) {
      run(
          () -> {
            loop.createUnixServer(this::recorder, path());
          });
      assertThat(path()).exists();
      loop.close();
      assertThat(path()).doesNotExist();
      assertThat(logs.messages()).anyMatch(text -> text.startsWith("unclosed"));
    }
  }

  // EL-78, R-96
  @Test
  void cancellingTheCallLeavesNoFile() throws Exception {
    run(
        () -> {
          for (var options :
              new ServerOptions[] {
                ServerOptions.DEFAULT, ServerOptions.DEFAULT.cleanupSocket(false)
              }) {
            for (int iterations = 0; iterations < 5; iterations++) {
              var call =
                  loop.createTask(() -> loop.createUnixServer(this::recorder, address(), options));
              for (int i = 0; i < iterations; i++) {
                Asyncio.sleep(Duration.ZERO);
              }
              boolean inTime = call.cancel();
              try {
                call.await().close();
                Files.deleteIfExists(path());
                assertThat(inTime).isFalse();
              } catch (CancelledError e) {
                assertThat(path()).doesNotExist();
              }
            }
          }
        });
  }

  // EL-80
  @Test
  void aPathThatCannotBeIsToldWithItsName() throws Exception {
    run(
        () -> {
          var missing = directory.resolve("missing").resolve("s");
          assertThatThrownBy(() -> loop.createUnixServer(this::recorder, missing))
              .isInstanceOfSatisfying(
                  NoSuchFileException.class,
                  e -> assertThat(e.getFile()).isEqualTo(missing.toString()))
              .hasMessageContaining("bind(")
              .hasMessageContaining("ENOENT");
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, missing))
              .isInstanceOfSatisfying(
                  NoSuchFileException.class,
                  e -> assertThat(e.getFile()).isEqualTo(missing.toString()))
              .hasMessageContaining("connect(");

          var through = Files.writeString(directory.resolve("f"), "").resolve("s");
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, through))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining(through.toString())
              .hasMessageContaining("ENOTDIR");

          assertThatThrownBy(
                  () -> loop.createUnixConnection(this::recorder, directory.resolve("f")))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining(directory.resolve("f").toString());
        });
  }

  // EL-64, EL-80
  @Test
  void aPathThatIsTooLongIsToldWithItsLength() throws Exception {
    int most = tier() == SocketTier.NATIVE ? 107 : 106;
    run(
        () -> {
          var longest = pathOf(most);
          loop.createUnixServer(this::recorder, longest).close();

          var tooLong = pathOf(most + 1);
          var text = "unix socket path too long: " + (most + 1) + " bytes, at most " + most;
          assertThatThrownBy(() -> loop.createUnixServer(this::recorder, tooLong))
              .isInstanceOf(FileSystemException.class)
              .hasMessage(tooLong + ": " + text);
          assertThatThrownBy(
                  () ->
                      loop.createUnixConnection(
                          this::recorder,
                          UnixDomainSocketAddress.of(tooLong),
                          ConnectionOptions.DEFAULT))
              .isInstanceOf(FileSystemException.class)
              .hasMessage(tooLong + ": " + text);
        });
  }

  private Path pathOf(int bytes) {
    return directory.resolve("x".repeat(bytes - directory.toString().length() - 1));
  }

  @Test
  void theFileHasThePermissionsThatItWasGiven() throws Exception {
    run(
        () -> {
          for (var mode : new String[] {"rw-------", "rw-rw----", "rw-rw-rw-"}) {
            var options =
                ServerOptions.DEFAULT.socketPermissions(PosixFilePermissions.fromString(mode));
            var accepted = recorder();
            try (var server = loop.createUnixServer(() -> accepted, address(), options)) {
              assertThat(Files.getPosixFilePermissions(path()))
                  .isEqualTo(PosixFilePermissions.fromString(mode));
              loop.createUnixConnection(this::recorder, path()).transport().close();
              accepted.untilLost();
              assertThat(server.isServing()).isTrue();
            }
          }
          assertThat(path()).doesNotExist();
        });
  }
}
