// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class SecondsForATimeout {
  static void run() throws Exception {
    // instead: Asyncio.timeout(Duration.ofSeconds(5), () -> Asyncio.sleep(Duration.ofSeconds(1)));
    Asyncio.timeout(5, () -> Asyncio.sleep(Duration.ofSeconds(1))); // mistake
  }
}
