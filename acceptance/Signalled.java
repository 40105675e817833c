// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.sync.Event;

// Loop thread.
static long handled;
static long offLoop;
static long lastNanos;
static long roundTrips;
static long failed;

/// What `signals.py` sends signals to, while as many clients as told are echoed: `Signalled
/// CLIENTS`. On SIGTERM it tells what there was.
void main(String[] args) throws Exception {
  int clients = Integer.parseInt(args[0]);
  Asyncio.run(
      () -> {
        EventLoop loop = Asyncio.getRunningLoop();
        var end = new Event();
        loop.addSignalHandler("SIGUSR1", () -> handle(loop));
        loop.addSignalHandler("SIGTERM", end::set);
        try (Server server = Asyncio.startServer(this::echo, "127.0.0.1", 0)) {
          for (int i = 0; i < clients; i++) {
            Asyncio.createTask(() -> talk(server.port(), end));
          }
          IO.println("ready");
          end.await();
        }
      });
  IO.println(handled + " " + offLoop + " " + lastNanos + " " + roundTrips + " " + failed);
}

void handle(EventLoop loop) {
  handled++;
  if (Asyncio.getRunningLoop() != loop) {
    offLoop++;
  }
  lastNanos = System.nanoTime();
}

void echo(StreamReader reader, StreamWriter writer) throws IOException {
  try (writer) {
    while (!reader.atEof()) {
      writer.write(reader.read(64 * 1024));
      writer.drain();
    }
  }
}

void talk(int port, Event end) {
  byte[] data = new byte[1024];
  while (!end.isSet()) {
    // A new connection now and then: accept and connect are calls that can be interrupted.
    try (var connection = Asyncio.openConnection("127.0.0.1", port)) {
      for (int i = 0; i < 100 && !end.isSet(); i++) {
        connection.writer().write(data);
        connection.reader().readexactly(data.length);
        roundTrips++;
      }
    } catch (IOException e) {
      failed++;
      e.printStackTrace();
    }
  }
}
