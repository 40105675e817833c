// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;

/// Says something to an echo server and prints what comes back: `bin/asyncio EchoClient [--host H]
/// [--port P] [--style streams|protocol] [LINE...]`.
void main(String[] args) throws Exception {
  var options =
      new HashMap<>(Map.of("--host", "127.0.0.1", "--port", "8888", "--style", "streams"));
  var words = new ArrayDeque<>(List.of(args));
  while (words.size() > 1 && options.containsKey(words.element())) {
    options.put(words.remove(), words.remove());
  }
  String style = options.get("--style");
  String choice = style + " " + options.get("--port");
  if (!choice.matches("(streams|protocol) \\d{1,5}") || String.join(" ", words).startsWith("--")) {
    System.err.println("usage: EchoClient [--host H] [--port P] [--style STYLE] [LINE...]");
    System.exit(2);
  }
  String host = options.get("--host");
  int port = Integer.parseInt(options.get("--port"));
  String text = (words.isEmpty() ? "Hello World!" : String.join("\n", words)) + "\n";
  switch (style) {
    case "streams" -> Asyncio.run(() -> talk(host, port, text));
    case "protocol" -> Asyncio.run(() -> talkByProtocol(host, port, text));
  }
}

/// Streams: write, then read, straight down.
void talk(String host, int port, String text) throws IOException {
  try (var connection = Asyncio.openConnection(host, port)) {
    connection.writer().write(text, UTF_8);
    connection.writer().writeEof();
    for (String line : connection.reader().lines(UTF_8)) {
      IO.println(line);
    }
  }
}

/// Protocol: the loop calls it, and its last call completes a future.
void talkByProtocol(String host, int port, String text) throws Exception {
  var loop = Asyncio.getRunningLoop();
  Future<String> answer = loop.createFuture();
  loop.createConnection(
      () -> new EchoProtocol(text, new ByteArrayOutputStream(), answer), host, port);
  IO.print(answer.await());
}

record EchoProtocol(String text, ByteArrayOutputStream received, Future<String> answer)
    implements Protocol {
  @Override
  public void connectionMade(BaseTransport transport) {
    var output = (Transport) transport;
    output.write(text.getBytes(UTF_8));
    output.writeEof();
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    received.writeBytes(bytes);
  }

  @Override
  public void connectionLost(Exception exc) {
    if (exc == null) {
      answer.setResult(received.toString(UTF_8));
    } else {
      answer.setException(exc);
    }
  }
}
