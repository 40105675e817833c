// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class SecondsForASleep {
  static void run() throws Exception {
    // instead: Asyncio.sleep(Duration.ofMillis(500));
    Asyncio.sleep(0.5); // mistake
  }
}
