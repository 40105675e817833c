// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.stream.StreamReader;

/// Gets a page by HTTP and prints its status and body: `bin/asyncio Fetch http://HOST[:PORT]/PATH`.
void main(String[] args) throws Exception {
  URI uri = URI.create(args.length > 0 ? args[0] : "http://127.0.0.1:8080/plaintext");
  if (args.length > 1 || !"http".equals(uri.getScheme()) || uri.getHost() == null) {
    System.err.println("usage: Fetch http://HOST[:PORT]/PATH");
    System.exit(2);
  }
  Asyncio.run(() -> fetch(uri));
}

void fetch(URI uri) throws IOException {
  int port = uri.getPort() < 0 ? 80 : uri.getPort();
  String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
  String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();

  try (var connection = Asyncio.openConnection(uri.getHost(), port)) {
    connection.writer().write("GET " + path + query + " HTTP/1.1\r\n", ISO_8859_1);
    connection.writer().write("Host: " + uri.getRawAuthority() + "\r\n", ISO_8859_1);
    connection.writer().write("Connection: close\r\n\r\n", ISO_8859_1);

    StreamReader reader = connection.reader();
    String status = line(reader);
    Map<String, String> headers = readHeaders(reader);
    byte[] body = readBody(reader, headers);
    IO.println(status + "\n");
    IO.println(new String(body, UTF_8));
  }
}

Map<String, String> readHeaders(StreamReader reader) throws IOException {
  var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
  for (String line = line(reader); !line.isEmpty(); line = line(reader)) {
    String[] field = line.split(":", 2);
    headers.put(field[0], field[1].strip());
  }
  return headers;
}

byte[] readBody(StreamReader reader, Map<String, String> headers) throws IOException {
  if ("chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"))) {
    return readChunks(reader);
  }
  String length = headers.get("Content-Length");
  return length == null ? reader.read() : reader.readexactly(Integer.parseInt(length));
}

byte[] readChunks(StreamReader reader) throws IOException {
  var body = new ByteArrayOutputStream();
  for (int size = chunkSize(reader); size > 0; size = chunkSize(reader)) {
    body.writeBytes(reader.readexactly(size));
    line(reader);
  }
  return body.toByteArray();
}

int chunkSize(StreamReader reader) throws IOException {
  return Integer.parseInt(line(reader).split(";", 2)[0].strip(), 16);
}

String line(StreamReader reader) throws IOException {
  String line = reader.readline(ISO_8859_1);
  if (line == null) {
    throw new EOFException("the server has closed the connection");
  }
  return line;
}
