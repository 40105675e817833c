// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.process.ProcessShutdown;
import io.github.asyncio4j.stream.StreamWriter;
import mcp.Json;
import mcp.JsonException;
import mcp.Peer;
import mcp.Request;
import mcp.RpcException;
import mcp.ServerProcess;

static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
static final int MOST_TO_SAY = 1024 * 1024;

static final String USAGE =
    """
    usage: McpClient [OPTION...] -- COMMAND [ARGUMENT...]
      --call TOOL [JSON]  call a tool, with these arguments or some that its schema allows;
                          may be repeated
      --all               call every tool
      --times N           make each call N times, all at once (1)
      --timeout SECONDS   cancel a call that takes longer (60)
      --grace SECONDS     how long the server has to end after each step of its shutdown (2)
    """;

/// Starts a server of the Model Context Protocol, tells what tools it has, calls some, and ends it
/// as the protocol says: `bin/asyncio McpClient [OPTION...] -- COMMAND [ARGUMENT...]`.
///
/// Answers go to standard output; progress, and what the server writes to its standard error, to
/// standard error. The status is 1 when a call has failed, 126 or 127 when the command cannot be
/// started.
void main(String[] args) throws Exception {
  Options options;
  try {
    options = Options.parse(new ArrayDeque<>(List.of(args)));
  } catch (IllegalArgumentException e) {
    System.err.print("McpClient: " + e.getMessage() + "\n" + USAGE);
    System.exit(2);
    return;
  }
  System.exit(Asyncio.run(() -> new Client(options, Asyncio.stdout(), Asyncio.stderr()).run()));
}

/// A call that is wanted; without arguments for some that the schema allows.
record Call(String tool, Optional<Map<String, Object>> arguments) {}

record Options(
    List<String> command,
    List<Call> calls,
    boolean all,
    int times,
    Duration timeout,
    Duration grace) {
  static Options parse(Deque<String> words) {
    var calls = new ArrayList<Call>();
    boolean all = false;
    int times = 1;
    var timeout = Duration.ofSeconds(60);
    var grace = Duration.ofSeconds(2);
    while (!words.isEmpty() && !words.getFirst().equals("--")) {
      String option = words.removeFirst();
      switch (option) {
        case "--call" -> calls.add(call(words));
        case "--all" -> all = true;
        case "--times" -> times = (int) number(option, words, 1, 1_000_000);
        case "--timeout" -> timeout = seconds(number(option, words, 0, 1e6));
        case "--grace" -> grace = seconds(number(option, words, 0, 1e6));
        default -> throw new IllegalArgumentException("not known: " + option);
      }
    }
    if (words.size() < 2) {
      throw new IllegalArgumentException("no command");
    }
    return new Options(
        List.copyOf(words).subList(1, words.size()), calls, all, times, timeout, grace);
  }

  private static Call call(Deque<String> words) {
    if (words.isEmpty() || words.getFirst().startsWith("-")) {
      throw new IllegalArgumentException("--call needs the name of a tool");
    }
    String tool = words.removeFirst();
    if (words.isEmpty() || words.getFirst().startsWith("-")) {
      return new Call(tool, Optional.empty());
    }
    String text = words.removeFirst();
    try {
      if (Json.parse(text) instanceof Map<?, ?> object) {
        @SuppressWarnings("unchecked") // Json makes no other
        var arguments = (Map<String, Object>) object;
        return new Call(tool, Optional.of(arguments));
      }
      throw new IllegalArgumentException("arguments of " + tool + " are no object: " + text);
    } catch (JsonException e) {
      throw new IllegalArgumentException("arguments of " + tool + ": " + e.getMessage(), e);
    }
  }

  private static double number(String option, Deque<String> words, double least, double most) {
    String text = words.isEmpty() ? "" : words.removeFirst();
    if (!text.matches("\\d{1,7}(\\.\\d{1,9})?")
        || Double.parseDouble(text) < least
        || Double.parseDouble(text) > most) {
      throw new IllegalArgumentException(option + " takes a number, not '" + text + "'");
    }
    return Double.parseDouble(text);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}

static class Client implements Peer {
  private final Options options;
  private final StreamWriter out;
  private final StreamWriter err;
  private int failures;
  private boolean terminated;

  Client(Options options, StreamWriter out, StreamWriter err) {
    this.options = options;
    this.out = out;
    this.err = err;
  }

  int run() throws Exception {
    Task<?> main = Asyncio.currentTask();
    Asyncio.getRunningLoop()
        .addSignalHandler(
            "SIGTERM",
            () -> {
              terminated = true;
              main.cancel();
            });
    int status;
    // Whatever leaves the block, Ctrl-C for one, the server is shut down.
    try (var server = ServerProcess.start(options.command(), options.grace(), this, this::passOn)) {
      status = talk(server);
    } catch (FileSystemException e) {
      tell("McpClient: " + e.getMessage());
      status = e instanceof NoSuchFileException ? 127 : 126;
    } catch (CancelledError e) {
      if (!terminated || main.uncancel() > 0) {
        throw e;
      }
      status = 128 + 15;
    }
    for (StreamWriter stream : List.of(out, err)) {
      stream.close();
      try {
        stream.waitClosed();
      } catch (IOException e) {
        status = 1; // Nobody wants the rest.
      }
    }
    return status;
  }

  private int talk(ServerProcess server) throws Exception {
    try {
      var tools = Asyncio.timeout(STARTS_WITHIN, () -> introduce(server));
      for (Call call : calls(tools)) {
        repeat(server, call);
        out.drain();
      }
    } catch (IOException | RpcException | TimeoutException e) {
      tell("McpClient: " + (e instanceof TimeoutException ? "no answer in time" : e.getMessage()));
      failures++;
    }
    ProcessShutdown end = server.shutdown();
    int code = end.returncode();
    out.write(
        "server ended by "
            + wordsFor(end)
            + (code < 0 ? ", signal " + -code : ", status " + code)
            + "\n");
    return failures == 0 ? 0 : 1;
  }

  /// Begins the session, and tells and returns what tools there are.
  private List<Map<String, Object>> introduce(ServerProcess server) throws Exception {
    var about = server.initialize("asyncio4j-example", "1.0");
    var info = about.get("serverInfo") instanceof Map<?, ?> map ? map : Map.of();
    out.write("server " + info.get("name") + " " + info.get("version"));
    out.write(", protocol " + about.get("protocolVersion") + "\n");
    server.ping();
    var tools = server.listTools();
    for (var tool : tools) {
      out.write("tool " + tool.get("name") + ": " + firstLine(tool.get("description")) + "\n");
    }
    return tools;
  }

  private static String wordsFor(ProcessShutdown end) {
    return switch (end.step()) {
      case ENDED -> "itself";
      case INPUT_CLOSED -> "the end of its input";
      case HUNG_UP -> "SIGHUP";
      case TERMINATED -> "SIGTERM";
      case KILLED -> "SIGKILL";
    };
  }

  private static String firstLine(Object text) {
    return text == null ? "" : text.toString().lines().findFirst().orElse("");
  }

  // Calls.

  /// Returns what is to be called, with arguments.
  private List<Call> calls(List<Map<String, Object>> tools) {
    var calls = new ArrayList<Call>();
    if (options.all()) {
      tools.forEach(tool -> calls.add(new Call((String) tool.get("name"), Optional.empty())));
    }
    calls.addAll(options.calls());
    return calls.stream().map(call -> withArguments(call, tools)).toList();
  }

  private static Call withArguments(Call call, List<Map<String, Object>> tools) {
    if (call.arguments().isPresent()) {
      return call;
    }
    Object schema =
        tools.stream()
            .filter(tool -> call.tool().equals(tool.get("name")))
            .map(tool -> tool.get("inputSchema"))
            .findAny()
            .orElse(null);
    return new Call(call.tool(), Optional.of(objectOf(schema)));
  }

  /// Returns an object that a JSON Schema allows, as far as simple ones go.
  private static Map<String, Object> objectOf(Object schema) {
    var object = new LinkedHashMap<String, Object>();
    if (schema instanceof Map<?, ?> map
        && map.get("required") instanceof List<?> required
        && map.get("properties") instanceof Map<?, ?> properties) {
      required.forEach(name -> object.put((String) name, valueOf(properties.get(name))));
    }
    return object;
  }

  private static Object valueOf(Object schema) {
    if (!(schema instanceof Map<?, ?> map)) {
      return "text";
    }
    if (map.containsKey("default")) {
      return map.get("default");
    }
    if (map.get("enum") instanceof List<?> choices && !choices.isEmpty()) {
      return choices.getFirst();
    }
    return switch (String.valueOf(map.get("type"))) {
      case "number", "integer" -> map.get("minimum") instanceof Number least ? least : 1;
      case "boolean" -> true;
      case "array" -> List.of();
      case "object" -> objectOf(map);
      default -> "text";
    };
  }

  /// Makes a call as often as told, and tells what came of it; of many calls how many did well.
  private void repeat(ServerProcess server, Call call) throws Exception {
    long start = System.nanoTime();
    int before = failures;
    new TaskGroup()
        .run(
            group -> {
              for (int i = 0; i < options.times(); i++) {
                group.createTask(() -> callOnce(server, call));
              }
            });
    if (options.times() > 1) {
      int failed = failures - before;
      out.write(
          call.tool() + ": " + (options.times() - failed) + " answers, " + failed + " failures, ");
      out.write((System.nanoTime() - start) / 1_000_000 + " ms\n");
    }
  }

  private void callOnce(ServerProcess server, Call call) {
    String outcome;
    boolean failed = true;
    try {
      var result =
          Asyncio.timeout(
              options.timeout(),
              () ->
                  server.callTool(
                      call.tool(),
                      call.arguments().orElseThrow(),
                      progress -> tell(call.tool() + ": progress " + progress)));
      failed = Boolean.TRUE.equals(result.get("isError"));
      outcome = (failed ? "failed: " : "") + textOf(result);
    } catch (TimeoutException e) {
      outcome = "cancelled after " + options.timeout();
    } catch (RpcException e) {
      outcome = "error " + e.code() + ": " + e.getMessage();
    } catch (Exception e) {
      outcome = "failed: " + e.getMessage();
    }
    if (failed) {
      failures++;
    }
    if (options.times() == 1) {
      out.write(call.tool() + ": " + outcome + "\n");
    }
  }

  private static String textOf(Map<String, Object> result) {
    if (!(result.get("content") instanceof List<?> content)) {
      return Json.write(result);
    }
    return content.stream()
        .map(
            part ->
                switch (part) {
                  case Map<?, ?> map when map.get("text") instanceof String text -> text;
                  case Map<?, ?> map when map.get("type") instanceof String type ->
                      "<" + type + ">";
                  default -> Json.write(part);
                })
        .collect(Collectors.joining("\n"));
  }

  // What the server wants, and says.

  @Override
  public Object request(Request request) throws RpcException {
    if (request.method().equals("ping")) {
      return Map.of();
    }
    throw new RpcException(RpcException.METHOD_NOT_FOUND, "no method " + request.method());
  }

  @Override
  public void notification(String method, Map<String, Object> params) {
    tell("McpClient: " + method + " " + Json.write(params));
  }

  @Override
  public void invalid(RpcException error) {
    tell("McpClient: the server has sent a line that is no message: " + error.getMessage());
  }

  private void passOn(byte[] bytes) throws IOException {
    err.write(bytes);
    err.drain();
  }

  /// Says something on standard error, unless too much waits there already.
  private void tell(String line) {
    if (!err.isClosing() && err.writeTransport().getWriteBufferSize() < MOST_TO_SAY) {
      err.write(line + "\n");
    }
  }
}
