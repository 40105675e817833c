// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.Asyncio;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/// What [StandardStreamsTest] runs in JVMs of their own: one case, named by the argument.
final class StandardProgram {
  private StandardProgram() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "shout" -> Asyncio.run(() -> shout());
      case "modes" -> Asyncio.run(() -> modes());
      case "much" -> Asyncio.run(() -> much(Integer.parseInt(args[1])));
      case "bye" -> Asyncio.run(() -> Asyncio.stdout().write("bye\n"));
      case "twice" -> {
        Asyncio.run(() -> line());
        System.out.println("between");
        Asyncio.run(() -> line());
      }
      case "older" -> Asyncio.run(() -> older());
      case "waits" -> Asyncio.run(() -> waits());
      case "raw" -> Asyncio.run(() -> raw());
      case "closed" -> Asyncio.run(() -> closed());
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /// Copies its input in capitals, and says on standard error how it ended.
  private static void shout() throws Exception {
    var in = Asyncio.stdin();
    var out = Asyncio.stdout();
    for (byte[] line : in) {
      var text = new String(line, StandardCharsets.US_ASCII);
      out.write(text.toUpperCase(Locale.ROOT));
      out.drain();
    }
    var err = Asyncio.stderr();
    err.write("end\n");
    err.drain();
  }

  /// Says how the open files of its standard streams are while it reads and writes them.
  private static void modes() throws Exception {
    var out = Asyncio.stdout();
    var err = Asyncio.stderr();
    var reading = Asyncio.createTask(() -> Asyncio.stdin().readline());
    Asyncio.sleep(Duration.ofMillis(20));
    for (int fd = 0; fd <= 2; fd++) {
      var info = Files.readString(Path.of("/proc/self/fdinfo/" + fd));
      int flags = Integer.parseInt(info.replaceAll("(?s).*flags:\\s*([0-7]+).*", "$1"), 8);
      out.write(fd + " " + ((flags & 0x800) == 0 ? "blocks" : "does not block") + "\n");
    }
    out.drain();
    err.write("told\n");
    err.drain();
    reading.await();
  }

  private static void much(int bytes) throws Exception {
    var out = Asyncio.stdout();
    out.write(new byte[bytes]);
    out.close();
    out.waitClosed();
  }

  private static void line() throws Exception {
    var line = new String(Asyncio.stdin().readline(), StandardCharsets.US_ASCII);
    Asyncio.stdout().write("got " + line);
  }

  /// Reads by one end, then by a newer one until that is closed, then by the first again.
  private static void older() throws Exception {
    var out = Asyncio.stdout();
    var first = Asyncio.openReadPipe(ReadPipe.stdin());
    var second = Asyncio.openReadPipe(ReadPipe.stdin());
    out.write("second " + new String(second.readline(), StandardCharsets.US_ASCII));
    second.transport().close();
    Asyncio.sleep(Duration.ZERO);
    out.write("go on\n");
    out.drain();
    out.write("first " + new String(first.readline(), StandardCharsets.US_ASCII));
  }

  /// Ends while its input is still open and a read of it is under way.
  private static void waits() throws Exception {
    var reading = Asyncio.createTask(() -> Asyncio.stdin().readline());
    Asyncio.sleep(Duration.ofMillis(50));
    reading.cancel();
    Asyncio.stdout().write("cancelled\n");
  }

  private static void raw() throws Exception {
    try (var _ = Terminal.stdin().raw()) {
      Asyncio.stdout().write("raw\r\n");
      Asyncio.stdin().read(1);
    }
  }

  private static void closed() throws Exception {
    try {
      Asyncio.stdin();
    } catch (java.io.IOException e) {
      Asyncio.stdout().write(e.getMessage() + "\n");
    }
  }
}
