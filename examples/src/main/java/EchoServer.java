// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;

/// Sends back what it gets: `bin/asyncio EchoServer [--host H] [--port P] [--style
/// streams|protocol]`.
void main(String[] args) throws Exception {
  var options =
      new HashMap<>(Map.of("--host", "127.0.0.1", "--port", "8888", "--style", "streams"));
  boolean legal = args.length % 2 == 0;
  for (int i = 0; legal && i < args.length; i += 2) {
    legal = options.replace(args[i], args[i + 1]) != null;
  }
  legal &= options.get("--port").matches("\\d{1,5}");
  String style = options.get("--style");
  if (!legal || !Set.of("streams", "protocol").contains(style)) {
    System.err.println("usage: EchoServer [--host H] [--port P] [--style streams|protocol]");
    System.exit(2);
  }
  String host = options.get("--host");
  int port = Integer.parseInt(options.get("--port"));

  Asyncio.run(
      () -> {
        try (Server server = start(style, host, port)) {
          var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
          IO.println("serving on " + address.getHostString() + ":" + address.getPort());
          server.serveForever();
        }
      });
}

Server start(String style, String host, int port) throws IOException {
  return style.equals("streams")
      ? Asyncio.startServer(this::echo, host, port)
      : Asyncio.getRunningLoop().createServer(EchoProtocol::new, host, port);
}

/// Streams: a task per connection, which reads and writes straight down.
void echo(StreamReader reader, StreamWriter writer) throws IOException {
  try (writer) {
    while (!reader.atEof()) {
      writer.write(reader.read(64 * 1024));
      writer.drain();
    }
  }
}

/// Protocol: an object per connection, which the loop calls.
static class EchoProtocol implements Protocol {
  private Transport transport;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    transport.write(data);
  }

  @Override
  public void pauseWriting() {
    transport.pauseReading();
  }

  @Override
  public void resumeWriting() {
    transport.resumeReading();
  }
}
