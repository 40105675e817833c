// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import io.github.asyncio4j.stream.LimitOverrunException;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import java.nio.channels.FileChannel;
import javax.net.ssl.SSLContext;

static final Duration IDLE = Duration.ofSeconds(30);
static final Pattern REQUEST = Pattern.compile("([A-Z]+) (/[!-~]*) HTTP/1\\.([01])");
static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})?-(\\d{1,18})?");

static final String USAGE =
    "usage: StaticFiles --root DIR [--port P] [--tls --cert FILE --key FILE]";

/// Serves the files of a directory: `bin/asyncio StaticFiles --root DIR [--port P]`, over TLS with
/// `--tls --cert FILE --key FILE`, which are PEM files.
void main(String[] args) throws Exception {
  Map<String, String> options = options(args);
  var root = Path.of(options.get("--root")).toRealPath();
  int port = Integer.parseInt(options.get("--port"));
  var server =
      options.containsKey("--tls")
          ? ServerOptions.DEFAULT.ssl(
              context(Path.of(options.get("--cert")), Path.of(options.get("--key"))))
          : ServerOptions.DEFAULT;
  Asyncio.run(() -> serve(root, port, server));
}

/// Reads the command line.
Map<String, String> options(String[] args) {
  var options = new HashMap<>(Map.of("--port", "8080"));
  int at = 0;
  while (at < args.length) {
    // All but one have a value.
    boolean alone = args[at].equals("--tls");
    options.put(args[at], alone || at + 1 == args.length ? "" : args[at + 1]);
    at += alone ? 1 : 2;
  }
  var wanted = new HashSet<>(Set.of("--port", "--root"));
  if (options.containsKey("--tls")) {
    wanted.addAll(Set.of("--tls", "--cert", "--key"));
  }
  boolean complete = at == args.length && options.keySet().equals(wanted);
  if (!complete || !options.get("--port").matches("\\d{1,5}")) {
    System.err.println(USAGE);
    System.exit(2);
  }
  return options;
}

/// Returns the context of a server that has a certificate and asks clients for none.
SSLContext context(Path cert, Path key) throws IOException {
  return Ssl.createDefaultContext(
      Purpose.CLIENT_AUTH, SslContextOptions.DEFAULT.loadCertChain(cert, key));
}

void serve(Path root, int port, ServerOptions options) throws Exception {
  try (var server =
      Asyncio.startServer((r, w) -> answerAll(root, r, w), "127.0.0.1", port, options)) {
    IO.println("serving on 127.0.0.1:" + server.port());
    server.serveForever();
  }
}

/// Answers the requests of one connection.
void answerAll(Path root, StreamReader reader, StreamWriter writer) throws Exception {
  try (writer) {
    boolean goesOn = true;
    while (goesOn) {
      String head = head(reader);
      goesOn = !head.isEmpty() && answer(root, head, writer);
    }
  } catch (IOException e) {
    return; // The client has gone.
  }
}

/// Reads the head of a request; empty when there is none.
String head(StreamReader reader) throws Exception {
  try {
    return new String(Asyncio.waitFor(() -> reader.readuntil("\r\n\r\n"), IDLE), ISO_8859_1);
  } catch (TimeoutException | EOFException | LimitOverrunException e) {
    return "";
  }
}

/// Answers a request, and tells whether the connection stays open.
boolean answer(Path root, String head, StreamWriter writer) throws Exception {
  String[] lines = head.split("\r\n");
  var request = REQUEST.matcher(lines[0]);
  var fields = fields(lines);
  if (!request.matches() || hasBody(fields)) {
    return respond(writer, "400 Bad Request", false, "Content-Length: 0");
  }
  String connection = fields.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
  boolean stays =
      request.group(3).equals("1") ? !connection.equals("close") : connection.equals("keep-alive");
  String method = request.group(1);
  if (!method.equals("GET") && !method.equals("HEAD")) {
    return respond(
        writer, "405 Method Not Allowed", stays, "Allow: GET, HEAD", "Content-Length: 0");
  }
  try (var file = open(root, request.group(2))) {
    return send(file, fields.get("range"), method.equals("HEAD"), stays, writer);
  } catch (NoSuchFileException e) {
    return respond(writer, "404 Not Found", stays, "Content-Length: 0");
  }
}

Map<String, String> fields(String[] lines) {
  var fields = new HashMap<String, String>();
  for (int i = 1; i < lines.length; i++) {
    String[] field = lines[i].split(":", 2);
    fields.put(field[0].toLowerCase(Locale.ROOT), field.length < 2 ? "" : field[1].strip());
  }
  return fields;
}

boolean hasBody(Map<String, String> fields) {
  return fields.containsKey("transfer-encoding")
      || !fields.getOrDefault("content-length", "0").equals("0");
}

boolean respond(StreamWriter writer, String status, boolean stays, String... fields)
    throws IOException {
  var head = new StringBuilder("HTTP/1.1 " + status + "\r\nServer: asyncio4j\r\n");
  for (String field : fields) {
    head.append(field).append("\r\n");
  }
  head.append("Connection: ").append(stays ? "keep-alive" : "close").append("\r\n\r\n");
  writer.write(head.toString(), ISO_8859_1);
  writer.drain();
  return stays;
}

/// Opens the file that a request asks for.
///
/// @throws NoSuchFileException when there is none, or it is not in the root
FileChannel open(Path root, String target) throws IOException {
  Path path;
  try {
    // To the decoder a plus is a blank.
    String name = URLDecoder.decode(target.split("\\?", 2)[0].replace("+", "%2B"), UTF_8);
    path = root.resolve(name.substring(1)).normalize();
    path = Files.isDirectory(path) ? path.resolve("index.html") : path;
    // By now all dots and links are gone, also those that were encoded.
    path = path.toRealPath();
  } catch (IllegalArgumentException | IOException e) {
    throw new NoSuchFileException(target);
  }
  // A pipe or a device would not answer.
  if (!path.startsWith(root) || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
    throw new NoSuchFileException(target);
  }
  try {
    return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  } catch (IOException e) {
    throw new NoSuchFileException(target);
  }
}

/// Sends a file, or the part of it that is asked for.
boolean send(FileChannel file, String wanted, boolean headOnly, boolean stays, StreamWriter writer)
    throws IOException {
  long size = file.size();
  long from = 0;
  long to = size;
  var range = RANGE.matcher(wanted == null ? "" : wanted);
  // What is no range, or several, may be ignored.
  boolean partial = range.matches() && (range.group(1) != null || range.group(2) != null);
  if (partial) {
    long last = range.group(2) == null ? Long.MAX_VALUE : Long.parseLong(range.group(2));
    from = range.group(1) == null ? Math.max(0, size - last) : Long.parseLong(range.group(1));
    to = range.group(1) == null || last >= size ? size : last + 1;
    if (from >= to) {
      return respond(
          writer,
          "416 Range Not Satisfiable",
          stays,
          "Content-Range: bytes */" + size,
          "Content-Length: 0");
    }
  }
  respond(
      writer,
      partial ? "206 Partial Content" : "200 OK",
      stays,
      "Accept-Ranges: bytes",
      "Content-Range: bytes " + from + "-" + (to - 1) + "/" + size,
      "Content-Type: application/octet-stream",
      "Content-Length: " + (to - from));
  if (headOnly || from == to) {
    return stays;
  }
  long sent = Asyncio.getRunningLoop().sendfile(writer.transport(), file, from, to - from);
  // A file that was cut meanwhile leaves the client waiting.
  return stays && sent == to - from;
}
