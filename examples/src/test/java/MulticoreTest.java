// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Loops that share a listening socket, and are replaced while clients come.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class MulticoreTest {
  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return ExamplesTest.flags();
  }

  /// A client that keeps its connection.
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader answers;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    void ask() throws IOException {
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1));
    }

    /// Returns the head of the answer and its text, in lines.
    List<String> answer() throws IOException {
      return List.of(
          answers.readLine(),
          answers.readLine(),
          answers.readLine(),
          answers.readLine(),
          answers.readLine());
    }

    boolean isAtEnd() throws IOException {
      return answers.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /// Returns which loop answers a new client.
  private static String loopOf(List<String> answer) {
    assertThat(answer.getFirst()).isEqualTo("HTTP/1.1 200 OK");
    return answer.getLast().split(" ", -1)[1];
  }

  private static String loopOfNewClient(int port) throws IOException {
    try (var client = new Client(port)) {
      client.ask();
      return loopOf(client.answer());
    }
  }

  /// Returns which loops answer two clients, the second of which comes while the first is served.
  private static List<String> loopsOfTwoClients(int port) throws IOException {
    try (var first = new Client(port)) {
      first.ask();
      return List.of(loopOfNewClient(port), loopOf(first.answer()));
    }
  }

  @Test
  void everyLoopAnswersAndNobodyIsRefusedWhileOthersTakeTheirPlace() throws Exception {
    try (Program server = Program.serve(flags, "Multicore", "--loops", "2", "--work", "50000")) {
      int port = server.port();
      var loops = new HashSet<String>();
      while (loops.size() < 2) {
        loops.addAll(loopsOfTwoClients(port));
      }
      assertThat(loops).containsExactlyInAnyOrder("1.0", "1.1");
      try (var kept = new Client(port)) {
        kept.ask();
        assertThat(kept.answer()).contains("Connection: keep-alive");

        server.send("SIGHUP");

        while (!loopOfNewClient(port).startsWith("2.")) {
          // The old ones answer until all of the new ones serve.
        }
        List<String> answer;
        do {
          kept.ask();
          answer = kept.answer();
        } while (!answer.contains("Connection: close"));
        assertThat(loopOf(answer)).startsWith("1.");
        assertThat(kept.isAtEnd()).isTrue();
      }
      assertThat(server.terminated()).contains("done after").doesNotContain("aborts");
    }
  }

  @Test
  void anythingElseThanNumbersIsRefused() throws Exception {
    for (String line : List.of("--port x", "--loops 0", "--work", "--cores 2")) {
      var command = ("Multicore " + line).split(" ");
      assertThat(Program.refusal(flags, command)).startsWith("usage: Multicore");
    }
  }
}
