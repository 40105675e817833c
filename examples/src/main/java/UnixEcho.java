// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;

/// Sends back what it gets, over a unix socket: `bin/asyncio UnixEcho --path PATH`.
///
/// A path that begins with `@` is an abstract name, which has no file.
void main(String[] args) throws Exception {
  if (args.length != 2 || !args[0].equals("--path") || args[1].isEmpty()) {
    System.err.println("usage: UnixEcho --path PATH");
    System.exit(2);
  }
  String shown = args[1];
  String path = shown.startsWith("@") ? "\0" + shown.substring(1) : shown;
  Asyncio.run(
      () -> {
        try (Server server = Asyncio.startUnixServer(this::echo, path)) {
          IO.println("serving on " + shown);
          server.serveForever();
        }
      });
}

void echo(StreamReader reader, StreamWriter writer) throws IOException {
  try (writer) {
    while (!reader.atEof()) {
      writer.write(reader.read(64 * 1024));
      writer.drain();
    }
  }
}
