// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;

/// Watches the end of a pipe until something can be read there: `bin/asyncio WatchFd [TEXT]`.
void main(String[] args) throws Exception {
  if (args.length > 1) {
    System.err.println("usage: WatchFd [TEXT]");
    System.exit(2);
  }
  String text = args.length == 0 ? "abc" : args[0];
  Asyncio.run(() -> IO.println("Received: " + passThrough(text)));
}

String passThrough(String text) throws Exception {
  EventLoop loop = Asyncio.getRunningLoop();
  Future<String> received = loop.createFuture();
  var pipe = Pipe.open();
  try (var source = pipe.source();
      var sink = pipe.sink()) {
    source.configureBlocking(false);
    loop.addReader(
        source,
        () -> {
          loop.removeReader(source); // else it is called again while there is more to read
          read(source, received);
        });
    loop.callSoon(() -> write(sink, text)); // as if somebody else wrote it
    return received.await();
  }
}

void read(ReadableByteChannel source, Future<String> received) {
  var buffer = ByteBuffer.allocate(100);
  try {
    source.read(buffer);
    received.setResult(UTF_8.decode(buffer.flip()).toString());
  } catch (IOException e) {
    received.setException(e);
  }
}

void write(WritableByteChannel sink, String text) {
  try {
    sink.write(UTF_8.encode(text));
  } catch (IOException e) {
    throw new UncheckedIOException(e); // to the loop's exception handler
  }
}
