// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import java.net.StandardProtocolFamily;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What unix sockets are in a JVM without any flag.
@Tag("portable")
final class PortableUnixSocketTest {
  private static final String FLAG = "--enable-native-access=io.github.asyncio4j";

  @TempDir private Path directory;

  @Test
  void whatTheJdkDoesNotHaveIsRefusedByNamingTheFlag() throws Exception {
    var name = UnixNameAddress.of("a name");
    try (Socket socket = Socket.open(StandardProtocolFamily.UNIX, SocketType.STREAM)) {
      assertThatThrownBy(() -> socket.bind(name))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("@a name")
          .hasMessageContaining(FLAG);
      assertThatThrownBy(() -> socket.connect(name)).hasMessageContaining(FLAG);
      assertThatThrownBy(() -> socket.getOption(SocketOptions.SO_PEERCRED))
          .hasMessageContaining(FLAG);
    }
    assertThatThrownBy(
            () -> PassedSocket.takeAll(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "2"), 1, 3))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("LISTEN_FDS=2")
        .hasMessageContaining(FLAG);
    // Nobody needs a flag for nothing.
    assertThat(PassedSocket.takeAll(Map.of(), 1, 3)).isEmpty();
  }

  // ST-01
  @Test
  void aServerAndAClientTalkOverWhatTheJdkOffers() throws Exception {
    Path path = directory.resolve("s");
    Asyncio.run(
        () -> {
          try (var server =
                  Asyncio.startUnixServer(
                      (reader, writer) -> {
                        try (writer) {
                          writer.write(reader.readline());
                        }
                      },
                      path);
              var connection = Asyncio.openUnixConnection(path)) {
            connection.writer().write("hello\n", StandardCharsets.US_ASCII);
            assertThat(connection.reader().readline(StandardCharsets.US_ASCII)).isEqualTo("hello");
            assertThat(connection.writer().getExtraInfo("peercred"))
                .asString()
                .startsWith("UnixDomainPrincipal[user=");
            assertThat(server.isServing()).isTrue();
          }
        });
    assertThat(path).doesNotExist();
  }
}
