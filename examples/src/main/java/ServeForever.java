// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;

/// Greets whoever says a name, until SIGTERM or Ctrl-C: `bin/asyncio ServeForever [--port P]`.
///
/// On SIGTERM it accepts nobody any more and gives those who are there two seconds to end.
void main(String[] args) throws Exception {
  if (args.length != 0 && !String.join(" ", args).matches("--port \\d{1,5}")) {
    System.err.println("usage: ServeForever [--port P]");
    System.exit(2);
  }
  int port = args.length == 0 ? 8888 : Integer.parseInt(args[1]);
  Asyncio.run(() -> serve(port));
}

// Set by SIGTERM: that cancels the main task as Ctrl-C does, which is to end the program otherwise.
boolean terminated;

void serve(int port) throws IOException {
  Task<?> main = Asyncio.currentTask();
  try (Server server = Asyncio.startServer(this::clientConnected, "127.0.0.1", port)) {
    Asyncio.getRunningLoop()
        .addSignalHandler(
            "SIGTERM",
            () -> {
              terminated = true;
              main.cancel();
            });
    IO.println("serving on 127.0.0.1:" + server.port());
    try {
      server.serveForever();
    } catch (CancelledError e) {
      if (!terminated || main.uncancel() > 0) {
        throw e;
      }
      server.shutdown(Duration.ofSeconds(2));
      IO.println("served");
    }
  }
}

void clientConnected(StreamReader reader, StreamWriter writer) throws IOException {
  try (writer) {
    for (String name : reader.lines()) {
      writer.write("Hello, " + name + "\n");
      writer.drain();
    }
  }
}
