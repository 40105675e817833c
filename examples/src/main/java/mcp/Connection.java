// SPDX-License-Identifier: Apache-2.0
package mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.LimitOverrunException;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One end of a connection that speaks JSON-RPC 2.0, a message a line, as the Model Context
/// Protocol has it: both ends may make requests, cancel them, and tell of their progress.
///
/// Any number of requests may be under way in each direction, up to a limit for those of the other
/// end. Each of those is answered in a task of its own. Loop thread only.
public final class Connection {
  /// The longest line that is taken, in bytes.
  public static final int LONGEST_LINE = 16 * 1024 * 1024;

  /// How many requests of the other end are answered at a time; what is more is refused.
  public static final int MOST_REQUESTS = 10_000;

  private static final String CANCELLED = "notifications/cancelled";
  private static final String PROGRESS = "notifications/progress";

  /// A request of ours that has no answer yet.
  private record Pending(Future<Object> answer, Consumer<Progress> onProgress) {}

  private final StreamReader in;
  private final StreamWriter out;
  private final Peer peer;

  // All below: loop thread.
  private final Map<Object, Pending> pending = new HashMap<>();
  private final Map<Object, Task<?>> answering = new LinkedHashMap<>();
  private long lastId;
  // Why no request can be made any more, or null.
  private IOException over;

  public Connection(StreamReader in, StreamWriter out, Peer peer) {
    this.in = in;
    this.out = out;
    this.peer = peer;
  }

  // Receiving.

  /// Takes what the other end sends, until it ends its output. Then requests that wait for an
  /// answer fail; those of the other end go on, see [#finish]. Suspending.
  ///
  /// @throws IOException when the connection fails, a line is too long, or the last one is cut
  public void run() throws IOException {
    var reason = new IOException("the connection is closed");
    try {
      for (byte[] line = readLine(); line.length > 0; line = readLine()) {
        if (line[line.length - 1] != '\n') {
          throw new EOFException("the other end has closed its output in the middle of a line");
        }
        receive(line);
      }
      reason = new EOFException("the other end has closed its output");
    } catch (IOException e) {
      reason = e;
      throw e;
    } finally {
      end(reason);
    }
  }

  private byte[] readLine() throws IOException {
    try {
      return in.readline(LONGEST_LINE);
    } catch (LimitOverrunException e) {
      // Whose request it is will never be known, so nobody may wait for the answer.
      String fault = "a line of more than " + LONGEST_LINE + " bytes";
      peer.invalid(new RpcException(RpcException.INVALID_REQUEST, fault));
      throw new IOException("the other end has sent " + fault);
    }
  }

  private void end(IOException reason) {
    over = reason;
    for (Pending request : pending.values()) {
      if (!request.answer.done()) {
        request.answer.setException(failure());
      }
    }
    pending.clear();
  }

  /// Each request has an exception of its own, whose stack trace tells where it was made.
  private IOException failure() {
    return new IOException(over.getMessage(), over);
  }

  private void receive(byte[] line) throws IOException {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      if (text.isBlank()) {
        return;
      }
      if (!(Json.parse(text) instanceof Map<?, ?> object)) {
        throw new RpcException(
            RpcException.INVALID_REQUEST, "not an object; batches are not taken");
      }
      @SuppressWarnings("unchecked") // Json makes no other
      var message = (Map<String, Object>) object;
      receive(message);
    } catch (JsonException e) {
      peer.invalid(new RpcException(RpcException.PARSE_ERROR, e.getMessage()));
    } catch (CharacterCodingException e) {
      peer.invalid(new RpcException(RpcException.PARSE_ERROR, "not UTF-8"));
    } catch (RpcException e) {
      peer.invalid(e);
    }
  }

  private void receive(Map<String, Object> message) throws RpcException, IOException {
    Object id = message.get("id");
    boolean hasId = id instanceof String || id instanceof Long;
    if (!message.containsKey("method")) {
      if (!message.containsKey("result") && !message.containsKey("error")) {
        throw new RpcException(RpcException.INVALID_REQUEST, "neither a method nor a result");
      }
      answered(id, message);
      return;
    }
    RpcException fault = faultOf(message, hasId);
    if (fault == null && hasId) {
      receiveRequest(id, (String) message.get("method"), paramsOf(message));
    } else if (fault == null) {
      receiveNotification((String) message.get("method"), paramsOf(message));
    } else if (hasId) {
      refuse(id, fault);
    } else if (message.containsKey("id") || fault.code() == RpcException.INVALID_REQUEST) {
      throw fault;
    }
  }

  private static RpcException faultOf(Map<String, Object> message, boolean hasId) {
    Object params = message.get("params");
    String fault = null;
    if (!"2.0".equals(message.get("jsonrpc"))) {
      fault = "jsonrpc is not \"2.0\"";
    } else if (!(message.get("method") instanceof String)) {
      fault = "method is no string";
    } else if (message.containsKey("id") && !hasId) {
      fault = "id is neither a string nor an integer";
    } else if (message.containsKey("params")
        && !(params instanceof Map || params instanceof List)) {
      fault = "params are no object";
    }
    if (fault != null) {
      return new RpcException(RpcException.INVALID_REQUEST, fault);
    }
    // By position they are legal, but no method has such.
    return params instanceof List
        ? new RpcException(RpcException.INVALID_PARAMS, "params by position")
        : null;
  }

  @SuppressWarnings("unchecked") // Json makes no other
  private static Map<String, Object> paramsOf(Map<String, Object> message) {
    return (Map<String, Object>) message.getOrDefault("params", Map.of());
  }

  private void answered(Object id, Map<String, Object> message) {
    // One that we have cancelled may have been answered before.
    Pending request = pending.remove(id);
    if (request == null || request.answer.done()) {
      return;
    }
    if (message.get("error") instanceof Map<?, ?> error) {
      int code = error.get("code") instanceof Long number ? number.intValue() : 0;
      request.answer.setException(new RpcException(code, String.valueOf(error.get("message"))));
    } else {
      request.answer.setResult(message.get("result"));
    }
  }

  private void receiveNotification(String method, Map<String, Object> params) {
    switch (method) {
      case CANCELLED -> {
        // No answer is sent for it.
        Task<?> task = answering.remove(params.get("requestId"));
        if (task != null) {
          task.cancel();
        }
      }
      case PROGRESS -> {
        Pending request = pending.get(params.get("progressToken"));
        if (request != null && request.onProgress != null) {
          request.onProgress.accept(Progress.of(params));
        }
      }
      default -> peer.notification(method, params);
    }
  }

  private void receiveRequest(Object id, String method, Map<String, Object> params)
      throws IOException {
    if (answering.containsKey(id)) {
      refuse(
          id,
          new RpcException(RpcException.INVALID_REQUEST, "a request with this id is under way"));
    } else if (answering.size() >= MOST_REQUESTS) {
      refuse(id, new RpcException(RpcException.BUSY, MOST_REQUESTS + " requests are under way"));
    } else {
      var request = new Request(this, method, params);
      answering.put(id, Asyncio.createTask(() -> answer(id, request), method + " " + id));
    }
  }

  private void answer(Object id, Request request) {
    try {
      try {
        sendAnswer(id, "result", resultOf(request));
      } catch (RpcException e) {
        refuse(id, e);
      }
    } catch (IOException e) {
      // Nobody is there to be told; run() finds out by itself.
    } finally {
      answering.remove(id, Asyncio.currentTask());
    }
  }

  private Object resultOf(Request request) throws RpcException {
    try {
      return peer.request(request);
    } catch (RpcException e) {
      throw e;
    } catch (Exception e) {
      throw new RpcException(RpcException.INTERNAL_ERROR, e.toString());
    }
  }

  /// Answers by an error.
  ///
  /// @param id null when it is not known
  public void refuse(Object id, RpcException error) throws IOException {
    sendAnswer(id, "error", Map.of("code", error.code(), "message", error.getMessage()));
  }

  private void sendAnswer(Object id, String kind, Object what) throws IOException {
    Map<String, Object> message = newMessage();
    message.put("id", id);
    message.put(kind, what);
    send(message);
  }

  /// Waits until all requests of the other end are answered; those that are not at the end of the
  /// time are cancelled. Suspending.
  public void finish(Duration grace) {
    var tasks = List.copyOf(answering.values());
    if (!tasks.isEmpty()) {
      try {
        var _ = Asyncio.wait(tasks, grace);
      } finally {
        tasks.forEach(Task::cancel);
      }
      var _ = Asyncio.wait(tasks);
    }
  }

  // Sending.

  /// Makes a request and waits for its result; as [#call(String, Map, Consumer)], without progress.
  public Map<String, Object> call(String method, Map<String, Object> params)
      throws IOException, RpcException {
    return call(method, params, null);
  }

  /// Makes a request and waits for its result. Suspending. When the task is cancelled the other end
  /// is told so, and its answer, if there is one, dropped.
  ///
  /// @param onProgress called when the other end tells how far it is; null for not to ask
  /// @throws RpcException what the other end has answered instead
  /// @throws IOException when the connection has ended
  public Map<String, Object> call(
      String method, Map<String, Object> params, Consumer<Progress> onProgress)
      throws IOException, RpcException {
    if (over != null) {
      throw failure();
    }
    long id = ++lastId;
    var request = new Pending(Asyncio.getRunningLoop().createFuture(), onProgress);
    Map<String, Object> message = newMessage();
    message.put("id", id);
    message.put("method", method);
    message.put("params", onProgress == null ? params : withToken(params, id));
    pending.put(id, request);
    try {
      send(message);
      if (request.answer.await() instanceof Map<?, ?> result) {
        @SuppressWarnings("unchecked") // Json makes no other
        var members = (Map<String, Object>) result;
        return members;
      }
      throw new RpcException(RpcException.INTERNAL_ERROR, method + ": the result is no object");
    } catch (CancelledError e) {
      // Of the first request the protocol says that it must not be cancelled.
      if (pending.containsKey(id) && !method.equals("initialize") && !out.isClosing()) {
        out.write(line(notification(CANCELLED, Map.of("requestId", id, "reason", "cancelled"))));
      }
      throw e;
    } catch (IOException | RpcException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      pending.remove(id);
      if (!request.answer.cancel()) {
        ignoreFailure(request.answer);
      }
    }
  }

  /// Where it was the sending that has failed, nobody has asked for the answer, nor is to be told
  /// so.
  private static void ignoreFailure(Future<Object> answer) {
    if (!answer.cancelled()) {
      var _ = answer.exception();
    }
  }

  private static Map<String, Object> withToken(Map<String, Object> params, long id) {
    var all = new LinkedHashMap<>(params);
    all.put("_meta", Map.of("progressToken", id));
    return all;
  }

  /// Sends a notification. Suspending.
  public void notify(String method, Map<String, Object> params) throws IOException {
    send(notification(method, params));
  }

  private static Map<String, Object> notification(String method, Map<String, Object> params) {
    Map<String, Object> message = newMessage();
    message.put("method", method);
    message.put("params", params);
    return message;
  }

  private static Map<String, Object> newMessage() {
    var message = new LinkedHashMap<String, Object>();
    message.put("jsonrpc", "2.0");
    return message;
  }

  /// Messages never mix, for each is one write; and who sends faster than the other end reads
  /// waits.
  private void send(Map<String, Object> message) throws IOException {
    out.write(line(message));
    out.drain();
  }

  private static byte[] line(Map<String, Object> message) {
    return (Json.write(message) + "\n").getBytes(UTF_8);
  }
}
