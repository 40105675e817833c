// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class ResultForABody {
  static void run(StreamReader reader) throws Exception {
    // instead: Asyncio.waitFor(() -> reader.readline(), Duration.ofSeconds(1));
    Asyncio.waitFor(reader.readline(), Duration.ofSeconds(1)); // mistake
  }
}
