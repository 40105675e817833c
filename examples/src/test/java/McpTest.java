// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mcp.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the examples of the Model Context Protocol, with the flags of the JVM and with none.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class McpTest {
  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
          + "\"params\":{\"protocolVersion\":\"2024-11-05\"}}";
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}";

  /// Begins a session as a server that is a shell does, without tools.
  private static final String BEGIN =
      """
      say() { printf '{"jsonrpc":"2.0","id":%s,"result":{%s}}\\n' "$1" "$2"; }
      read -r _; say 1 '"protocolVersion":"2025-06-18","serverInfo":{"name":"sh","version":"1"}'
      read -r _; read -r _; say 2
      read -r _; say 3 '"tools":[]'
      """;

  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  @BeforeAll
  static void letChildrenHeedTheSignal() throws Throwable {
    CtrlCTest.letChildrenHeedTheSignal();
  }

  // The server.

  @Test
  void theServerAnswersEachFaultByItsCode() throws Exception {
    try (Program server = Program.start(flags, "McpServer")) {
      assertThat(ask(server, "{")).startsWith("null -32700 expected a name");
      assertThat(ask(server, "[]")).startsWith("null -32600 not an object");
      assertThat(ask(server, "{\"jsonrpc\":\"2.0\"}")).startsWith("null -32600 neither");
      assertThat(ask(server, "{\"id\":1,\"method\":\"ping\"}")).startsWith("1 -32600 jsonrpc");
      assertThat(ask(server, request("1.5", "ping", "{}"))).startsWith("null -32600 id");
      assertThat(ask(server, request("1", "ping", "[]"))).isEqualTo("1 -32602 params by position");
      assertThat(ask(server, request("2", "tools/list", "{}")))
          .isEqualTo("2 -32600 initialize comes first");
      assertThat(ask(server, request("3", "initialize", "{}"))).startsWith("3 -32602 protocolVer");
      assertThat(ask(server, INITIALIZE)).contains("1 {", "2024-11-05", "asyncio4j-example");
      assertThat(ask(server, INITIALIZE)).isEqualTo("1 -32600 initialized already");
      assertThat(ask(server, request("\"x\"", "none", "{}"))).isEqualTo("x -32601 no method none");
      assertThat(ask(server, call(4, "none", "{}"))).isEqualTo("4 -32602 no tool none");
      assertThat(ask(server, call(5, "fail", "{\"message\":\"m\",\"internal\":true}")))
          .isEqualTo("5 -32603 java.lang.IllegalStateException: m");
      assertThat(ask(server, call(6, "add", "{\"a\":1}"))).contains("b is no number", "true");
      assertThat(ask(server, call(7, "add", "{\"a\":1,\"b\":0.5}"))).contains("\"1.5\"", "false");
      server.endInput();

      assertThat(server.log(0)).contains("McpServer: initialized by null");
    }
  }

  @Test
  void anUnknownVersionIsAnsweredByTheNewest() throws Exception {
    try (Program server = Program.start(flags, "McpServer")) {
      assertThat(ask(server, INITIALIZE.replace("2024-11-05", "1999-12-31")))
          .contains("\"protocolVersion\":\"2025-11-25\"");
      server.endInput();

      assertThat(server.log(0)).doesNotContain("Exception");
    }
  }

  @Test
  void aCancelledCallIsNotAnsweredAndAnotherIsWhenInputEnds() throws Exception {
    try (Program server = Program.start(flags, "McpServer")) {
      ask(server, INITIALIZE);
      server.type(call(2, "sleep", "{\"seconds\":3600}") + "\n");
      server.type(
          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}\n");
      // The number of a request that is under way would be refused.
      assertThat(ask(server, call(2, "echo", "{\"text\":\"free\"}"))).contains("\"free\"");
      server.type(call(3, "sleep", "{\"seconds\":0.05}") + "\n");
      server.endInput();

      assertThat(server.readLine()).contains("\"id\":3", "slept 0.05 s");
      assertThat(server.readLine()).isNull();
      assertThat(server.log(0)).doesNotContain("Exception");
    }
  }

  @Test
  void progressIsToldToWhoAsksForItBeforeTheAnswer() throws Exception {
    try (Program server = Program.start(flags, "McpServer")) {
      ask(server, INITIALIZE);
      String arguments = "{\"seconds\":0,\"steps\":2}";
      assertThat(ask(server, call(2, "sleep", arguments))).startsWith("2 {");
      server.type(call(3, "sleep", arguments + ",\"_meta\":{\"progressToken\":\"t\"}") + "\n");

      for (int step = 1; step <= 2; step++) {
        assertThat(server.readLine())
            .contains("notifications/progress", "\"t\"", "\"progress\":" + step + ".0");
      }
      assertThat(server.readLine()).contains("\"id\":3");
      server.endInput();
      assertThat(server.log(0)).doesNotContain("Exception");
    }
  }

  @Test
  void theServerEndsOnSigtermWithACallUnderWay() throws Exception {
    try (Program server = Program.start(flags, "McpServer")) {
      ask(server, INITIALIZE);
      server.type(call(2, "sleep", "{\"seconds\":3600}") + "\n");
      assertThat(ask(server, PING)).isEqualTo("ping {}");
      server.send("SIGTERM");

      assertThat(server.log(128 + 15)).contains("McpServer: terminated");
    }
  }

  @Test
  void theServerEndsOnCtrlC() throws Exception {
    try (Program server = Program.start(flags, "McpServer")) {
      ask(server, INITIALIZE);
      server.send("SIGINT");

      assertThat(server.log(128 + 2)).isEqualTo("McpServer: initialized by null\n");
    }
  }

  private static String request(String id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\""
        + method
        + "\",\"params\":"
        + params
        + "}";
  }

  private static String call(int id, String tool, String arguments) {
    return request(
        "" + id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}");
  }

  /// Sends a line and returns the answer: its id, and its result or its code and message.
  private static String ask(Program server, String line) throws Exception {
    server.type(line + "\n");
    var answer = (Map<?, ?>) Json.parse(server.readLine());
    String text =
        answer.get("error") instanceof Map<?, ?> error
            ? error.get("code") + " " + error.get("message")
            : Json.write(answer.get("result"));
    return answer.get("id") + " " + text;
  }

  // The client, with our server.

  @Test
  void theClientCallsEveryToolOfTheServer() throws Exception {
    try (Program client =
        client(List.of("--all", "--call", "add", "{\"a\":40,\"b\":2}"), server())) {
      assertThat(lines(client))
          .containsExactly(
              "server asyncio4j-example 1.0, protocol 2025-11-25",
              "tool echo: Returns a text",
              "tool add: Adds two numbers",
              "tool sleep: Sleeps, and tells after each of its steps how far it is",
              "tool fail: Fails; with internal, as a fault of the server does",
              "echo: text",
              "add: 2",
              "sleep: slept 1.0 s",
              "fail: failed: fail: text",
              "add: 42",
              "server ended by the end of its input, status 0");
      assertThat(client.log(1)).contains("McpServer: ready", "sleep: progress 1/1 slept 1 of 1");
    }
  }

  @Test
  void theClientHasAThousandCallsUnderWay() throws Exception {
    String[] options = {"--times", "1000", "--call", "sleep", "{\"seconds\":0.2}"};
    try (Program client = client(List.of(options), server())) {
      assertThat(lines(client))
          .anyMatch(line -> line.startsWith("sleep: 1000 answers, 0 failures,"));
      assertThat(client.log(0)).doesNotContain("Exception");
    }
  }

  @Test
  void theClientCancelsACallThatTakesTooLong() throws Exception {
    String[] options = {"--timeout", "0.05", "--call", "sleep", "{\"seconds\":3600}"};
    try (Program client = client(List.of(options), server())) {
      assertThat(lines(client))
          .contains(
              "sleep: cancelled after PT0.05S", "server ended by the end of its input, status 0");
      assertThat(client.log(1)).contains("McpServer: sleep cancelled");
    }
  }

  @Test
  void theClientEndsTheServerWhenItIsTerminated() throws Exception {
    String[] options = {"--grace", "60", "--call", "echo", "--call", "sleep", "{\"seconds\":3600}"};
    try (Program client = client(List.of(options), server())) {
      String line = client.readLine();
      while (!line.equals("echo: text")) {
        line = client.readLine();
      }
      client.send("SIGTERM");

      assertThat(lines(client)).isEmpty();
      assertThat(client.log(128 + 15)).doesNotContain("terminated", "Exception");
    }
  }

  // The client, with servers that do not do as they should.

  @Test
  void aServerThatIgnoresItsInputAndSigtermIsKilled() throws Exception {
    String stubborn = BEGIN + "trap '' TERM; while :; do sleep 0.05; done";
    try (Program client = client(List.of("--grace", "0.1"), List.of("sh", "-c", stubborn))) {
      assertThat(lines(client))
          .containsExactly("server sh 1, protocol 2025-06-18", "server ended by SIGKILL, signal 9");
      assertThat(client.log(0)).contains("sends SIGTERM", "sends SIGKILL");
    }
  }

  @Test
  void aServerThatDiesInTheMiddleOfALineFailsTheCall() throws Exception {
    String dying = BEGIN + "read -r _; printf '{\"jsonrpc\"'; exit 3";
    try (Program client = client(List.of("--call", "any", "{}"), List.of("sh", "-c", dying))) {
      List<String> lines = lines(client);
      assertThat(lines)
          .contains("any: failed: the other end has closed its output in the middle of a line");
      // The end of the output may be seen before that of the process.
      assertThat(lines.getLast()).startsWith("server ended by ").endsWith(", status 3");
      assertThat(client.log(1)).doesNotContain("Exception");
    }
  }

  @Test
  void whatAServerPrintsThatIsNoMessageIsToldAndPassedOver() throws Exception {
    String chatty = "echo Welcome; echo loud >&2; " + BEGIN + "read -r _";
    try (Program client = client(List.of(), List.of("sh", "-c", chatty))) {
      assertThat(lines(client)).contains("server ended by the end of its input, status 1");
      assertThat(client.log(0))
          .contains("a line that is no message: expected a value, found 'W'", "loud\n");
    }
  }

  @Test
  void aCommandThatCannotBeStartedIsTold() throws Exception {
    try (Program client = client(List.of(), List.of("/nowhere"))) {
      assertThat(client.log(127)).startsWith("McpClient: /nowhere: ");
    }
    assertThat(Program.refusal(flags, "McpClient", "--call", "add", "{", "--", "true"))
        .startsWith("McpClient: arguments of add: expected a name, found the end at character 1\n");
    assertThat(Program.refusal(flags, "McpClient", "--times", "0", "--", "true"))
        .startsWith("McpClient: --times takes a number, not '0'\nusage: McpClient ");
    assertThat(Program.refusal(flags, "McpClient")).startsWith("McpClient: no command\n");
    assertThat(Program.refusal(flags, "McpServer", "x")).isEqualTo("usage: McpServer\n");
  }

  private Program client(List<String> options, List<String> command) throws Exception {
    var words = new ArrayList<>(List.of("McpClient"));
    words.addAll(options);
    words.add("--");
    words.addAll(command);
    return Program.start(flags, words.toArray(String[]::new));
  }

  private List<String> server() {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "McpServer"));
    return words;
  }

  private static List<String> lines(Program program) throws Exception {
    var lines = new ArrayList<String>();
    for (String line = program.readLine(); line != null; line = program.readLine()) {
      lines.add(line);
    }
    return lines;
  }
}
