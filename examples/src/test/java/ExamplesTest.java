// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs every example, with the flags of the JVM that we may be granted and with none.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class ExamplesTest {
  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  // EL-160
  @Test
  void helloWorldIsPrintedOnce() throws Exception {
    assertThat(Program.run(flags, "HelloWorld")).containsExactly("Hello World");
  }

  @Test
  void anExampleRunsFromItsSourceFileToo() throws Exception {
    assertThat(Program.run(flags, "src/main/java/HelloWorld.java")).containsExactly("Hello World");
  }

  @Test
  void theDateIsDisplayedAsOftenAsAskedFor() throws Exception {
    List<String> dates = Program.run(flags, "DisplayDate", "3", "PT0.05S");

    assertThat(dates).hasSize(3).isSorted().allMatch(date -> date.matches("....-..-..T.*"));
  }

  // EL-100, EL-160
  @Test
  void watchFdPrintsWhatComesThroughThePipe() throws Exception {
    assertThat(Program.run(flags, "WatchFd")).containsExactly("Received: abc");
    assertThat(Program.run(flags, "WatchFd", "grün")).containsExactly("Received: grün");
  }

  // EL-115, EL-160
  @Test
  void runInExecutorShowsEveryKindOfExecutorAndAnInterrupt() throws Exception {
    assertThat(Program.run(flags, "RunInExecutor"))
        .containsExactly(
            "default executor: 100 bytes",
            "pool of one's own: 333332833333500000",
            "virtual threads: 100000 bytes",
            "too late: interrupted");
  }

  // EL-156, EL-160
  @Test
  void serveForeverGreetsUntilItIsTerminated() throws Exception {
    try (Program server = Program.serve(flags, "ServeForever")) {
      int port = server.port();
      try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.getOutputStream().write("you\n".getBytes(ISO_8859_1));
        assertThat(client.getInputStream().readNBytes(11)).asString().isEqualTo("Hello, you\n");
      }
      server.send("SIGTERM");

      assertThat(server.readLine()).isEqualTo("served");
      assertThat(server.log(0)).contains("connections to end within PT2S", ": done after PT0");
    }
  }

  // EL-16
  @Test
  void generatorsAreClosedWhereverTheyAreLeft() throws Exception {
    assertThat(Program.run(flags, "Generators"))
        .containsExactly(
            "tick 0",
            "tick 1",
            "tick 2",
            "ticks closed",
            "square 0",
            "square 1",
            "square 4",
            "ticks closed",
            "published 0",
            "published 1",
            "ticks closed");
  }

  @Test
  void everyStyleOfClientIsEchoedByEveryStyleOfServer() throws Exception {
    for (String style : List.of("streams", "protocol")) {
      try (Program server = Program.serve(flags, "EchoServer", "--style", style)) {
        String port = Integer.toString(server.port());
        assertThat(Program.run(flags, "EchoClient", "--port", port))
            .containsExactly("Hello World!");
        assertThat(
                Program.run(
                    flags, "EchoClient", "--style", "protocol", "--port", port, "one", "grün"))
            .containsExactly("one", "grün");
        server.terminate();
      }
    }
  }

  @Test
  void datagramsAreEchoedAndWhoAsksNobodyIsTold() throws Exception {
    String port;
    try (Program server = Program.serve(flags, "UdpEcho")) {
      port = Integer.toString(server.port());
      assertThat(Program.run(flags, "UdpEcho", "--port", port, "--say", "Hello"))
          .containsExactly("Hello");
      server.terminate();
    }
    assertThat(Program.run(flags, "UdpEcho", "--port", port, "--say", "Hello"))
        .singleElement()
        .asString()
        .startsWith("failed: ")
        .contains("ECONNREFUSED");
    assertThat(Program.refusal(flags, "UdpEcho", "--port", "x")).startsWith("usage: UdpEcho");
  }

  @Test
  void theHttpServerAnswersManyKindsOfRequests() throws Exception {
    try (Program server = Program.serve(flags, "HttpServer")) {
      int port = server.port();

      assertThat(talk(port, "GET /plaintext HTTP/1.1\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Content-Type: text/plain\r\n", "Content-Length: 13\r\n", "Server: ")
          .endsWith("\r\n\r\nHello, World!");
      assertThat(talk(port, "GET / HTTP/1.0\r\n\r\n")).contains(" 200 ", "Connection: close");
      assertThat(talk(port, "GET /nowhere HTTP/1.0\r\n\r\n")).contains(" 404 ");
      assertThat(talk(port, "rubbish\r\n\r\n")).contains(" 400 ", "Connection: close");
      assertThat(talk(port, "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")).contains(" 400 ");
      assertThat(talk(port, "\r\n\r\n")).contains(" 400 ");
      assertThat(talk(port, "GET / HTTP/1.1\r\nX: " + "x".repeat(9000))).isEmpty();
      server.terminate();
    }
  }

  @Test
  void theHttpServerAnswersPipelinedRequestsInOrder() throws Exception {
    try (Program server = Program.serve(flags, "HttpServer")) {
      String answers =
          talk(
              server.port(),
              String.join(
                  "\r\n\r\n",
                  "GET /plaintext HTTP/1.1",
                  "GET /nowhere HTTP/1.0\r\nConnection: Keep-Alive",
                  "GET / HTTP/1.1\r\nConnection: close",
                  "GET /after HTTP/1.1",
                  ""));

      assertThat(answers.lines().filter(line -> line.contains("HTTP/1.1 ")))
          .containsExactly(
              "HTTP/1.1 200 OK", "Hello, World!HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK");
      server.terminate();
    }
  }

  @Test
  void fetchPrintsWhatTheHttpServerServes() throws Exception {
    try (Program server = Program.serve(flags, "HttpServer")) {
      String url = "http://127.0.0.1:" + server.port() + "/plaintext";

      assertThat(Program.run(flags, "Fetch", url))
          .containsExactly("HTTP/1.1 200 OK", "", "Hello, World!");
      server.terminate();
    }
  }

  @Test
  void fetchReadsBodiesInChunksAndToTheEnd() throws Exception {
    assertThat(
            fetch("Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"))
        .containsExactly("HTTP/1.1 200 OK", "", "abc0123456789");
    assertThat(fetch("Server: old\r\n\r\nto the end")).endsWith("to the end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EchoServer --unknown 1",
        "EchoServer --port",
        "EchoServer --port abc",
        "EchoServer --style none",
        "EchoClient --unknown 1",
        "EchoClient --port",
        "EchoClient --port abc",
        "EchoClient --style none",
        "HttpServer --unknown 1",
        "HttpServer --port",
        "HttpServer --port abc",
        "ServeForever --port",
        "ServeForever --port abc",
        "WatchFd one two",
        "Fetch https://127.0.0.1/",
        "Fetch --unknown",
        "Fetch http://127.0.0.1/ more",
        "DisplayDate --unknown",
        "DisplayDate 1 PT0S more"
      })
  void wrongArgumentsAreAnsweredByALineOfUsage(String command) throws Exception {
    String[] words = command.split(" ");

    assertThat(Program.refusal(flags, words).lines())
        .singleElement(STRING)
        .startsWith("usage: " + words[0] + " ");
  }

  /// Fetches from a server that answers with the given end of a response.
  private List<String> fetch(String response) throws Exception {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<String> request =
          CompletableFuture.supplyAsync(() -> answer(listener, "HTTP/1.1 200 OK\r\n" + response));
      String authority = "127.0.0.1:" + listener.getLocalPort();

      List<String> lines = Program.run(flags, "Fetch", "http://" + authority + "/a?b=c");

      assertThat(request.get()).startsWith("GET /a?b=c HTTP/1.1").contains("Host: " + authority);
      return lines;
    }
  }

  private static String answer(ServerSocket listener, String response) {
    try (Socket client = listener.accept()) {
      var request = new StringBuilder();
      var reader = client.getInputStream();
      while (request.indexOf("\r\n\r\n") < 0) {
        request.append((char) reader.read());
      }
      client.getOutputStream().write(response.getBytes(ISO_8859_1));
      return request.toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Sends bytes and returns everything that comes until the other end closes the connection.
  private static String talk(int port, String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
