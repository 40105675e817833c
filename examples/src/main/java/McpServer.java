// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.StreamWriter;
import mcp.Connection;
import mcp.Peer;
import mcp.Progress;
import mcp.Request;
import mcp.RpcException;

// The newest first. That of 2025-03-26 has batches, which came and went with it.
static final List<String> VERSIONS = List.of("2025-11-25", "2025-06-18", "2024-11-05");

static final Duration GRACE = Duration.ofMillis(500);
static final int MOST_TO_SAY = 64 * 1024;

/// A server of the Model Context Protocol over standard input and output, for a client to start:
/// `bin/asyncio McpServer`. Its tools are `echo`, `add`, `sleep` and `fail`.
///
/// It ends when its input does: what is under way has half a second to be answered. What it says of
/// itself goes to standard error.
void main(String[] args) throws Exception {
  if (args.length > 0) {
    System.err.println("usage: McpServer");
    System.exit(2);
  }
  System.exit(Asyncio.run(() -> serve()));
}

int serve() throws IOException {
  Task<?> main = Asyncio.currentTask();
  StreamWriter out = Asyncio.stdout();
  StreamWriter log = Asyncio.stderr();
  var server = new ToolServer(out, log);
  Asyncio.getRunningLoop()
      .addSignalHandler(
          "SIGTERM",
          () -> {
            server.terminated = true;
            main.cancel();
          });
  int status = 0;
  try {
    server.connection.run();
    server.connection.finish(GRACE);
  } catch (CancelledError e) {
    if (!server.terminated || main.uncancel() > 0) {
      throw e; // Ctrl-C
    }
    server.say("terminated");
    status = 128 + 15;
  } catch (IOException e) {
    server.say("ends: " + e.getMessage());
    status = 1;
  }
  end(out);
  end(log);
  return status;
}

/// Writes what is not written yet, unless nobody reads it.
void end(StreamWriter stream) {
  stream.close();
  try {
    Asyncio.timeout(GRACE, () -> stream.waitClosed());
  } catch (Exception e) {
    stream.writeTransport().abort();
  }
}

static class ToolServer implements Peer {
  final Connection connection;
  private final StreamWriter log;
  private boolean initialized;
  boolean terminated;

  ToolServer(StreamWriter out, StreamWriter log) throws IOException {
    this.connection = new Connection(Asyncio.stdin(), out, this);
    this.log = log;
  }

  /// Says something on standard error, unless nobody listens: it is not to keep calls waiting.
  void say(String line) {
    if (!log.isClosing() && log.writeTransport().getWriteBufferSize() < MOST_TO_SAY) {
      log.write("McpServer: " + line + "\n");
    }
  }

  @Override
  public Object request(Request request) throws Exception {
    String method = request.method();
    if (method.equals("ping")) {
      return Map.of();
    }
    if (!initialized && !method.equals("initialize")) {
      throw new RpcException(RpcException.INVALID_REQUEST, "initialize comes first");
    }
    return switch (method) {
      case "initialize" -> initialize(request.params());
      case "tools/list" -> Map.of("tools", TOOLS.stream().map(Tool::description).toList());
      case "tools/call" -> call(request);
      default -> throw new RpcException(RpcException.METHOD_NOT_FOUND, "no method " + method);
    };
  }

  private Map<String, Object> initialize(Map<String, Object> params) throws RpcException {
    if (initialized) {
      throw new RpcException(RpcException.INVALID_REQUEST, "initialized already");
    }
    if (!(params.get("protocolVersion") instanceof String wanted)) {
      throw new RpcException(RpcException.INVALID_PARAMS, "protocolVersion is no string");
    }
    initialized = true;
    say("initialized by " + params.get("clientInfo"));
    return Map.of(
        "protocolVersion",
        VERSIONS.contains(wanted) ? wanted : VERSIONS.getFirst(),
        "capabilities",
        Map.of("tools", Map.of()),
        "serverInfo",
        Map.of("name", "asyncio4j-example", "version", "1.0"),
        "instructions",
        "Tools to try a client with.");
  }

  private Map<String, Object> call(Request request) throws Exception {
    Object name = request.params().get("name");
    Tool tool =
        TOOLS.stream()
            .filter(one -> one.name().equals(name))
            .findAny()
            .orElseThrow(() -> new RpcException(RpcException.INVALID_PARAMS, "no tool " + name));
    if (!(request.params().getOrDefault("arguments", Map.of()) instanceof Map<?, ?> arguments)) {
      throw new RpcException(RpcException.INVALID_PARAMS, "arguments are no object");
    }
    try {
      return answer(tool.body().apply(new Arguments(arguments), request), false);
    } catch (IllegalArgumentException e) {
      // A model can read it and do better, so it is an answer and no error of the protocol.
      return answer(name + ": " + e.getMessage(), true);
    } catch (CancelledError e) {
      say(name + " cancelled");
      throw e;
    }
  }

  private static Map<String, Object> answer(String text, boolean isError) {
    return Map.of("content", List.of(Map.of("type", "text", "text", text)), "isError", isError);
  }

  @Override
  public void notification(String method, Map<String, Object> params) {
    if (method.equals("notifications/initialized")) {
      say("ready");
    }
  }

  @Override
  public void invalid(RpcException error) throws IOException {
    connection.refuse(null, error);
  }
}

static final List<Tool> TOOLS =
    List.of(
        Tool.of(
            "echo",
            "Returns a text",
            List.of("text"),
            Map.of("text", "string"),
            (args, _) -> args.text("text")),
        Tool.of(
            "add",
            "Adds two numbers",
            List.of("a", "b"),
            Map.of("a", "number", "b", "number"),
            (args, _) -> add(args)),
        Tool.of(
            "sleep",
            "Sleeps, and tells after each of its steps how far it is",
            List.of("seconds"),
            Map.of("seconds", "number", "steps", "integer"),
            (args, request) -> sleep(args, request)),
        Tool.of(
            "fail",
            "Fails; with internal, as a fault of the server does",
            List.of("message"),
            Map.of("message", "string", "internal", "boolean"),
            (args, _) -> fail(args)));

static String add(Arguments args) {
  double sum = args.number("a", -1e300, 1e300) + args.number("b", -1e300, 1e300);
  return sum == Math.rint(sum) && Math.abs(sum) < 1e15
      ? Long.toString((long) sum)
      : Double.toString(sum);
}

static String sleep(Arguments args, Request request) throws Exception {
  double seconds = args.number("seconds", 0, 3600);
  int steps = args.has("steps") ? (int) args.number("steps", 1, 1000) : 1;
  for (int step = 1; step <= steps; step++) {
    Asyncio.sleep(Duration.ofNanos((long) (seconds * 1e9 / steps)));
    request.report(new Progress(step, (double) steps, "slept " + step + " of " + steps));
  }
  return "slept " + seconds + " s";
}

static String fail(Arguments args) {
  String message = args.text("message");
  if (Boolean.TRUE.equals(args.values().get("internal"))) {
    throw new IllegalStateException(message);
  }
  throw new IllegalArgumentException(message);
}

/// What can be called.
///
/// @param description what a client is told of it
record Tool(String name, Map<String, Object> description, Body body) {
  static Tool of(
      String name, String what, List<String> required, Map<String, String> types, Body body) {
    var properties = new TreeMap<String, Object>();
    types.forEach((property, type) -> properties.put(property, Map.of("type", type)));
    var schema = Map.of("type", "object", "properties", properties, "required", required);
    return new Tool(name, Map.of("name", name, "description", what, "inputSchema", schema), body);
  }
}

/// The arguments of a call; what is missing or of a wrong type is an [IllegalArgumentException].
record Arguments(Map<?, ?> values) {
  String text(String name) {
    if (values.get(name) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(name + " is no string");
  }

  double number(String name, double least, double most) {
    if (!(values.get(name) instanceof Number number)) {
      throw new IllegalArgumentException(name + " is no number");
    }
    double value = number.doubleValue();
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is not in " + least + ".." + most);
    }
    return value;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }
}

interface Body {
  /// Does what a tool does. Suspending.
  String apply(Arguments arguments, Request request) throws Exception;
}
