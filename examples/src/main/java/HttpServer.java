// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;

static final Map<String, String> PAGES = Map.of("/", "asyncio4j\n", "/plaintext", "Hello, World!");

/// Answers HTTP requests: `bin/asyncio HttpServer [--port P]`.
void main(String[] args) throws Exception {
  if (args.length != 0 && !String.join(" ", args).matches("--port \\d{1,5}")) {
    System.err.println("usage: HttpServer [--port P]");
    System.exit(2);
  }
  int port = args.length == 0 ? 8080 : Integer.parseInt(args[1]);
  Asyncio.run(
      () -> {
        var loop = Asyncio.getRunningLoop();
        var options = ServerOptions.DEFAULT.backlog(1024);
        try (var server = loop.createServer(HttpProtocol::new, "127.0.0.1", port, options)) {
          var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
          IO.println("serving on " + address.getHostString() + ":" + address.getPort());
          server.serveForever();
        }
      });
}

/// One connection. Answers all requests that have come with one write, keeps the start of the next.
static class HttpProtocol implements Protocol {
  static final Pattern GET = Pattern.compile("GET ([!-~]+) HTTP/1\\.([01])(\r\n[\\s\\S]*)?");
  static final Pattern BODY = Pattern.compile("\n(content-length|transfer-encoding):");
  static final Pattern CLOSE = Pattern.compile("\nconnection: *close");
  static final Pattern KEEP = Pattern.compile("\nconnection: *keep-alive");
  static final String END = "\r\n\r\n";

  private Transport transport;
  private String input = "";
  private boolean closing;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    input += ISO_8859_1.decode(data);
    var output = new StringBuilder();
    int start = 0;
    for (int end = input.indexOf(END); !closing && end >= 0; end = input.indexOf(END, start)) {
      output.append(answer(input.substring(start, end)));
      start = end + END.length();
    }
    input = input.substring(start);
    closing |= input.length() > 8 * 1024;
    transport.write(output.toString().getBytes(ISO_8859_1));
    if (closing) {
      transport.close();
    }
  }

  private String answer(String head) {
    var request = GET.matcher(head);
    String fields = head.toLowerCase(Locale.ROOT);
    boolean legal = request.matches() && !BODY.matcher(fields).find();
    boolean old = legal && request.group(2).equals("0") && !KEEP.matcher(fields).find();
    closing = !legal || old || CLOSE.matcher(fields).find();
    String page = legal ? PAGES.get(request.group(1)) : null;
    String status = page != null ? "200 OK" : legal ? "404 Not Found" : "400 Bad Request";
    String text = Objects.requireNonNullElse(page, "");
    return ("HTTP/1.1 " + status + "\r\nServer: asyncio4j\r\nContent-Type: text/plain\r\n")
        + ("Connection: " + (closing ? "close" : "keep-alive") + "\r\n")
        + ("Content-Length: " + text.length() + "\r\n\r\n" + text);
  }
}
