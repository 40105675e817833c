// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.PeerCredentials;
import io.github.asyncio4j.socket.SocketTier;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Who else gets to a unix server (D6 of the fault catalogue; stale files, links and long paths:
/// [UnixFileContractTest]).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixIntruderTest extends NetTest {
  @TempDir private Path directory;

  UnixIntruderTest(LoopKind kind) {
    super(kind);
  }

  private Path path() {
    return directory.resolve("s");
  }

  private static ServerOptions mode(String permissions) {
    return ServerOptions.DEFAULT.socketPermissions(PosixFilePermissions.fromString(permissions));
  }

  /// Connects, and returns what the system says, or that it let us in.
  private String knock() throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(path()));
      // Until the server has closed it.
      return "let in, " + channel.read(java.nio.ByteBuffer.allocate(1));
    } catch (IOException e) {
      return "refused: " + e.getMessage();
    }
  }

  // D6: CVE-2022-42919 was about what has no permissions
  @Test
  void anotherUserIsLetInOnlyWhereTheFileSaysSoAndIsKnown() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    // Root is kept out by no permission, and anybody else is nobody else.
    String closed = ForeignUser.isPossible() ? "rw-------" : "---------";
    run(
        () -> {
          for (int round = 0; round < 2; round++) {
            var accepted = recorder();
            var options = mode("rw-rw-rw-");
            try (var server =
                loop.createUnixServer(
                    () -> accepted, UnixDomainSocketAddress.of(path()), options)) {
              // At first by ourselves, which loads what the other one cannot.
              boolean foreign = round > 0 && ForeignUser.isPossible();
              var knocking =
                  loop.createTask(
                      () -> blocking(() -> foreign ? ForeignUser.call(this::knock) : knock()));
              accepted.until(() -> !accepted.calls.isEmpty());
              var known = accepted.transport.getExtraInfo("peercred");
              accepted.transport.close();
              assertThat(knocking.await()).isEqualTo("let in, -1");
              accepted.untilLost();
              if (foreign && tier() == SocketTier.NATIVE) {
                assertThat(((PeerCredentials) known).uid()).isEqualTo(ForeignUser.UID);
              } else if (tier() == SocketTier.NATIVE) {
                assertThat(((PeerCredentials) known).uid())
                    .isEqualTo(Files.getAttribute(directory, "unix:uid"));
              } else if (foreign) {
                assertThat(known).asString().doesNotContain("user=root");
              }
              assertThat(server.isServing()).isTrue();
            }
          }
          try (var server =
              loop.createUnixServer(
                  this::recorder, UnixDomainSocketAddress.of(path()), mode(closed))) {
            assertThat(blocking(() -> ForeignUser.call(this::knock)))
                .startsWith("refused: ")
                .containsIgnoringCase("permission denied");
            assertThat(server.toString()).contains("clients=0");
          }
        });
  }

  // D6: only a UnixNameAddress is abstract
  @Test
  void aPathThatIsWrittenLikeAnAbstractNameIsAFile() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var path = directory.resolve("@s");
          try (var server = loop.createUnixServer(() -> accepted, path)) {
            assertThat(path).exists();
            assertThat(Files.readString(Path.of("/proc/net/unix"))).contains(" " + path + "\n");
            loop.createUnixConnection(this::recorder, path).transport().close();
            accepted.untilLost();
            assertThat(server.isServing()).isTrue();
          }
          assertThat(path).doesNotExist();
        });
  }
}
