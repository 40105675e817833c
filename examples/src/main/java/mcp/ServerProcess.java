// SPDX-License-Identifier: Apache-2.0
package mcp;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.process.ProcessShutdown;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A server of the Model Context Protocol that this process has started, and the connection to it.
/// Loop thread only.
///
/// With native access it leads a session of its own: all that it has started ends with it, and a
/// Ctrl-C does not reach it but by way of us.
public final class ServerProcess implements AutoCloseable {
  /// The versions of the protocol that are understood, first what is asked for.
  public static final List<String> VERSIONS =
      List.of("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");

  /// How long its pipes may stay open behind its end, which something else that holds them can
  /// cause.
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private static final int PIECE = 64 * 1024;

  /// Takes what a server writes to its standard error.
  public interface Log {
    /// Takes some of it; while it suspends no more is read.
    void write(byte[] bytes) throws IOException;
  }

  private final Process process;
  private final Duration grace;
  private final Connection connection;
  private final Task<?> receiving;
  private final Task<?> logging;

  private ServerProcess(Process process, Duration grace, Peer peer, Log log) {
    this.process = process;
    this.grace = grace;
    this.connection = new Connection(process.stdout(), process.stdin(), peer);
    this.receiving = Asyncio.createTask(this::receive, "receiving");
    this.logging = Asyncio.createTask(() -> pass(log), "logging");
  }

  /// Starts a server. Suspending.
  ///
  /// @param grace how long it has to end after each step of its shutdown
  /// @throws IOException when the command cannot be started
  public static ServerProcess start(List<String> command, Duration grace, Peer peer, Log log)
      throws IOException {
    var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE);
    Process process;
    try {
      process = Asyncio.createSubprocessExec(pipes.startNewSession(true), command);
    } catch (UnsupportedOperationException e) {
      process = Asyncio.createSubprocessExec(pipes, command);
    }
    return new ServerProcess(process, grace, peer, log);
  }

  private void receive() {
    try {
      connection.run();
    } catch (IOException e) {
      // It is what every request fails with from now on; and what else the server says nobody
      // reads.
      var output = process.stdout().transport();
      if (output != null) {
        output.close();
      }
    } finally {
      connection.finish(Duration.ZERO);
    }
  }

  private void pass(Log log) throws IOException {
    boolean wanted = true;
    for (byte[] bytes = read(); bytes.length > 0; bytes = read()) {
      try {
        if (wanted) {
          log.write(bytes);
        }
      } catch (IOException e) {
        // Who does not read the log does not stop the server.
        wanted = false;
      }
    }
  }

  private byte[] read() throws IOException {
    return process.stderr().read(PIECE);
  }

  /// Begins the session. Suspending.
  ///
  /// @return what the server says of itself: `protocolVersion`, `serverInfo`, `capabilities` and,
  ///   perhaps, `instructions`
  /// @throws IOException when it speaks no version that is understood
  public Map<String, Object> initialize(String name, String version)
      throws IOException, RpcException {
    var params = new LinkedHashMap<String, Object>();
    params.put("protocolVersion", VERSIONS.getFirst());
    params.put("capabilities", Map.of());
    params.put("clientInfo", Map.of("name", name, "version", version));
    Map<String, Object> server = connection.call("initialize", params);
    Object spoken = server.get("protocolVersion");
    if (!VERSIONS.contains(spoken)) {
      throw new IOException("the server speaks version " + spoken + ", not one of " + VERSIONS);
    }
    connection.notify("notifications/initialized", Map.of());
    return server;
  }

  /// Returns the tools of the server, page by page until there is no more. Suspending.
  public List<Map<String, Object>> listTools() throws IOException, RpcException {
    var tools = new ArrayList<Map<String, Object>>();
    var seen = new HashSet<Object>();
    Object cursor = null;
    do {
      Map<String, Object> page =
          connection.call("tools/list", cursor == null ? Map.of() : Map.of("cursor", cursor));
      if (!(page.get("tools") instanceof List<?> some)) {
        throw new IOException("tools/list: the result has no tools: " + Json.write(page));
      }
      for (Object tool : some) {
        if (!(tool instanceof Map<?, ?> map) || !(map.get("name") instanceof String)) {
          throw new IOException("tools/list: a tool without a name: " + Json.write(tool));
        }
        @SuppressWarnings("unchecked") // Json makes no other
        var members = (Map<String, Object>) map;
        tools.add(members);
      }
      cursor = page.get("nextCursor");
    } while (cursor != null && seen.add(cursor));
    return tools;
  }

  /// Calls a tool. Suspending; when the task is cancelled the server is told so.
  ///
  /// @param onProgress called when the server tells how far it is
  /// @return `content` and, if it has failed, `isError`
  public Map<String, Object> callTool(
      String name, Map<String, Object> arguments, Consumer<Progress> onProgress)
      throws IOException, RpcException {
    return connection.call("tools/call", Map.of("name", name, "arguments", arguments), onProgress);
  }

  /// Asks whether the server is there. Suspending.
  public void ping() throws IOException, RpcException {
    var _ = connection.call("ping", Map.of());
  }

  /// Returns the number of the process.
  public int pid() {
    return process.pid();
  }

  /// Ends the server in the order of the protocol: closes its input and waits, sends SIGTERM and
  /// waits, sends SIGKILL. Suspending; a task that is cancelled meanwhile kills it at once.
  public ProcessShutdown shutdown() {
    try {
      ProcessShutdown end = process.shutdown(grace);
      // What is in its pipes is worth reading.
      var _ = Asyncio.wait(List.of(receiving, logging), LAST_WORDS);
      return end;
    } finally {
      receiving.cancel();
      logging.cancel();
    }
  }

  /// Ends the server, if that is not done, and closes the pipes. Suspending.
  @Override
  public void close() {
    try {
      var _ = shutdown();
    } finally {
      process.close();
    }
  }
}
