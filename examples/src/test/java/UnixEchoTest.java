// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the example of unix sockets, with the flags of the JVM that we may be granted and with
/// none.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class UnixEchoTest {
  @Parameter List<String> flags;
  @TempDir Path directory;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  // EL-80, R-96
  @Test
  void theServerEchoesAndServesAgainWhereItHasBeenKilled() throws Exception {
    Path path = directory.resolve("echo");
    for (int run = 0; run < 2; run++) {
      try (Program server = Program.start(flags, "UnixEcho", "--path", path.toString())) {
        assertThat(server.readLine()).isEqualTo("serving on " + path);
        assertThat(echo(path, "hello")).isEqualTo("hello");
        server.terminate();
      }
      assertThat(path).exists();
    }
  }

  private static String echo(Path path, String text) throws Exception {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      channel.write(StandardCharsets.US_ASCII.encode(text));
      channel.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate(100);
      while (channel.read(answer) >= 0) {
        // Up to the end of the stream.
      }
      return StandardCharsets.US_ASCII.decode(answer.flip()).toString();
    }
  }

  @Test
  void wrongArgumentsAreAnsweredByALineOfUsage() throws Exception {
    for (String[] words : new String[][] {{"UnixEcho"}, {"UnixEcho", "--path"}}) {
      assertThat(Program.refusal(flags, words)).startsWith("usage: UnixEcho ");
    }
  }
}
