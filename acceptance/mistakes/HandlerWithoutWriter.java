// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class HandlerWithoutWriter {
  static void run() throws Exception {
    // instead: Asyncio.startServer((reader, writer) -> writer.close(), "127.0.0.1", 0);
    Asyncio.startServer(reader -> {}, "127.0.0.1", 0); // mistake
  }
}
